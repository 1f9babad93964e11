// A changed copy that shares everything that did not change, so that a key press costs what it touches, not the document.

/**
 * @template T
 * @param {T} base a JSON value; never changed
 * @param {(copy: T) => unknown} recipe changes the copy as if it were the value; a member set to undefined is removed
 * @returns {T} `base` itself when the recipe changed nothing
 */
export function produce(base, recipe) {
  if (base === null || typeof base !== 'object') return base;
  /** @type {Map<object, any>} of the base → its proxy */
  const proxies = new Map();
  /** @type {WeakMap<object, {original: any, copy: any}>} by proxy */
  const states = new WeakMap();
  /** Containers that the recipe made itself. @type {WeakSet<object>} */
  const fresh = new WeakSet();

  /** @param {any} original @param {() => void} touch @returns {any} */
  const wrap = (original, touch) => {
    const known = proxies.get(original);
    if (known) return known;
    const state = {original, copy: /** @type {any} */ (null)};
    const now = () => state.copy ?? original;
    const write = () => {
      if (!state.copy) {
        state.copy = Array.isArray(original) ? original.slice() : {...original};
        touch();
      }
      return state.copy;
    };
    const put = (/** @type {PropertyKey} */ key, /** @type {any} */ value) => {
      if (value === undefined && !Array.isArray(original)) return remove(key);
      if (isContainer(value) && !states.has(value)) fresh.add(value);
      write()[key] = value;
      return true;
    };
    const remove = (/** @type {PropertyKey} */ key) => {
      if (Object.hasOwn(now(), key)) delete write()[key];
      return true;
    };
    const proxy = new Proxy(original, {
      get(_, key) {
        const value = now()[key];
        if (!isContainer(value) || states.has(value) || fresh.has(value) || !Object.hasOwn(now(), key)) return value;
        return wrap(value, () => {
          const mine = write();
          if (mine[key] === value) mine[key] = proxies.get(value);
        });
      },
      set(_, key, value) {
        const old = now()[key];
        const same = Object.hasOwn(now(), key) && (Object.is(old, value) || (isContainer(value) && proxies.get(old) === value));
        return same || put(key, value);
      },
      deleteProperty: (_, key) => remove(key),
      has: (_, key) => key in now(),
      ownKeys: () => Reflect.ownKeys(now()),
      getOwnPropertyDescriptor(_, key) {
        const found = Reflect.getOwnPropertyDescriptor(now(), key);
        return found && {...found, configurable: !(Array.isArray(original) && key === 'length')};
      },
      defineProperty: (_, key, descriptor) => put(key, descriptor.value),
    });
    proxies.set(original, proxy);
    states.set(proxy, state);
    return proxy;
  };

  /** The plain value that a proxy, or what the recipe made, stands for. @param {any} value @returns {any} */
  const finish = value => {
    const state = states.get(value);
    if (state && !state.copy) return state.original;
    const inside = state ? state.copy : value;
    for (const key of Object.keys(inside)) {
      const inner = inside[key];
      if (isContainer(inner) && (states.has(inner) || !state || fresh.has(inner))) inside[key] = finish(inner);
    }
    return inside;
  };

  const root = wrap(base, () => {});
  recipe(root);
  return finish(root);
}

/** @param {unknown} value @returns {value is object} */
const isContainer = value => value !== null && typeof value === 'object';
