// What an app shows, computed from its config and from who looks at it. Pure: no document, nothing thrown, whatever
// the config holds; a draft that is half typed can be shown too.

import {tokensOf} from './tokens.js';

/**
 * @typedef {Record<string, any>} Config a snapshot, published or not
 * @typedef {object} Context who looks
 * @property {string} [tenant]
 * @property {string | null} [role] left out: the one that sees most; null or '': none
 * @property {string} [version] of the client
 * @property {string} [platform]
 * @property {string} [environment]
 * @property {string} [language]
 * @property {string} [surface] left out: the first that the config names
 * @property {'light' | 'dark' | ''} [mode] left out: what the theme says
 * @property {Record<string, unknown>} [attributes] what flags ask about besides
 * @typedef {(key: string) => boolean} IsOn
 * @typedef {{id: string, title: string, href: string, icon: string, moduleId: string, status: string, inMenu: boolean}} Page
 * @typedef {{id: string, label: string, opens: string}} Tab `opens`: the page, where it is another one
 * @typedef {{id: string, key: string, label: string, type: string, format: string, width: string, align: string}} Column
 * @typedef {{id: string, label: string, type: string, opens: string, href: string, name: string}} Action
 * @typedef {{id: string, columns: Column[], actions: Action[]}} Table
 * @typedef {{id: string, label: string}} Named
 * @typedef {object} Model
 * @property {string} language
 * @property {'light' | 'dark' | 'auto'} mode
 * @property {{name: string, tagline: string, logo: string}} brand
 * @property {string} surface
 * @property {string} role
 * @property {Page[]} pages that this person may open, in order
 * @property {{content: string, sidebar: string}} widths
 * @property {import('./tokens.js').Tokens} tokens
 * @property {Config} config
 */

const isObject = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.filter(isObject) : []);
const word = (/** @type {unknown} */ value) => (typeof value === 'string' ? value : '');
const names = (/** @type {unknown} */ value) => (Array.isArray(value) ? value.filter(name => typeof name === 'string') : []);

/**
 * A text of the config for people. Always a string, never HTML.
 * @param {unknown} text a string, or an object by language
 * @param {string} language
 * @returns {string}
 */
export function textIn(text, language) {
  if (typeof text === 'string') return text;
  if (typeof text === 'number') return String(text);
  if (!isObject(text)) return '';
  const found = /** @type {Record<string, unknown>} */ (text);
  const wanted = [language, language.split('-')[0], 'en', 'fr', ...Object.keys(found)];
  return word(found[wanted.find(name => Object.hasOwn(found, name) && word(found[name])) ?? '']);
}

/**
 * An address that may be opened: http, https, or relative to this server. Anything else is empty.
 * @param {unknown} address
 */
export function safeAddress(address) {
  // eslint-disable-next-line no-control-regex
  if (typeof address !== 'string' || /[\u0000-\u0020\\]/.test(address)) return '';
  if (/^https?:\/\//i.test(address)) return URL.canParse(address) ? address : '';
  return /^[a-z][a-z0-9+.-]*:/i.test(address) || address.startsWith('//') ? '' : address;
}

/** By `order`, then by id. @param {any} a @param {any} b */
const inOrder = (a, b) => (Number(a.order) || 0) - (Number(b.order) || 0) || (word(a.id) < word(b.id) ? -1 : 1);

/** Whether a role's permission, perhaps a pattern (`orders:*`), gives one. @param {string} pattern @param {string} wanted */
function gives(pattern, wanted) {
  const parts = pattern.split('*');
  if (parts.length === 1) return pattern === wanted;
  let at = parts[0].length;
  if (!wanted.startsWith(parts[0])) return false;
  for (const part of parts.slice(1, -1)) {
    const found = wanted.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return wanted.length >= at + parts[parts.length - 1].length && wanted.endsWith(parts[parts.length - 1]);
}

/** The roles of the app. @param {Config} config @param {string} language @returns {Named[]} */
export function rolesOf(config, language) {
  return list(config?.roles)
    .filter(role => word(role.id))
    .map(role => ({id: role.id, label: textIn(role.label, language) || role.id}));
}

/** The surfaces that pages name. @param {Config} config @returns {string[]} */
export function surfacesOf(config) {
  return [...new Set(list(config?.pages).map(page => word(page.surface)).filter(Boolean))];
}

/** Tenants that pages and rules name, to choose from; the first fifty. @param {Config} config @returns {string[]} */
export function tenantsOf(config) {
  const found = new Set(list(config?.pages).flatMap(page => names(page.tenants)));
  const waiting = [...list(config?.segments), ...list(config?.featureFlags).flatMap(flag => list(flag.rules))];
  const conditions = waiting.flatMap(holder => list(holder.conditions));
  for (const condition of conditions) {
    if (found.size >= 50) break;
    if (condition.attribute === 'tenant' && ['in', 'equals'].includes(condition.operator)) names(condition.values).forEach(name => found.add(name));
    for (const inner of [condition.all, condition.any, [condition.not]]) conditions.push(...list(inner));
  }
  return [...found].slice(0, 50);
}

/**
 * @param {Config} config
 * @param {Context} context
 * @param {string} role
 * @param {string} surface
 * @param {IsOn} isOn
 */
function mayOpen(config, {tenant}, role, surface, isOn) {
  const known = list(config.roles);
  const granted = known.find(one => one.id === role)?.permissions;
  // An app that keeps no roles here cannot say who has which permission.
  const has = (/** @type {string} */ wanted) => !known.length || names(granted).some(pattern => gives(pattern, wanted));
  return (/** @type {any} */ page) =>
    page.visible === true &&
    (!word(page.surface) || page.surface === surface) &&
    (!names(page.roles).length || page.roles.includes(role)) &&
    names(page.permissions).every(has) &&
    (!Array.isArray(page.tenants) || page.tenants.includes(tenant)) &&
    (!word(page.flag) || isOn(page.flag));
}

/**
 * @param {Config} config
 * @param {Context} context
 * @param {IsOn} [isOn] whether a flag is on for this context
 * @returns {Model}
 */
export function modelOf(config, context, isOn = () => false) {
  const source = isObject(config) ? config : {};
  const language = context.language || 'en';
  const surfaces = surfacesOf(source);
  const surface = context.surface || (surfaces.includes('APP') ? 'APP' : surfaces[0]) || '';
  const pages = list(source.pages).filter(page => word(page.id));
  const seen = (/** @type {string} */ role) => pages.filter(mayOpen(source, context, role, surface, isOn));
  let role = context.role ?? '';
  let mine = seen(role);
  if (context.role === undefined) {
    for (const {id} of rolesOf(source, language)) {
      const theirs = seen(id);
      if (theirs.length > mine.length) [role, mine] = [id, theirs];
    }
  }
  const {layout = {}, theme = {}} = source;
  const rank = new Map(names(layout?.menuOrder).map((id, at) => [id, at]));
  const place = (/** @type {any} */ page) => rank.get(page.id) ?? rank.size;
  mine.sort((a, b) => place(a) - place(b) || inOrder(a, b));
  return {
    language,
    surface,
    role,
    config: source,
    pages: mine.map(page => shownPage(page, language)),
    mode: context.mode || (['light', 'dark'].includes(theme?.defaultMode) ? theme.defaultMode : 'auto'),
    brand: brandOf(theme, language),
    widths: {content: length(layout?.widths?.content), sidebar: length(layout?.widths?.sidebar)},
    tokens: tokensOf(source, surface),
  };
}

/** @param {any} page @param {string} language @returns {Page} */
function shownPage(page, language) {
  const isHidden = isObject(page.nav) && (page.nav.menu === false || page.nav.drawer === false);
  const path = word(page.path);
  return {
    id: page.id,
    title: textIn(page.title, language) || page.id,
    href: path.startsWith('#') ? path : `#${path || page.id}`,
    icon: isObject(page.nav) ? word(page.nav.icon) : '',
    moduleId: word(page.moduleId),
    status: word(page.status),
    inMenu: path !== '' && !isHidden,
  };
}

/** @param {any} theme @param {string} language */
function brandOf(theme, language) {
  const brand = isObject(theme?.brand) ? theme.brand : {};
  const logos = isObject(theme?.logos) ? Object.values(theme.logos) : [];
  // Pictures of other servers are not loaded: they would see who looks.
  const logo = logos.map(safeAddress).find(address => address.startsWith('/')) ?? '';
  return {name: textIn(brand.name, language), tagline: textIn(brand.tagline, language), logo};
}

/** Pixels or a length as CSS writes it; empty if neither. @param {unknown} value */
export function length(value) {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return `${value}px`;
  return typeof value === 'string' && /^\d{1,6}(\.\d+)?(px|rem|em|ch|vw|%)$/.test(value) ? value : '';
}

/** The page of an address such as `#/orders`, or undefined. @param {Model} model @param {string} hash */
export function pageAt(model, hash) {
  return model.pages.find(page => page.href === hash);
}

/**
 * What is on a page: its tabs, of which one is open, and the tables there. A page that is only opened by a tab of
 * another keeps that one's tabs.
 * @param {Model} model
 * @param {Context} context
 * @param {IsOn} isOn
 * @param {string} pageId
 * @param {string} [tabId]
 * @returns {{page: Page, tabs: Tab[], tab: string, tables: Table[]} | null} null: there is no page at all
 */
export function contentOf(model, context, isOn, pageId, tabId = '') {
  const page = model.pages.find(one => one.id === pageId) ?? model.pages.find(one => one.inMenu) ?? model.pages[0];
  if (!page) return null;
  const {config, language} = model;
  const open = new Set(model.pages.map(one => one.id));
  const all = list(config.tabs)
    .filter(tab => word(tab.id) && tab.visible === true && (!word(tab.flag) || isOn(tab.flag)))
    .filter(tab => open.has(tab.pageId) && (!word(tab.targetPageId) || open.has(tab.targetPageId)))
    .sort(inOrder);
  const own = all.filter(tab => tab.pageId === page.id);
  const leading = own.length ? undefined : all.find(tab => tab.targetPageId === page.id);
  const shown = leading ? all.filter(tab => tab.pageId === leading.pageId) : own;
  const tabs = shown.map(tab => {
    const opens = tab.targetPageId || (leading ? tab.pageId : '');
    return {id: tab.id, label: textIn(tab.label, language) || tab.id, opens: opens === page.id ? '' : opens};
  });
  const staying = tabs.filter(tab => !tab.opens);
  const tab = leading?.id ?? (staying.find(one => one.id === tabId) ?? staying[0])?.id ?? '';
  const tables = list(config.tables)
    .filter(table => word(table.id) && table.visible === true && table.pageId === page.id)
    .filter(table => !word(table.tabId) || table.tabId === tab)
    .map(table => shownTable(table, model, open));
  return {page, tabs, tab, tables};
}

/** @param {any} table @param {Model} model @param {Set<string>} open @returns {Table} */
function shownTable(table, {language, role}, open) {
  const columns = list(table.columns).filter(column => column.visible === true && word(column.id));
  const actions = list(table.actions).filter(
    action => action.visible === true && word(action.id) && (!names(action.roles).length || action.roles.includes(role)),
  );
  return {
    id: table.id,
    columns: columns.sort(inOrder).map(column => ({
      id: column.id,
      key: word(column.key),
      label: textIn(column.label, language) || column.id,
      type: word(column.type),
      format: word(column.format),
      width: length(column.width),
      align: ['center', 'right'].includes(column.align) ? column.align : 'left',
    })),
    actions: actions.map(action => shownAction(action, language, open)).filter(action => action !== null),
  };
}

/** Null: it leads to a page that this person may not open. @param {any} action @param {string} language @param {Set<string>} open */
function shownAction(action, language, open) {
  const config = isObject(action.config) ? action.config : {};
  const opens = word(config.pageId);
  if (action.type === 'navigate' && opens && !open.has(opens)) return null;
  return {
    id: action.id,
    label: textIn(action.label, language) || action.id,
    type: word(action.type),
    opens,
    href: safeAddress(config.url ?? config.href),
    name: word(config.modal) || word(config.fileName),
  };
}
