// The sections of a config document, what names their items, and what refers to what.

/** @typedef {Record<string, any>} Item */
/** @typedef {Record<string, any>} Snapshot */
/** @typedef {{section: string, id: string, field: string}} Use */

/** Section → the member that names its items. @type {Record<string, string>} */
export const NAMED_BY = {
  pages: 'id', tabs: 'id', tables: 'id', featureFlags: 'key', segments: 'id', uiTokens: 'key', roles: 'id', permissions: 'id', plans: 'id',
};
/** Sections that are one object; every section that is not named here is the application's own. */
export const OBJECTS = ['layout', 'theme'];
/** Lists inside items whose entries have names. @type {Record<string, Record<string, string>>} */
export const NESTED = {
  tables: {columns: 'id', actions: 'id'},
  featureFlags: {rules: 'id', variants: 'key'},
};
/** Where items are sorted by `order`, the member that items shown together share. @type {Record<string, string>} */
export const SIBLINGS = {pages: 'surface', tabs: 'pageId'};

/** @param {any} value @returns {value is Record<string, any>} */
export const isObject = value => value !== null && typeof value === 'object' && !Array.isArray(value);

/** @param {any} value @returns {any[]} */
export const list = value => (Array.isArray(value) ? value : []);

/** @param {Snapshot} snapshot @returns {string[]} the application's own sections */
export const ownSections = snapshot => Object.keys(snapshot).filter(name => !(name in NAMED_BY) && !OBJECTS.includes(name));

/**
 * @param {Snapshot} snapshot @param {string} section @param {string} id
 * @returns {any} the item; of a section that has no named items, the section itself
 */
export function find(snapshot, section, id) {
  const key = NAMED_BY[section];
  return key ? list(snapshot[section]).find(item => isObject(item) && item[key] === id) : snapshot[section];
}

/** Whether each entry of a list is an object with a name of its own. @param {any} value @param {string} key */
export function named(value, key) {
  if (!Array.isArray(value)) return false;
  const seen = new Set();
  return value.every(item => isObject(item) && typeof item[key] === 'string' && !seen.has(item[key]) && seen.add(item[key]));
}

/** What one item is called: its title in the language, else its name. @param {any} item @param {string} language */
export function titleOf(item, language) {
  const title = item?.title ?? item?.label ?? item?.name;
  if (isObject(title)) return title[language] || title.en || Object.values(title).find(Boolean) || '';
  return typeof title === 'string' ? title : '';
}

/**
 * Every reference: `visit` gets where it stands, the section that it points into, the name, and how to write another.
 * @param {Snapshot} snapshot
 * @param {(use: Use, target: string, name: string, write: (name: string | undefined) => void) => void} visit
 */
export function eachReference(snapshot, visit) {
  for (const [section, key] of Object.entries(NAMED_BY)) {
    for (const item of list(snapshot[section])) if (isObject(item)) inItem(section, String(item[key]), item, visit);
  }
  if (isObject(snapshot.layout)) many(snapshot.layout, 'menuOrder', 'pages', {section: 'layout', id: '', field: ''}, visit);
}

/** @type {Record<string, [string, string][]>} section → [field, section that it points into] */
const ONE = {
  pages: [['flag', 'featureFlags']],
  tabs: [['pageId', 'pages'], ['targetPageId', 'pages'], ['flag', 'featureFlags']],
  tables: [['pageId', 'pages'], ['tabId', 'tabs']],
};
/** @type {Record<string, [string, string][]>} */
const MANY = {
  pages: [['roles', 'roles'], ['permissions', 'permissions']],
  roles: [['permissions', 'permissions']],
  plans: [['pages', 'pages'], ['roles', 'roles']],
};

/** @param {string} section @param {string} id @param {Item} item @param {Parameters<typeof eachReference>[1]} visit */
function inItem(section, id, item, visit) {
  const use = {section, id, field: ''};
  for (const [field, target] of ONE[section] ?? []) one(item, field, target, use, visit);
  for (const [field, target] of MANY[section] ?? []) many(item, field, target, use, visit);
  if (section === 'tables') {
    list(item.actions).forEach((action, at) => {
      if (!isObject(action)) return;
      const inside = {...use, field: `actions/${at}/`};
      many(action, 'roles', 'roles', inside, visit);
      if (isObject(action.config)) one(action.config, 'pageId', 'pages', {...inside, field: `${inside.field}config/`}, visit);
    });
  }
  if (section === 'segments') list(item.conditions).forEach((one, at) => condition(one, {...use, field: `conditions/${at}/`}, visit));
  if (section === 'featureFlags') {
    list(item.rules).forEach((rule, number) => list(rule?.conditions).forEach((one, at) => (
      condition(one, {...use, field: `rules/${number}/conditions/${at}/`}, visit))));
    list(item.prerequisites).forEach((needed, at) => {
      if (isObject(needed)) one(needed, 'flag', 'featureFlags', {...use, field: `prerequisites/${at}/`}, visit);
    });
  }
}

/** @param {any} given @param {Use} use @param {Parameters<typeof eachReference>[1]} visit */
function condition(given, use, visit) {
  if (!isObject(given)) return;
  one(given, 'segment', 'segments', use, visit);
  for (const field of ['all', 'any']) list(given[field]).forEach((inner, at) => condition(inner, {...use, field: `${use.field}${field}/${at}/`}, visit));
  condition(given.not, {...use, field: `${use.field}not/`}, visit);
}

/** @param {Item} item @param {string} field @param {string} target @param {Use} use @param {Parameters<typeof eachReference>[1]} visit */
function one(item, field, target, use, visit) {
  if (typeof item[field] !== 'string') return;
  visit({...use, field: use.field + field}, target, item[field], name => {
    if (name === undefined) delete item[field];
    else item[field] = name;
  });
}

/** @param {Item} item @param {string} field @param {string} target @param {Use} use @param {Parameters<typeof eachReference>[1]} visit */
function many(item, field, target, use, visit) {
  list(item[field]).forEach((name, at) => {
    if (typeof name !== 'string') return;
    visit({...use, field: `${use.field}${field}/${at}`}, target, name, to => {
      if (to === undefined) item[field] = item[field].filter((/** @type {string} */ other) => other !== name);
      else item[field][at] = to;
    });
  });
}
