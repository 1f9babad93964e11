// What depends on a flag, and on what it depends: circles, and who goes off with it. No DOM, no texts.
import {inEnvironment, isLive, offVariant} from './flag-model.js';
import {namesIn} from './flag-conditions.js';
import {isObject, list} from './sections.js';

/** @typedef {Record<string, any>} Flag */

/** A list of flags → the flags by key, and who needs each: a key press changes the list once. @type {WeakMap<object, {flags: Map<string, Flag>, needing: Map<string, Flag[]>}>} */
const known = new WeakMap();

/** @param {Record<string, any>} snapshot */
function indexed(snapshot) {
  const sources = list(snapshot.featureFlags);
  let found = known.get(sources);
  if (!found) {
    /** @type {Map<string, Flag>} */
    const flags = new Map(sources.filter(flag => isObject(flag) && typeof flag.key === 'string').map(flag => [flag.key, flag]));
    /** @type {Map<string, Flag[]>} */
    const needing = new Map();
    for (const flag of flags.values()) {
      for (const name of new Set(needsOf(flag).map(need => need.flag))) {
        const others = needing.get(name);
        if (others) others.push(flag);
        else needing.set(name, [flag]);
      }
    }
    found = {flags, needing};
    known.set(sources, found);
  }
  return found;
}

/** @param {Record<string, any>} snapshot @returns {Map<string, Flag>} */
export const flagsOf = snapshot => indexed(snapshot).flags;

/** @param {Flag | undefined} flag @returns {{flag: string, variant?: string}[]} */
export const needsOf = flag => list(flag?.prerequisites).filter(need => typeof need?.flag === 'string');

/** Flags that need one directly. @param {Record<string, any>} snapshot @param {string} key @returns {Flag[]} */
export const dependents = (snapshot, key) => indexed(snapshot).needing.get(key) ?? [];

/**
 * The circle that a prerequisite closes.
 * @param {Record<string, any>} snapshot @param {string} key the flag @param {string} needed what it would need
 * @returns {string[] | null} `key`, `needed`, …, `key`; null: there is none
 */
export function circleWith(snapshot, key, needed) {
  const flags = flagsOf(snapshot);
  /** @type {Map<string, string | null>} reached → from where */
  const from = new Map([[needed, null]]);
  for (const name of from.keys()) {
    if (name === key) {
      const circle = [key];
      for (let step = from.get(name); step !== null && step !== undefined; step = from.get(step)) circle.unshift(step);
      return [key, ...(needed === key ? [] : circle.slice(0, -1)), key];
    }
    for (const need of needsOf(flags.get(name))) if (!from.has(need.flag)) from.set(need.flag, name);
  }
  return null;
}

/**
 * Which flags change in an environment when one goes off for everybody: those that need it go off too, those that need it
 * to be off may go on. Conditions are not examined.
 * @param {Record<string, any>} snapshot @param {string} key @param {string} environment
 * @returns {{off: string[], on: string[]}}
 */
export function goingOff(snapshot, key, environment) {
  const flags = flagsOf(snapshot);
  const off = new Set([key]);
  /** @type {Set<string>} */
  const on = new Set();
  for (const name of off) {
    for (const flag of dependents(snapshot, name)) {
      if (off.has(flag.key) || !isLive(inEnvironment(flag, environment).state)) continue;
      for (const need of needsOf(flag)) {
        if (need.flag !== name) continue;
        const served = offVariant(flags.get(name) ?? {});
        if (need.variant !== undefined && need.variant === served) on.add(flag.key);
        else off.add(flag.key);
      }
    }
  }
  off.delete(key);
  return {off: [...off], on: [...on].filter(name => !off.has(name))};
}

/**
 * Attributes that decide a flag, its segments' and its prerequisites' among them; what is hashed comes first.
 * @param {Record<string, any>} snapshot @param {string} key @param {string} environment
 * @returns {string[]}
 */
export function attributesOf(snapshot, key, environment) {
  const flags = flagsOf(snapshot);
  const segments = new Map(list(snapshot.segments).filter(isObject).map(segment => [segment.id, segment]));
  const seen = new Set([key]);
  const told = new Set();
  /** @type {Set<string>} */
  const found = new Set();
  const ask = (/** @type {any} */ conditions) => {
    const {attributes, segments: named} = namesIn(conditions);
    attributes.forEach(name => found.add(name));
    for (const name of named) {
      if (told.has(name)) continue;
      told.add(name);
      ask(segments.get(name)?.conditions);
    }
  };
  for (const name of seen) {
    const flag = flags.get(name);
    if (!flag) continue;
    const {state, rules, bucketBy = 'tenant'} = inEnvironment(flag, environment);
    if (state === 'ROLLOUT') [bucketBy].flat().forEach(by => found.add(by));
    for (const rule of list(rules)) {
      ask(rule?.conditions);
      if (rule?.rollout !== undefined || rule?.split !== undefined) [rule.bucketBy ?? bucketBy].flat().forEach(by => found.add(by));
    }
    needsOf(flag).forEach(need => seen.add(need.flag));
  }
  return [...found].filter(name => typeof name === 'string' && name !== 'environment');
}
