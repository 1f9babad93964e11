// What the draft's flags serve, by the SDK itself: one context, or how many of a list a share reaches. No DOM, no texts.
import {Flags} from '../sdk/flags.js';
import {instant} from '../sdk/values.js';
import {flagsOf} from './flag-effects.js';
import {inEnvironment} from './flag-model.js';
import {isObject, list} from './sections.js';

/** @typedef {import('../sdk/flags.js').Evaluation} Evaluation */

/**
 * An attribute as it is typed: a text, or a list in JSON's notation.
 * @param {string} text @returns {unknown} undefined: there is none
 */
export function attributeOf(text) {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return trimmed;
    }
  }
  return trimmed === '' ? undefined : trimmed;
}

/** @param {Record<string, string>} typed attribute → text @returns {Record<string, unknown>} */
export const contextOf = typed => Object.fromEntries(Object.entries(typed).map(([name, text]) => [name.trim(), attributeOf(text)]).filter(([name, value]) => name !== '' && value !== undefined));

/**
 * @param {Record<string, any>} snapshot @param {string} key @param {string} environment @param {Record<string, unknown>} context
 * @param {number} [now] milliseconds
 * @returns {Evaluation | null} null: there is no such flag, or only the server can tell, as a pattern decides
 */
export function evaluate(snapshot, key, environment, context, now = Date.now()) {
  return evaluator(snapshot, key, environment, now)(context);
}

/** The same for many contexts. @param {Record<string, any>} snapshot @param {string} key @param {string} environment @param {number} [now] @returns {(context: Record<string, unknown>) => Evaluation | null} */
export function evaluator(snapshot, key, environment, now = Date.now()) {
  const {flags, asksPattern} = partOf(snapshot, key, environment);
  if (!flags.length || asksPattern) return () => null;
  try {
    // `remote` tells clients to ask the server; here all is there.
    const compiled = new Flags({featureFlags: flags.map(({remote: _, ...flag}) => flag), segments: list(snapshot.segments).filter(isObject)});
    return context => compiled.evaluate(key, {...context, ...(environment ? {environment} : {})}, instant(now));
  } catch {
    return () => ({value: null, variant: null, reason: 'ERROR'});
  }
}

/** The flag as it counts in an environment, with those that it needs; the first is the flag. @param {Record<string, any>} snapshot @param {string} key @param {string} environment */
function partOf(snapshot, key, environment) {
  const sources = flagsOf(snapshot);
  const segments = new Map(list(snapshot.segments).filter(isObject).map(segment => [segment.id, segment]));
  const found = new Map();
  let asksPattern = false;
  /** @type {any[]} conditions, and what holds some */
  const waiting = [];
  const names = new Set([key]);
  for (const name of names) {
    if (!sources.has(name)) continue;
    const flag = inEnvironment(sources.get(name), environment);
    found.set(name, flag);
    waiting.push(...list(flag.rules).filter(rule => rule?.disabled !== true));
    for (const need of list(flag.prerequisites)) if (typeof need?.flag === 'string') names.add(need.flag);
  }
  const seen = new Set();
  while (waiting.length && !asksPattern) {
    const next = waiting.pop();
    if (!isObject(next) || seen.has(next)) continue;
    seen.add(next);
    asksPattern = next.operator === 'matches';
    if (typeof next.segment === 'string') waiting.push(segments.get(next.segment));
    waiting.push(...list(next.conditions), ...list(next.all), ...list(next.any), next.not);
  }
  return {flags: [...found.values()], asksPattern};
}

/**
 * How many of a list the flag's rollout reaches, counted by their buckets; rules and prerequisites are not asked.
 * @param {any} flag @param {number} share @param {string[]} ids of what is hashed
 * @returns {{inside: number, of: number, names: string[]}} `names`: the first inside
 */
export function reached(flag, share, ids) {
  const {key = '', bucketing} = flag;
  const source = {key, type: 'boolean', state: 'ROLLOUT', rollout: share, bucketBy: 'id', ...(isObject(bucketing) ? {bucketing} : {})};
  const flags = new Flags({featureFlags: [source]});
  const names = ids.filter(id => flags.evaluate(key, {id}, 0n)?.value === true);
  return {inside: names.length, of: ids.length, names: names.slice(0, 12)};
}

/** The tenants in a segment, by the tenant alone. @param {Record<string, any>} snapshot @param {string} id @param {string} environment @param {string[]} tenants @returns {string[] | null} null: only the server can tell */
export function insideSegment(snapshot, id, environment, tenants) {
  const asks = {key: id, type: 'boolean', state: 'ON', defaultVariant: 'off', rules: [{id: 'in', conditions: [{segment: id}], variant: 'on'}]};
  const asked = evaluator({featureFlags: [asks], segments: snapshot.segments}, id, environment);
  const found = tenants.map(tenant => asked({tenant}));
  return found.some(answer => answer === null || answer.reason === 'ERROR') ? null : tenants.filter((_, at) => found[at]?.value === true);
}
