// Three versions of a document become one: what was loaded, mine, theirs. Items are matched by name; nothing is lost silently.
import {NAMED_BY, NESTED, isObject, named} from './sections.js';

/** @typedef {{path: string[], base: any, mine: any, theirs: any}} Conflict `undefined`: not there */
/** @typedef {{path: string[], kind: 'added' | 'removed' | 'changed'}} Arrival what the other one changed and I did not */

/** Deep equality of JSON values. Shared parts are compared by identity first. @param {any} a @param {any} b @returns {boolean} */
export function equal(a, b) {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, at) => equal(value, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** `next`, with every part that `old` has too taken from there. @template T @param {any} old @param {T} next @returns {T} */
export function share(old, next) {
  if (old === next || !isContainer(old) || !isContainer(next) || Array.isArray(old) !== Array.isArray(next)) return next;
  const key = Array.isArray(next) && nameOf(old) === nameOf(next) ? nameOf(next) : undefined;
  const before = key ? new Map(/** @type {any} */ (old).map((/** @type {any} */ item) => [item[key], item])) : undefined;
  let same = Object.keys(old).length === Object.keys(next).length;
  const result = /** @type {any} */ (Array.isArray(next) ? [] : {});
  for (const [name, value] of Object.entries(next)) {
    const was = before && key ? before.get(value[key]) : /** @type {any} */ (old)[name];
    result[name] = share(was, value);
    same &&= Object.hasOwn(old, name) && result[name] === /** @type {any} */ (old)[name];
  }
  return /** @type {any} */ (same ? old : result);
}

/**
 * @param {any} base @param {any} mine @param {any} theirs
 * @returns {{merged: any, conflicts: Conflict[], arrivals: Arrival[]}} `merged` has mine where there is a conflict
 */
export function merge(base, mine, theirs) {
  /** @type {Conflict[]} */
  const conflicts = [];
  /** @type {Arrival[]} */
  const arrivals = [];

  /** @param {string[]} path @param {any} old @param {any} ours @param {any} others @returns {any} */
  const value = (path, old, ours, others) => {
    if (ours === others || equal(ours, others)) return ours;
    if (equal(others, old)) return ours;
    if (equal(ours, old)) {
      arrive(path, old, others);
      return others;
    }
    const key = listKey(path);
    if (key && named(ours, key) && named(others, key) && (old === undefined || named(old, key))) return items(path, key, old ?? [], ours, others);
    if (isObject(ours) && isObject(others) && (old === undefined || isObject(old))) return members(path, old ?? {}, ours, others);
    conflicts.push({path, base: old, mine: ours, theirs: others});
    return ours;
  };

  /** @param {string[]} path @param {any} old @param {any} ours @param {any} others */
  const members = (path, old, ours, others) => {
    /** @type {Record<string, any>} */
    const result = {};
    for (const name of new Set([...Object.keys(ours), ...Object.keys(others), ...Object.keys(old)])) {
      const merged = value([...path, name], own(old, name), own(ours, name), own(others, name));
      if (merged !== undefined) result[name] = merged;
    }
    return result;
  };

  /** @param {string[]} path @param {string} key @param {any[]} old @param {any[]} ours @param {any[]} others */
  const items = (path, key, old, ours, others) => {
    const [was, mineBy, theirsBy] = [old, ours, others].map(list => new Map(list.map(item => [item[key], item])));
    const order = sequence(path, [...was.keys()], [...mineBy.keys()], [...theirsBy.keys()]);
    return order.map(name => value([...path, name], was.get(name), mineBy.get(name), theirsBy.get(name))).filter(item => item !== undefined);
  };

  /**
   * The order of the merged names: of the side that moved something, mine when both did the same or neither did; two
   * different new orders of a list whose order counts are a conflict.
   * @param {string[]} path @param {string[]} old @param {string[]} ours @param {string[]} others
   */
  const sequence = (path, old, ours, others) => {
    const common = /** @param {string[]} names @param {string[]} among */ (names, among) => names.filter(name => among.includes(name));
    const still = old.filter(name => ours.includes(name) && others.includes(name));
    const [was, mineNow, theirsNow] = [old, ours, others].map(names => common(names, still).join('\n'));
    const leads = mineNow === was && theirsNow !== was ? others : ours;
    if (mineNow !== was && theirsNow !== was && mineNow !== theirsNow && path.at(-1) === 'rules') {
      conflicts.push({path: [...path, ''], base: old, mine: ours, theirs: others});
    }
    const follows = leads === ours ? others : ours;
    const result = [...leads];
    follows.forEach((name, at) => {
      if (result.includes(name)) return;
      const before = follows.slice(0, at).reverse().find(one => result.includes(one));
      result.splice(before === undefined ? 0 : result.indexOf(before) + 1, 0, name);
    });
    return result;
  };

  /** @param {string[]} path @param {any} old @param {any} others */
  const arrive = (path, old, others) => {
    const key = listKey(path);
    if (key && named(old, key) && named(others, key)) {
      const [was, now] = [old, others].map(list => new Map(list.map((/** @type {any} */ item) => [item[key], item])));
      for (const name of new Set([...was.keys(), ...now.keys()])) {
        if (!equal(was.get(name), now.get(name))) arrive([...path, name], was.get(name), now.get(name));
      }
      return;
    }
    if ((path.length < 3 || path.length === 4) && isObject(old) && isObject(others)) {
      for (const name of new Set([...Object.keys(old), ...Object.keys(others)])) {
        if (!equal(own(old, name), own(others, name))) arrive([...path, name], own(old, name), own(others, name));
      }
      return;
    }
    arrivals.push({path, kind: old === undefined ? 'added' : others === undefined ? 'removed' : 'changed'});
  };

  return {merged: value([], base, mine, theirs), conflicts, arrivals};
}

/** The member that names the entries of the list at a path. @param {string[]} path @returns {string | undefined} */
function listKey(path) {
  if (path.length === 1) return NAMED_BY[path[0]];
  return path.length === 3 ? NESTED[path[0]]?.[path[2]] : undefined;
}

/** @param {any} value */
const nameOf = value => ['id', 'key'].find(key => named(value, key));
/** @param {any} value @returns {value is object} */
const isContainer = value => value !== null && typeof value === 'object';
/** @param {any} container @param {string} name */
const own = (container, name) => (Object.hasOwn(container, name) ? container[name] : undefined);

/**
 * Sets, or with undefined removes, what stands at a path of names.
 * @param {any} snapshot a copy that may be changed
 * @param {string[]} path as in {@link Conflict}
 * @param {any} to
 */
export function place(snapshot, path, to) {
  let at = snapshot;
  for (let depth = 0; depth < path.length; depth += 1) {
    const step = path[depth];
    const key = listKey(path.slice(0, depth));
    const last = depth === path.length - 1;
    if (Array.isArray(at) && key) {
      if (step === '') {
        at.sort((a, b) => to.indexOf(a[key]) - to.indexOf(b[key]));
        return;
      }
      const index = at.findIndex(item => item?.[key] === step);
      if (last) {
        if (index >= 0) at.splice(index, 1, ...(to === undefined ? [] : [to]));
        else if (to !== undefined) at.push(to);
        return;
      }
      if (index < 0) return;
      at = at[index];
    } else if (last) {
      if (to === undefined) delete at[step];
      else at[step] = to;
    } else {
      at = at[step];
      if (at === null || typeof at !== 'object') return;
    }
  }
}
