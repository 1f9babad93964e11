// How operators read values: the same grammars as flags/engine/values.py. Every reader is total: what it cannot read is
// null, and fits nothing.

/** Characters of a text that a context brings, and members of a list; longer ones are not read. */
export const LONGEST_TEXT = 16_384;
const MOST_MEMBERS = 1_000;
const LONGEST_NUMBER = 1_100;
const LONGEST_INSTANT = 35;
const LONGEST_VERSION = 64;
const LONGEST_ADDRESS = 45;
const LONGEST_RANGE = 256;

const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;
const INSTANT =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.([0-9]{1,9}))?(?:Z|([+-])([01][0-9]|2[0-3]):([0-5][0-9])))?$/;
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;
const SHORT_VERSION = /^[0-9]+(\.[0-9]+)?$/;
const DOTTED = /^[vV]?([0-9]+(?:\.[0-9]+){1,3})(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const COMPARISON = / *(\^|~|>=|<=|>|<|=|) *([0-9A-Za-z.+-]+) */y;
const FIRST_INSTANT = instant(-62_135_596_800_000);
const LAST_INSTANT = instant(253_402_300_800_000) - 1n;

/** @typedef {unknown[]} Key sorts as {@link compare} says */
/** @typedef {{version: number, first: bigint, last: bigint}} Network */
/** @typedef {{four: bigint | null, six: bigint | null}} Address both for an IPv4 address that is mapped into IPv6 */

/**
 * @param {any} value
 * @returns {value is Record<string, any>}
 */
export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Whether a text has more characters (code points) than that.
 * @param {string} text
 * @param {number} most
 */
export function isLonger(text, most) {
  return text.length > most && (text.length > 2 * most || [...text].length > most);
}

/**
 * A string as it is; a number or a boolean as JSON writes it. Other values have no text.
 * @param {unknown} value
 * @returns {string | null}
 */
export function textOf(value) {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" && Number.isFinite(value) ? String(value) : null;
}

/**
 * The text of an attribute; null also when it is too long to be looked at.
 * @param {unknown} value
 */
export function readText(value) {
  const text = textOf(value);
  return text === null || isLonger(text, LONGEST_TEXT) ? null : text;
}

/**
 * The texts in a list; none when it is too long to be looked at.
 * @param {unknown[]} list
 */
export function readMembers(list) {
  return list.length > MOST_MEMBERS ? [] : list.map(readText).filter((text) => text !== null);
}

/**
 * The double that a number, or a string that is a JSON number, means; null when it is not finite.
 * @param {unknown} value
 */
export function numberOf(value) {
  if (typeof value === "string" && (value.length > LONGEST_NUMBER || !NUMBER.test(value))) return null;
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  return Number.isFinite(number) ? number : null;
}

/**
 * Microseconds since 1970 of so many milliseconds.
 * @param {number} milliseconds
 */
export function instant(milliseconds) {
  return BigInt(Math.floor(milliseconds)) * 1000n;
}

/**
 * The moment, in microseconds since 1970, that `2026-11-15` (midnight UTC) or `2026-11-15T08:00:00.25+01:00` names.
 * @param {unknown} value
 * @returns {bigint | null}
 */
export function instantOf(value) {
  const found = typeof value === "string" && value.length <= LONGEST_INSTANT ? INSTANT.exec(value) : null;
  if (!found) return null;
  const [, year, month, day, time = "00:00:00", fraction = "", sign, hours, minutes] = found;
  const local = new Date(`${year}-${month}-${day}T${time}Z`);
  if (year === "0000" || Number.isNaN(local.getTime()) || local.getUTCDate() !== Number(day)) return null;
  const offset = sign ? Number(sign + "1") * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0;
  const moment = instant(local.getTime() - offset) + BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return moment < FIRST_INSTANT || moment > LAST_INSTANT ? null : moment;
}

/**
 * SemVer 2.0.0, with `1` and `1.4` completed. Build metadata does not count.
 * @param {unknown} value
 * @returns {Key | null}
 */
export function versionOf(value) {
  if (typeof value !== "string" || value.length > LONGEST_VERSION) return null;
  const short = SHORT_VERSION.exec(value);
  const complete = short ? value + (short[1] ? ".0" : ".0.0") : value;
  const found = complete.length <= LONGEST_VERSION ? VERSION.exec(complete) : null;
  if (!found) return null;
  const [, major, minor, patch, pre] = found;
  // A release comes after its pre-releases.
  return [BigInt(major), BigInt(minor), BigInt(patch), pre === undefined ? [1] : [0, identifiers(pre)]];
}

/**
 * `v1.4`, `1.4.2.17` or `1.4.2+45`: two to four numbers, missing ones zero, and a build that is compared last.
 * @param {unknown} value
 * @returns {Key | null}
 */
export function dottedOf(value) {
  const found = typeof value === "string" && value.length <= LONGEST_VERSION ? DOTTED.exec(value) : null;
  if (!found) return null;
  const numbers = found[1].split(".").map(BigInt);
  while (numbers.length < 4) numbers.push(0n);
  return [numbers, found[2] ? identifiers(found[2]) : []];
}

/**
 * Numbers come before words.
 * @param {string} text
 */
function identifiers(text) {
  return text.split(".").map((part) => (/^[0-9]+$/.test(part) ? [0, BigInt(part)] : [1, part]));
}

/**
 * Below zero, zero or above it, as `a` comes before, with or after `b`. Of lists the first difference counts, and the
 * shorter comes first.
 * @param {any} a
 * @param {any} b
 * @returns {number}
 */
export function compare(a, b) {
  if (!Array.isArray(a)) return a < b ? -1 : a > b ? 1 : 0;
  for (let at = 0; at < a.length && at < b.length; at++) {
    const order = compare(a[at], b[at]);
    if (order) return order;
  }
  return a.length - b.length;
}

/** @type {Record<string, (order: number) => boolean>} */
const SIGNS = {
  "": (order) => order === 0,
  "=": (order) => order === 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
};

/**
 * `>=1.2.0 <2.0.0 || ^3.1`: comparisons that must all hold, `||` between alternatives.
 * @param {unknown} value
 * @returns {((version: Key) => boolean) | null}
 */
export function rangeOf(value) {
  if (typeof value !== "string" || value.length > LONGEST_RANGE) return null;
  /** @type {[string, Key][][]} */
  const alternatives = [];
  for (const alternative of value.split("||")) {
    /** @type {[string, Key][]} */
    const comparisons = [];
    for (let end = 0; end < alternative.length; ) {
      COMPARISON.lastIndex = end;
      const found = COMPARISON.exec(alternative);
      if (!found || (end && alternative[end - 1] !== " ")) return null;
      const version = versionOf(found[2]);
      if (!version) return null;
      if (found[1] in SIGNS) comparisons.push([found[1], version]);
      else comparisons.push([">=", version], ["<", excluded(found[1], version, found[2])]);
      end = COMPARISON.lastIndex;
    }
    if (!comparisons.length) return null;
    alternatives.push(comparisons);
  }
  return (version) => alternatives.some((all) => all.every(([sign, bound]) => SIGNS[sign](compare(version, bound))));
}

/**
 * The lowest version (a pre-release 0) that `^` or `~` no longer allows.
 * @param {string} sign
 * @param {Key} version
 * @param {string} text
 * @returns {Key}
 */
function excluded(sign, version, text) {
  const numbers = /** @type {bigint[]} */ (version.slice(0, 3));
  const named = text.split("-")[0].split("+")[0].split(".").length;
  const leading = numbers.findIndex((number, place) => place < named && number);
  const last = sign === "~" ? Math.min(named, 2) - 1 : leading < 0 ? named - 1 : leading;
  return [...[...numbers.slice(0, last), numbers[last] + 1n, 0n, 0n].slice(0, 3), [0, [[0, 0n]]]];
}

/**
 * @param {string} text
 * @returns {bigint | null}
 */
function four(text) {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) return null;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

/**
 * @param {string} text
 * @returns {bigint | null}
 */
function six(text) {
  const dots = text.includes(".") ? four(text.slice(text.lastIndexOf(":") + 1)) : undefined;
  if (dots === null) return null;
  const whole =
    dots === undefined
      ? text
      : `${text.slice(0, text.lastIndexOf(":") + 1)}${(dots >> 16n).toString(16)}:${(dots & 65_535n).toString(16)}`;
  const halves = whole.split("::");
  const [head, tail = []] = halves.map((half) => (half ? half.split(":") : []));
  const missing = 8 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing)) return null;
  const groups = [...head, ...Array(missing).fill("0"), ...tail];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return null;
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/**
 * `192.0.2.0/24`, `2001:db8::/32`, or one address. Bits behind the prefix do not count.
 * @param {unknown} value
 * @returns {Network | null}
 */
export function networkOf(value) {
  const found = typeof value === "string" ? /^([0-9A-Fa-f:.]+)(?:\/([0-9]{1,3}))?$/.exec(value) : null;
  if (!found) return null;
  const version = found[1].includes(":") ? 6 : 4;
  const [address, bits] = version === 6 ? [six(found[1]), 128] : [four(found[1]), 32];
  const prefix = Number(found[2] ?? bits);
  if (address === null || prefix > bits) return null;
  const rest = BigInt(bits - prefix);
  const first = (address >> rest) << rest;
  return { version, first, last: first + (1n << rest) - 1n };
}

/**
 * @param {unknown} value
 * @returns {Address | null}
 */
export function addressOf(value) {
  if (typeof value !== "string" || value.length > LONGEST_ADDRESS) return null;
  if (!value.includes(":")) {
    const found = four(value);
    return found === null ? null : { four: found, six: null };
  }
  const found = six(value);
  if (found === null) return null;
  return { four: found >> 32n === 0xffffn ? found & 0xffff_ffffn : null, six: found };
}
