// How the draft differs from what is live: a mark for each item, and how many changes that is. Results are kept per item.
import {NAMED_BY, NESTED, isObject, list, named} from './sections.js';
import {equal} from './merge.js';

/** @typedef {'' | 'added' | 'changed' | 'removed'} Mark */

/** @type {WeakMap<object, {live: any, count: number}>} */
const counted = new WeakMap();

/** Changes from one item (or section without items) to another. @param {string} section @param {any} live @param {any} item */
export function changesIn(section, live, item) {
  if (live === item) return 0;
  if (live === undefined || item === undefined) return 1;
  const known = isObject(item) ? counted.get(item) : undefined;
  if (known && known.live === live) return known.count;
  const count = countMembers(section, live, item);
  if (isObject(item)) counted.set(item, {live, count});
  return count;
}

/** @param {string} section @param {any} live @param {any} item */
function countMembers(section, live, item) {
  if (!isObject(live) || !isObject(item)) return equal(live, item) ? 0 : 1;
  let count = 0;
  for (const name of new Set([...Object.keys(live), ...Object.keys(item)])) {
    const key = NESTED[section]?.[name];
    // The server tells a flag's rules and variants as one value.
    if (key && section === 'tables' && named(live[name], key) && named(item[name], key)) count += countNamed(key, live[name], item[name]);
    else count += countValue(live[name], item[name]);
  }
  return count;
}

/** @param {string} key @param {any[]} live @param {any[]} items */
function countNamed(key, live, items) {
  const before = new Map(live.map(item => [item[key], item]));
  let count = 0;
  for (const item of items) {
    const was = before.get(item[key]);
    before.delete(item[key]);
    count += was === undefined ? 1 : countMembers('', was, item);
  }
  return count + before.size;
}

/** @param {any} live @param {any} value @returns {number} */
function countValue(live, value) {
  if (!isObject(live) || !isObject(value)) return equal(live, value) ? 0 : 1;
  let count = 0;
  for (const name of new Set([...Object.keys(live), ...Object.keys(value)])) count += countValue(live[name], value[name]);
  return count;
}

/**
 * All marks of a document.
 * @param {any} live @param {any} snapshot
 * @returns {{marks: Map<string, Mark>, removed: Map<string, any[]>, count: number}} marks by `section/id`; `removed`: live items that are gone
 */
export function compare(live, snapshot) {
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  /** @type {Map<string, any[]>} */
  const removed = new Map();
  let count = 0;
  for (const section of new Set([...Object.keys(NAMED_BY), ...Object.keys(live), ...Object.keys(snapshot)])) {
    const key = NAMED_BY[section];
    if (live[section] === snapshot[section]) continue;
    if (!key) {
      const n = changesIn(section, live[section], snapshot[section]);
      count += n;
      if (n) marks.set(`${section}/`, live[section] === undefined ? 'added' : 'changed');
      continue;
    }
    const before = new Map(list(live[section]).filter(isObject).map(item => [item[key], item]));
    for (const item of list(snapshot[section])) {
      if (!isObject(item)) continue;
      const was = before.get(item[key]);
      before.delete(item[key]);
      const n = changesIn(section, was, item);
      count += n;
      if (n) marks.set(`${section}/${item[key]}`, was === undefined ? 'added' : 'changed');
    }
    if (before.size) removed.set(section, [...before.values()]);
    count += before.size;
  }
  return {marks, removed, count};
}
