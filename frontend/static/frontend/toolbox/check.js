// The snapshot's JSON Schema in the browser, so that a field says at once what is wrong. The server decides.
import {say} from '../lib.js';

/** @typedef {{path: string, code: string, severity: 'error', message: string}} Finding */

/** Section → name in `$defs`. @type {Record<string, string>} */
const ITEMS = {pages: 'page', tabs: 'tab', tables: 'table', featureFlags: 'flag', segments: 'segment', uiTokens: 'token', layout: 'layout', theme: 'theme', roles: 'role', permissions: 'permission', plans: 'plan'};
/** Findings of one item; a document of mistakes is the server's. */
const MOST = 50;

/** @param {any} value */
const typeOf = value => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value);
/** @param {any} type @param {any} value */
const isOf = (type, value) => type === typeOf(value) || (type === 'number' && typeof value === 'number');
const cut = (/** @type {any} */ value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
/** The same text for the same JSON. @param {any} value @returns {string} */
const canonical = value => (value === null || typeof value !== 'object' ? JSON.stringify(value)
  : Array.isArray(value) ? `[${value.map(canonical).join()}]` : `{${Object.keys(value).sort().map(key => JSON.stringify(key) + canonical(value[key])).join()}}`);

/** @type {Map<string, RegExp>} */
const patterns = new Map();
/** @param {string} text */
function pattern(text) {
  const known = patterns.get(text) ?? new RegExp(text, 'u');
  patterns.set(text, known);
  return known;
}

/** What a part of the schema says better than its keyword. @type {Record<string, (value: any) => string>} */
const PLACES = {
  'id/pattern': value => say('“{value}” is not a valid name: letters, digits and . _ ~ ! * \' ( ) : -, at most 128 characters, not two dots first.', {value: cut(value)}),
  'text/pattern': () => say('The text is empty.'),
  'name/pattern': () => say('The text is empty.'),
  'bucketBy/pattern': () => say('The text is empty.'),
  'text/minProperties': () => say('The text has no language yet.'),
  'page/path/pattern': value => say('“{value}” is not an address: it starts with # or with a single /, without blanks, quotes, < > or \\.', {value: cut(value)}),
  'page/tenants/pattern': value => say('“{value}” is not allowed here; use “all” or a list of tenants.', {value: cut(value)}),
  'width/pattern': value => say('“{value}” is not a width: a number of pixels, auto, or a length such as 20% or 12rem.', {value: cut(value)}),
  'instant/pattern': value => say('“{value}” is not a date and time with an offset, such as 2026-11-30T08:00:00Z.', {value: cut(value)}),
  'date/pattern': value => say('“{value}” is not a date such as 2026-11-30 or 2026-11-30T08:00:00Z.', {value: cut(value)}),
  'token/cssVar/pattern': value => say('“{value}” is not a CSS variable such as --accent-primary.', {value: cut(value)}),
};

/** @type {Record<string, () => string>} */
const TYPES = {object: () => say('an object'), array: () => say('a list'), string: () => say('a text'), integer: () => say('a whole number'), number: () => say('a number'), boolean: () => say('true or false'), null: () => say('null')};

/** @type {Record<string, (value: any, wanted: any) => string>} keyword → its sentence */
const KEYWORDS = {
  type: (value, wanted) => say('Expected {types}, found {found}.', {types: [wanted].flat().map(name => TYPES[name]()).join(say(' or ')), found: TYPES[typeOf(value)]()}),
  required: (_, name) => say('“{property}” is missing.', {property: name}),
  additionalProperties: (_, name) => say('“{property}” is not known here{near}.', {property: name, near: ''}),
  propertyNames: (_, name) => say('“{property}” is not a valid key here.', {property: name}),
  enum: (value, options) => say('“{value}” is not one of: {options}.', {value: cut(value), options: options.map(cut).join(', ')}),
  const: (value, option) => say('“{value}” is not allowed here; only {options} is.', {value: cut(value), options: cut(option)}),
  pattern: (value, text) => say('“{value}” does not match {pattern}.', {value: cut(value), pattern: text}),
  minimum: (value, limit) => say('{value} is below {limit}.', {value, limit}),
  maximum: (value, limit) => say('{value} is above {limit}.', {value, limit}),
  minLength: (_, limit) => say('The text is too short: at least {limit} characters.', {limit}),
  maxLength: (_, limit) => say('The text is too long: at most {limit} characters.', {limit}),
  minItems: (_, limit) => say('The list is too short: at least {limit} entries.', {limit}),
  maxItems: (_, limit) => say('The list is too long: at most {limit} entries.', {limit}),
  minProperties: (_, limit) => say('The object needs at least {limit} keys.', {limit}),
  maxProperties: (_, limit) => say('The object may have at most {limit} keys.', {limit}),
  uniqueItems: () => say('The list contains the same entry twice.'),
  oneOf: () => say('Exactly one of the possible forms must match; here none or several do.'),
  not: () => say('This combination is not allowed.'),
};

/** Whether a value keeps a keyword that looks at nothing inside it. @type {Record<string, (value: any, wanted: any) => boolean>} */
const PLAIN = {
  enum: (value, options) => options.some((/** @type {any} */ one) => canonical(one) === canonical(value)),
  const: (value, option) => canonical(option) === canonical(value),
  pattern: (value, text) => typeof value !== 'string' || pattern(text).test(value),
  minLength: (value, limit) => typeof value !== 'string' || [...value].length >= limit,
  maxLength: (value, limit) => typeof value !== 'string' || [...value].length <= limit,
  minimum: (value, limit) => typeof value !== 'number' || value >= limit,
  maximum: (value, limit) => typeof value !== 'number' || value <= limit,
  minItems: (value, limit) => !Array.isArray(value) || value.length >= limit,
  maxItems: (value, limit) => !Array.isArray(value) || value.length <= limit,
  uniqueItems: (value, wanted) => !wanted || !Array.isArray(value) || new Set(value.map(canonical)).size === value.length,
  minProperties: (value, limit) => !isObject(value) || Object.keys(value).length >= limit,
  maxProperties: (value, limit) => !isObject(value) || Object.keys(value).length <= limit,
};

/** @param {any} value @returns {value is Record<string, any>} */
const isObject = value => typeOf(value) === 'object';

/** A value against the part of JSON Schema that the snapshot's uses. */
class Check {
  /** @param {any} root */
  constructor(root) {
    this.root = root;
    /** @type {Finding[]} */
    this.found = [];
  }

  /** @param {string[]} path @param {string} keyword @param {any} value @param {any} wanted @param {string} place */
  tell(path, keyword, value, wanted, place) {
    if (this.found.length < MOST) this.found.push({path: path.join('/'), code: `schema.${keyword}`, severity: 'error', message: (PLACES[`${place}/${keyword}`] ?? (() => KEYWORDS[keyword](value, wanted)))(value)});
  }

  /** @param {any} schema @param {any} value */
  fits(schema, value) {
    const inner = new Check(this.root);
    inner.look(schema, value, [], '');
    return inner.found.length === 0;
  }

  /** @param {any} schema @param {any} value @param {string[]} path @param {string} place the part of the schema, as `PLACES` names it */
  look(schema, value, path, place) {
    if (schema.$ref) {
      const name = schema.$ref.replace('#/$defs/', '');
      this.look(this.root.$defs[name], value, path, name);
    }
    if (schema.type !== undefined && ![schema.type].flat().some(type => isOf(type, value))) return this.tell(path, 'type', value, schema.type, place);
    for (const [keyword, keeps] of Object.entries(PLAIN)) if (keyword in schema && !keeps(value, schema[keyword])) this.tell(path, keyword, value, schema[keyword], place);
    if (Array.isArray(value) && schema.items) value.forEach((entry, index) => this.look(schema.items, entry, [...path, String(index)], `${place}/items`));
    if (isObject(value)) this.members(schema, value, path, place);
    if (schema.oneOf && schema.oneOf.filter((/** @type {any} */ one) => this.fits(one, value)).length !== 1) this.tell(path, 'oneOf', value, null, place);
    if (schema.not && this.fits(schema.not, value)) this.tell(path, 'not', value, null, place);
    const branch = schema.if && (this.fits(schema.if, value) ? schema.then : schema.else);
    if (branch) this.look(branch, value, path, place);
    return undefined;
  }

  /** @param {any} schema @param {Record<string, any>} value @param {string[]} path @param {string} place */
  members(schema, value, path, place) {
    const needed = [...(schema.required ?? []), ...Object.entries(schema.dependentRequired ?? {}).flatMap(([name, others]) => (Object.hasOwn(value, name) ? others : []))];
    for (const name of needed) if (!Object.hasOwn(value, name)) this.tell([...path, name], 'required', value, name, place);
    for (const [name, member] of Object.entries(value)) {
      const known = schema.properties && Object.hasOwn(schema.properties, name);
      if (schema.propertyNames && !this.fits(schema.propertyNames, name)) this.tell([...path, name], 'propertyNames', member, name, place);
      if (known) this.look(schema.properties[name], member, [...path, name], `${place}/${name}`);
      else if (schema.additionalProperties === false) this.tell([...path, name], 'additionalProperties', member, name, place);
      else if (isObject(schema.additionalProperties)) this.look(schema.additionalProperties, member, [...path, name], place);
    }
  }
}

/**
 * What the schema says of one item of a section.
 * @param {any} root the schema of the snapshot @param {string} section @param {any} item @returns {Finding[]} `path` from the item; what is missing has the path it should have
 */
export function findings(root, section, item) {
  const check = new Check(root), name = ITEMS[section];
  if (name && item !== undefined) check.look(root.$defs[name], item, [], name);
  return check.found;
}

/** The schema, once it is here. @type {any} */
let schema = null;
if (typeof document !== 'undefined') fetch(new URL('./snapshot.jsonschema', import.meta.url)).then(answer => (answer.ok ? answer.json() : null)).then(read => { schema = read; }, () => {});

/** @type {WeakMap<object, Finding[]>} by item: the draft never changes one, it makes a new one */
const checked = new WeakMap();

/** @param {string} section @param {any} item @returns {Finding[] | null} null where the schema is not here */
export function findingsOf(section, item) {
  if (!schema || item === null || typeof item !== 'object') return null;
  const known = checked.get(item) ?? findings(schema, section, item);
  checked.set(item, known);
  return known;
}

/** @type {WeakMap<any[], Map<string, any[]>>} the server's problems → by `section/id` */
const told = new WeakMap();

/** @param {any[]} problems @param {string} section @param {string} id @returns {any[]} */
function toldOf(problems, section, id) {
  let known = told.get(problems);
  if (!known) {
    known = new Map();
    for (const one of problems) known.set(`${one.section}/${one.id}`, [...(known.get(`${one.section}/${one.id}`) ?? []), one]);
    told.set(problems, known);
  }
  return known.get(`${section}/${id}`) ?? [];
}

/**
 * All problems of an item, and of a place in it: what the server said of it, and of the schema what is so now.
 * @param {{draft: any, section: string, itemId: string, item: any}} form @param {string} path `columns/2/label`; empty: all of the item
 * @returns {any[]}
 */
export function problemsOf({draft, section, itemId, item}, path) {
  const own = findingsOf(section, item), inside = (/** @type {{path: string}} */ one) => !path || one.path === path || one.path.startsWith(`${path}/`);
  const others = toldOf(draft.problems, section, itemId ?? '').filter(one => inside(one) && !(own && one.code.startsWith('schema.')));
  return own ? [...own.filter(inside), ...others] : others;
}
