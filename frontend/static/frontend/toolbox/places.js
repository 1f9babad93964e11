// Places in an item of the draft: read, write, and find the same place in what is live. No DOM.

/** @typedef {(string | number)[]} Path keys from the item inwards */

const own = (value, key) => (value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? value[key] : undefined);

/** @param {any} value @param {Path} path @returns {any} `undefined` where there is nothing */
export const at = (value, path) => path.reduce(own, value);

/**
 * Writes in place, making the objects on the way; `undefined` removes the member.
 * @param {any} root an object or list @param {Path} path not empty @param {any} value
 */
export function put(root, path, value) {
  let holder = root;
  for (const [index, key] of path.slice(0, -1).entries()) {
    const inner = own(holder, key);
    if (inner === null || typeof inner !== 'object') {
      if (value === undefined) return;
      holder[key] = typeof path[index + 1] === 'number' ? [] : {};
    }
    holder = holder[key];
  }
  const last = path[path.length - 1];
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
}

/** @param {any} entry @returns {string | undefined} what names an entry of a list */
export const nameOf = entry => own(entry, 'id') ?? own(entry, 'key');

/**
 * The same place in what is live: entries of lists are found by their id or key, so a moved column is compared with itself.
 * @param {any} item @param {any} liveItem @param {Path} path
 * @returns {{there: boolean, value: any}} `there`: what holds the place exists live
 */
export function counterpart(item, liveItem, path) {
  let mine = item, theirs = liveItem;
  for (const [index, key] of path.entries()) {
    if (theirs === null || typeof theirs !== 'object') return {there: false, value: undefined};
    const next = own(mine, key), name = nameOf(next);
    theirs = Array.isArray(theirs) && name !== undefined ? theirs.find(entry => nameOf(entry) === name) : own(theirs, key);
    mine = next;
    if (theirs === undefined && index < path.length - 1) return {there: false, value: undefined};
  }
  return {there: liveItem !== undefined, value: theirs};
}

/**
 * `id`, or the first of `id-2`, `id-3` … that is not taken.
 * @param {string} id @param {Iterable<string>} taken @returns {string}
 */
export function free(id, taken) {
  const used = new Set(taken);
  let found = id;
  for (let count = 2; used.has(found); count += 1) found = `${id}-${count}`;
  return found;
}

/** As the schema has it. @param {string} id */
export const isId = id => /^([A-Za-z0-9_~!*'():-][.A-Za-z0-9_~!*'():-]{0,127}|[.][A-Za-z0-9_~!*'():-][.A-Za-z0-9_~!*'():-]{0,126})$/.test(id);

/**
 * The list with one entry elsewhere. @template T @param {T[]} list @param {number} from @param {number} to @returns {T[]}
 */
export function moved(list, from, to) {
  const result = [...list], [entry] = result.splice(from, 1);
  result.splice(Math.max(0, Math.min(to, result.length)), 0, entry);
  return result;
}

/**
 * Gives entries, in the order of the list, ascending `order` numbers; those that ascend already keep theirs.
 * @param {{order?: any}[]} list changed in place
 */
export function renumber(list) {
  const orders = list.map(entry => entry.order);
  const ascending = orders.every((order, index) => Number.isInteger(order) && (index === 0 || order > orders[index - 1]));
  if (ascending) return;
  const sorted = orders.every(Number.isInteger) ? [...orders].sort((a, b) => a - b) : [];
  const reusable = sorted.length > 0 && sorted.every((order, index) => index === 0 || order > sorted[index - 1]);
  list.forEach((entry, index) => { entry.order = reusable ? sorted[index] : (index + 1) * 10; });
}

/** By `order`, equal ones by id: as clients sort. @template {{order?: any, id?: any}} T @param {T[]} list @returns {T[]} */
export const inOrder = list => [...list].sort((a, b) => (a.order - b.order || (String(a.id) < String(b.id) ? -1 : 1)));

/**
 * Which entries moved between two orders: the fewest that explain it.
 * @param {string[]} before @param {string[]} now @returns {Set<string>}
 */
export function movedNames(before, now) {
  const place = new Map(before.map((name, index) => [name, index]));
  const common = now.filter(name => place.has(name));
  /** Ends of the best rising rows, shortest first; each remembers the one before it. @type {{name: string, at: number, last: any}[]} */
  const ends = [];
  for (const name of common) {
    const at = /** @type {number} */ (place.get(name));
    let length = ends.findIndex(end => end.at > at);
    if (length < 0) length = ends.length;
    ends[length] = {name, at, last: ends[length - 1] ?? null};
  }
  const stays = new Set();
  for (let end = ends.at(-1) ?? null; end; end = end.last) stays.add(end.name);
  return new Set(common.filter(name => !stays.has(name)));
}
