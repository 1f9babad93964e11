// Buckets: where an identity stands between 0 and 9999, the same in every language and for ever; docs/reference/flags.md
// tells how, flags/engine/hashing.py is the same in Python.

import { LONGEST_TEXT, isLonger, textOf } from "./values.js";

export const WHOLE = 10_000;
const VARIANT_SEED = 86_028_157;
const UTF8 = new TextEncoder();
/** Half of a surrogate pair, which has no UTF-8. */
const LONE = /\p{Surrogate}/u;

/** @typedef {(context: Record<string, unknown>) => number | null} BucketOf null: the attribute is missing or no text */

/**
 * MurmurHash3, 32 bits.
 * @param {Uint8Array} bytes
 * @param {number} seed
 */
export function murmur3(bytes, seed) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = seed;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(view.getUint32(at, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | bytes[at];
  hash ^= scramble(rest) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** @param {number} block */
function scramble(block) {
  const turned = Math.imul(block, 0xcc9e2d51);
  return Math.imul((turned << 15) | (turned >>> 17), 0x1b873593);
}

/**
 * FNV-1a, 32 bits, over UTF-16 code units.
 * @param {string} text
 */
export function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/**
 * Rollouts of flags that were imported with their buckets: whole percents, halves go up.
 * @param {number} rollout
 */
export function fnv1aRollout(rollout) {
  return Math.floor((rollout + 50) / 100) * 100;
}

/**
 * @param {string[]} names of which the first counts that has a bucket
 * @param {(identity: string) => number | null} bucket
 * @returns {BucketOf}
 */
function firstOf(names, bucket) {
  return (context) => {
    for (const name of names) {
      const identity = Object.hasOwn(context, name) ? textOf(context[name]) : null;
      const found = identity && !isLonger(identity, LONGEST_TEXT) ? bucket(identity) : null;
      if (found !== null) return found;
    }
    return null;
  };
}

/**
 * @param {string[]} names
 * @param {string} salt
 * @param {number} seed
 * @param {number} coarse
 * @param {number} fine
 */
function murmur3Bucket(names, salt, seed, coarse, fine) {
  if (LONE.test(salt)) throw new Error("A salt is not Unicode.");
  return firstOf(names, (identity) => {
    if (LONE.test(identity)) return null;
    const hash = murmur3(UTF8.encode(`${salt}:${identity}`), seed);
    return (hash % coarse) * fine + (Math.floor(hash / coarse) % fine);
  });
}

/**
 * For rollouts and shares.
 * @param {string[]} names
 * @param {string} salt
 */
export function rolloutBucket(names, salt) {
  return murmur3Bucket(names, salt, 0, 100, 100);
}

/**
 * For splits over variants; with `total` a bucket below that.
 * @param {string[]} names
 * @param {string} salt
 * @param {number} [total]
 */
export function splitBucket(names, salt, total) {
  return murmur3Bucket(names, salt, VARIANT_SEED, total ?? 1000, total ? 1 : 10);
}

/**
 * Whole percents only.
 * @param {string[]} names
 * @param {string} key
 * @param {string} seed
 */
export function fnv1aBucket(names, key, seed) {
  return firstOf(names, (identity) => (fnv1a(`${identity}::${key}::${seed}`) % 100) * 100);
}
