// A flag as it is edited: its states in environments, shares, variants and rules. No DOM, no texts.
import {isObject, list} from './sections.js';

/** @typedef {Record<string, any>} Flag */
/** @typedef {'ON' | 'OFF' | 'ROLLOUT' | 'FORCE_OFF'} State */

/** A share of everybody, in 0.01 %. */
export const WHOLE = 10_000;
/** Shares that people choose most, in percent. */
export const QUICK = [0, 1, 5, 10, 25, 50, 100];
/** @type {State[]} */
export const STATES = ['ON', 'ROLLOUT', 'OFF', 'FORCE_OFF'];
export const TYPES = ['boolean', 'string', 'integer', 'number', 'object'];
/** What a boolean flag has where it lists no variants. */
const BOOLEAN = [{key: 'on', value: true}, {key: 'off', value: false}];
/** What an environment may have of its own. */
const OWN = ['state', 'rollout', 'rules'];

/** @param {any} state whether a flag may serve more than its off variant */
export const isLive = state => state === 'ON' || state === 'ROLLOUT';

/** @param {unknown} share @returns {number} percent */
export const percentOf = share => (typeof share === 'number' ? share / 100 : 0);

/** @param {number} percent @returns {number} the share, in steps of 0.01 % and within 0 and 100 % */
export const shareOf = percent => (Number.isFinite(percent) ? Math.min(Math.max(Math.round(percent * 100), 0), WHOLE) : 0);

/** What an environment has of its own. @param {Flag} flag @param {string} environment @returns {Record<string, any>} */
export function ownOf(flag, environment) {
  const own = isObject(flag?.environments) && Object.hasOwn(flag.environments, environment) ? flag.environments[environment] : undefined;
  return isObject(own) ? own : {};
}

/** The flag as it counts in an environment; `''`: the flag's own settings. @param {Flag} flag @param {string} environment @returns {Flag} */
export function inEnvironment(flag, environment) {
  const {environments: _, ...usual} = flag;
  const own = ownOf(flag, environment);
  return {...usual, ...Object.fromEntries(OWN.filter(name => Object.hasOwn(own, name)).map(name => [name, own[name]]))};
}

/** The members that an environment has in place of the flag's. @param {Flag} flag @param {string} environment @returns {string[]} */
export const ownMembers = (flag, environment) => OWN.filter(name => Object.hasOwn(ownOf(flag, environment), name));

/** Environments of the application, and others that the flag names. @param {Flag} flag @param {string[]} known @returns {string[]} */
export const environmentsOf = (flag, known) => [...new Set([...known, ...Object.keys(isObject(flag?.environments) ? flag.environments : {})])];

/** Sets a member for an environment, or of the flag (`''`); `undefined` removes it. In place. @param {Flag} flag @param {string} environment @param {string} name @param {any} value */
export function setOwn(flag, environment, name, value) {
  if (!environment) {
    if (value === undefined) delete flag[name];
    else flag[name] = value;
    return;
  }
  if (value !== undefined) {
    if (!isObject(flag.environments)) flag.environments = {};
    if (!isObject(flag.environments[environment])) flag.environments[environment] = {};
    flag.environments[environment][name] = value;
    return;
  }
  const own = isObject(flag.environments) ? flag.environments[environment] : undefined;
  if (!isObject(own)) return;
  delete own[name];
  if (Object.keys(own).length) return;
  delete flag.environments[environment];
  if (!Object.keys(flag.environments).length) delete flag.environments;
}

/** Another state; one that deals by share has a share, at first nobody's. In place. @param {Flag} flag @param {string} environment @param {State | undefined} state undefined: as everywhere */
export function setState(flag, environment, state) {
  setOwn(flag, environment, 'state', state);
  if (environment && state === undefined) setOwn(flag, environment, 'rollout', undefined);
  if (state === 'ROLLOUT' && typeof inEnvironment(flag, environment).rollout !== 'number') setOwn(flag, environment, 'rollout', 0);
}

/**
 * The rollout of an environment as a rule for everybody: where the default variant is the off variant, a rollout turns
 * nothing on. The buckets are the same. In place.
 * @param {Flag} flag @param {string} environment @param {any[]} rules that count there now, as plain values @param {string} variant
 */
export function rolloutAsRule(flag, environment, rules, variant) {
  const {rollout = 0} = inEnvironment(flag, environment);
  setOwn(flag, environment, 'rules', [...rules, {id: freeName('share', rules.map(rule => String(rule?.id))), variant, rollout}]);
  setOwn(flag, environment, 'state', 'ON');
  setOwn(flag, environment, 'rollout', undefined);
}

/** @param {Flag} flag @returns {{key: string, value: any, description?: any}[]} those of a boolean flag are there when it lists none */
export function variantsOf(flag) {
  if (Array.isArray(flag?.variants)) return flag.variants.filter(isObject).map(variant => /** @type {any} */ (variant));
  return flag?.type === 'boolean' ? BOOLEAN : [];
}

/** @param {Flag} flag */
export const defaultVariant = flag => flag?.defaultVariant ?? 'on';
/** @param {Flag} flag */
export const offVariant = flag => flag?.offVariant ?? 'off';

/** A value of the flag's type to begin with. @param {string} type @returns {any} */
export const emptyValue = type => ({boolean: false, string: '', integer: 0, number: 0, object: {}})[type] ?? '';

/** Whether a value has the flag's type. @param {any} value @param {string} type */
export function hasType(value, type) {
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/**
 * Another type: values that it can read are kept, `on` and `off` follow. In place.
 * @param {Flag} flag @param {string} type
 */
export function setType(flag, type) {
  const before = variantsOf(flag);
  flag.type = type;
  if (type === 'boolean' && before.every(({key}) => key === 'on' || key === 'off')) {
    delete flag.variants;
    return;
  }
  flag.variants = before.map(variant => ({...variant, value: converted(variant.value, type)}));
}

/** @param {any} value @param {string} type */
function converted(value, type) {
  if (hasType(value, type)) return value;
  if (type === 'string') return typeof value === 'object' ? JSON.stringify(value) : String(value);
  const number = typeof value === 'boolean' ? Number(value) : Number.parseFloat(value);
  if (type === 'integer' || type === 'number') return Number.isFinite(number) ? (type === 'integer' ? Math.round(number) : number) : 0;
  if (type === 'boolean') return value === 'true' || (typeof value === 'number' && value !== 0);
  return emptyValue(type);
}

/** All lists of rules: the flag's and those of environments. @param {Flag} flag @returns {any[][]} */
function ruleLists(flag) {
  const own = isObject(flag.environments) ? Object.values(flag.environments).filter(isObject) : [];
  return [flag, ...own].map(holder => list(holder.rules));
}

/**
 * Another key for a variant; all that names it follows, other flags' prerequisites too. In place.
 * @param {Flag} flag @param {string} from @param {string} to @param {Flag[]} [others] all flags
 */
export function renameVariant(flag, from, to, others = []) {
  if (from === to) return;
  const [usual, off] = [defaultVariant(flag), offVariant(flag)];
  if (!Array.isArray(flag.variants)) flag.variants = variantsOf(flag).map(variant => ({...variant}));
  for (const variant of flag.variants) if (variant.key === from) variant.key = to;
  if (usual === from) flag.defaultVariant = to;
  if (off === from) flag.offVariant = to;
  for (const rules of ruleLists(flag)) {
    for (const rule of rules) {
      if (rule.variant === from) rule.variant = to;
      for (const part of list(rule.split)) if (part.variant === from) part.variant = to;
    }
  }
  for (const other of others) {
    for (const need of list(other?.prerequisites)) if (need?.flag === flag.key && need.variant === from) need.variant = to;
  }
}

/** Where a variant is served or asked for. @param {Flag} flag @param {string} key @param {Flag[]} [others] @returns {{rules: string[], isDefault: boolean, isOff: boolean, flags: string[]}} */
export function variantUses(flag, key, others = []) {
  const rules = new Set(ruleLists(flag).flat().filter(rule => rule?.variant === key || list(rule?.split).some(part => part?.variant === key)).map(rule => String(rule.id)));
  const flags = others.filter(other => list(other?.prerequisites).some(need => need?.flag === flag.key && need?.variant === key)).map(other => String(other.key));
  return {rules: [...rules], isDefault: defaultVariant(flag) === key, isOff: offVariant(flag) === key, flags};
}

/** A name that is not taken. @param {string} stem @param {Iterable<string>} taken */
export function freeName(stem, taken) {
  const used = new Set(taken);
  for (let number = 1; ; number += 1) if (!used.has(`${stem}-${number}`)) return `${stem}-${number}`;
}

/** @param {any} rule @returns {number} what the weights of its split must make */
export const totalOf = rule => (Number.isInteger(rule?.total) ? rule.total : WHOLE);

/** @param {any} rule @returns {number} what they make */
export const sumOf = rule => list(rule?.split).reduce((sum, part) => sum + (Number.isInteger(part?.weight) ? part.weight : 0), 0);

/** Equal weights that make the total; the first get what is left. @param {number} count @param {number} [total] @returns {number[]} */
export function evenWeights(count, total = WHOLE) {
  const each = Math.floor(total / count);
  return Array.from({length: count}, (_, at) => each + (at < total - each * count ? 1 : 0));
}

/**
 * What a rule serves. In place. @param {any} rule @param {'' | 'split' | string} what empty: the default variant
 * @param {string[]} keys of all variants
 */
export function serve(rule, what, keys) {
  delete rule.variant;
  if (what === 'split:') {
    const weights = evenWeights(keys.length, WHOLE);
    rule.split = keys.map((variant, at) => ({variant, weight: weights[at]}));
    delete rule.total;
    return;
  }
  delete rule.split;
  delete rule.total;
  if (what) rule.variant = what;
}

/** The list with one entry elsewhere. @template T @param {T[]} items @param {number} from @param {number} to @returns {T[]} */
export function moved(items, from, to) {
  const result = [...items];
  result.splice(Math.min(Math.max(to, 0), items.length - 1), 0, ...result.splice(from, 1));
  return result;
}
