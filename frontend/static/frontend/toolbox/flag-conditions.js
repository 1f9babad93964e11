// Conditions as they are edited: questions about attributes, segments, and groups of them. No DOM, no texts.
import {isObject, list} from './sections.js';

/** @typedef {Record<string, any>} Condition */
/** @typedef {'question' | 'segment' | 'all' | 'any' | 'not' | 'odd'} Kind odd: no form that the schema has */
/** @typedef {'text' | 'number' | 'moment' | 'version' | 'network' | 'pattern' | 'none'} Values what an operator compares with */

/** Operators by what they compare with. @type {Record<string, Values>} */
const VALUES = {
  in: 'text', notIn: 'text', equals: 'text', contains: 'text', startsWith: 'text', endsWith: 'text', exists: 'none', matches: 'pattern',
  inCidr: 'network', lt: 'number', lte: 'number', gt: 'number', gte: 'number', before: 'moment', after: 'moment',
  semverGte: 'version', semverLt: 'version', semverLte: 'version', semverGt: 'version', semverEq: 'version', semverRange: 'version',
  dottedGte: 'version', dottedLt: 'version', dottedLte: 'version', dottedGt: 'version', dottedEq: 'version',
};
export const OPERATORS = Object.keys(VALUES);
/** Attributes with a meaning of their own, most asked first. */
export const ATTRIBUTES = ['tenant', 'role', 'plan', 'clientVersion', 'platform', 'locale', 'environment', 'currentTime'];
const FORMS = ['attribute', 'segment', 'all', 'any', 'not'];
/** Levels of groups in groups that the editor draws; what is deeper is edited as JSON. */
export const DEEPEST = 8;

/** @param {string} operator @returns {Values} */
export const valuesOf = operator => VALUES[operator] ?? 'text';

/** Whether several values are usual: one of them must fit. @param {string} operator */
export const isList = operator => ['text', 'network', 'pattern'].includes(valuesOf(operator));

/** Whether upper and lower case may be the same. @param {string} operator */
export const hasCase = operator => ['text', 'pattern'].includes(valuesOf(operator));

/** The operators that suit an attribute first, then the others. @param {string} attribute @returns {{usual: string[], others: string[]}} */
export function operatorsFor(attribute) {
  const kinds = {
    clientVersion: ['version', 'none'], currentTime: ['moment'], ip: ['network', 'none'],
    tenant: ['text', 'none'], role: ['text', 'none'], plan: ['text', 'none'], platform: ['text', 'none'], locale: ['text', 'none'], environment: ['text'],
  }[attribute];
  if (!kinds) return {usual: OPERATORS, others: []};
  const usual = kinds.flatMap(kind => OPERATORS.filter(name => VALUES[name] === kind));
  return {usual, others: OPERATORS.filter(name => !usual.includes(name))};
}

/** @param {any} condition @returns {Kind} */
export function kindOf(condition) {
  if (!isObject(condition)) return 'odd';
  const forms = FORMS.filter(form => form in condition);
  if (forms.length !== 1) return 'odd';
  const [form] = forms;
  if (form === 'attribute') return 'question';
  if (form === 'segment') return 'segment';
  if (form === 'not') return 'not';
  return Array.isArray(condition[form]) ? /** @type {Kind} */ (form) : 'odd';
}

/** The conditions inside. @param {Condition} condition @returns {Condition[]} */
export function partsOf(condition) {
  const kind = kindOf(condition);
  if (kind === 'all' || kind === 'any') return condition[kind];
  return kind === 'not' ? [condition.not] : [];
}

/** A new condition. @param {Kind} kind @param {{segment?: string}} [given] @returns {Condition} */
export function blank(kind, {segment = ''} = {}) {
  const question = {attribute: 'tenant', operator: 'in', values: []};
  if (kind === 'segment') return {segment};
  if (kind === 'all' || kind === 'any') return {[kind]: [question]};
  return kind === 'not' ? {not: question} : question;
}

/** Another attribute; an operator that makes no sense for it becomes its usual one. @param {Condition} condition @param {string} attribute @returns {Condition} */
export function withAttribute(condition, attribute) {
  const {usual, others} = operatorsFor(attribute);
  const before = {...condition, attribute};
  return others.includes(condition.operator) ? withOperator(before, usual[0]) : before;
}

/** Another operator; values that it can read as well are kept. @param {Condition} condition @param {string} operator @returns {Condition} */
export function withOperator(condition, operator) {
  const {values, ignoreCase, ...rest} = condition;
  const changed = {...rest, operator};
  if (valuesOf(operator) === 'none') return changed;
  const same = valuesOf(condition.operator) === valuesOf(operator) || (hasCase(condition.operator) && hasCase(operator));
  const none = isList(operator) ? [] : [''];
  const kept = same && Array.isArray(values) && values.length ? values : none;
  return {...changed, values: kept, ...(ignoreCase === true && hasCase(operator) ? {ignoreCase} : {})};
}

/** Around a condition: `not`, or a group it becomes the first of. @param {Condition} condition @param {'not' | 'all' | 'any'} kind @returns {Condition} */
export function wrapped(condition, kind) {
  if (kind === 'not') return kindOf(condition) === 'not' ? condition.not : {not: condition};
  return {[kind]: [condition]};
}

/** All of a group as any of it, or the other way round. @param {Condition} condition @param {'all' | 'any'} kind @returns {Condition} */
export const regrouped = (condition, kind) => ({[kind]: partsOf(condition)});

/** How many questions the conditions ask, groups among them; bounded. @param {any} conditions @returns {number} */
export function questionsIn(conditions) {
  let count = 0;
  const waiting = [...list(conditions)];
  while (waiting.length && count < 5_000) {
    const next = waiting.pop();
    count += 1;
    if (isObject(next)) waiting.push(...partsOf(next));
  }
  return count;
}

/** Attributes and segments that conditions name, once each. @param {any} conditions @returns {{attributes: string[], segments: string[]}} */
export function namesIn(conditions) {
  const attributes = new Set();
  const segments = new Set();
  const waiting = [...list(conditions)];
  for (let steps = 0; waiting.length && steps < 5_000; steps += 1) {
    const next = waiting.shift();
    if (!isObject(next)) continue;
    if (typeof next.attribute === 'string') attributes.add(next.attribute);
    if (typeof next.segment === 'string') segments.add(next.segment);
    waiting.push(...partsOf(next));
  }
  return {attributes: [...attributes], segments: [...segments]};
}
