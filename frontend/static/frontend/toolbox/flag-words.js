// Flags in sentences: states, shares, conditions, rules, answers.
import {localized, number, plural, say} from '../lib.js';
import {kindOf, partsOf, valuesOf} from './flag-conditions.js';
import {defaultVariant, inEnvironment, isLive, offVariant, percentOf} from './flag-model.js';
import {list} from './sections.js';

/** State → its name and what it means. @type {Record<string, [string, string]>} */
export const STATES = {
  ON: [say('On'), say('The rules decide first; everybody else gets the default variant.')],
  ROLLOUT: [say('Rollout'), say('The rules decide first; of everybody else, a share gets the default variant.')],
  OFF: [say('Off'), say('Everybody gets the off variant. The rules do not count.')],
  FORCE_OFF: [say('Force off'), say('Everybody gets the off variant, as if its kill switch were engaged.')],
};

/** @type {Record<string, string>} */
const ATTRIBUTES = {
  tenant: say('Tenant'), role: say('Role'), plan: say('Plan'), platform: say('Platform'), clientVersion: say('Client version'),
  user: say('User'), locale: say('Language'), environment: say('Environment'), currentTime: say('Current time'),
};

/** @type {Record<string, string>} */
export const OPERATORS = {
  in: say('is'), notIn: say('is none of'), equals: say('equals'), contains: say('contains'), startsWith: say('starts with'), endsWith: say('ends with'),
  exists: say('is present'), matches: say('matches the pattern'), inCidr: say('is in the network'),
  lt: say('is less than'), lte: say('is at most'), gt: say('is more than'), gte: say('is at least'), before: say('is before'), after: say('is after'),
  semverGte: say('is at least the version'), semverLt: say('is before the version'), semverLte: say('is at most the version'),
  semverGt: say('is after the version'), semverEq: say('is the version'), semverRange: say('is a version in'),
  dottedGte: say('is at least the build'), dottedLt: say('is before the build'), dottedLte: say('is at most the build'),
  dottedGt: say('is after the build'), dottedEq: say('is the build'),
};

/** @type {Record<string, string>} */
export const TYPES = {
  boolean: say('On or off (boolean)'), string: say('Text (string)'), integer: say('Whole number (integer)'), number: say('Number'), object: say('JSON object'),
};

const MOST_NAMED = 3;

/** @param {string} attribute @returns {string} what people call it */
export const attributeName = attribute => ATTRIBUTES[attribute] ?? attribute;

/** @param {unknown} share @returns {string} `0.5 %` */
export const percent = share => say('{percent} %', {percent: percentOf(share)});

/** @param {unknown} text */
const quoted = text => say('“{text}”', {text: typeof text === 'string' ? text : JSON.stringify(text)});

/** @param {any} condition @returns {string} `Tenant is “acme” or “hooli”` */
export function conditionWords(condition, depth = 0) {
  const kind = depth > 20 ? 'odd' : kindOf(condition);
  if (kind === 'segment') return say('in the segment “{name}”', {name: condition.segment || '…'});
  if (kind === 'not') return say('not ({what})', {what: conditionWords(condition.not, depth + 1)});
  if (kind === 'all' || kind === 'any') {
    const words = partsOf(condition).slice(0, 4).map(part => conditionWords(part, depth + 1));
    const more = partsOf(condition).length - words.length;
    return `(${[...words, ...(more > 0 ? [plural('{count} more', '{count} more', {count: more})] : [])].join(kind === 'all' ? say(' and ') : say(' or '))})`;
  }
  if (kind !== 'question') return '…';
  const subject = `${attributeName(condition.attribute)} ${OPERATORS[condition.operator] ?? condition.operator ?? '…'}`;
  if (valuesOf(condition.operator) === 'none') return subject;
  const values = list(condition.values).filter(value => value !== '');
  const named = values.slice(0, MOST_NAMED).map(quoted);
  if (values.length > MOST_NAMED) named.push(plural('{count} other', '{count} others', {count: values.length - MOST_NAMED}));
  return `${subject} ${named.join(condition.operator === 'notIn' ? ', ' : say(' or ')) || '…'}`;
}

/** @param {any} rule @returns {string} whom the rule is for */
export function whomWords(rule) {
  const words = list(rule?.conditions).map(condition => conditionWords(condition));
  return words.length ? words.join(say(' and ')) : say('Everybody');
}

/** @param {any} rule @param {any} flag @returns {string} what the rule serves */
export function servesWords(rule, flag) {
  const share = rule?.rollout === undefined ? '' : percent(rule.rollout);
  const what = Array.isArray(rule?.split)
    ? list(rule.split).map(part => `${part?.variant} ${percent(part?.weight)}`).join(' · ')
    : quoted(rule?.variant ?? defaultVariant(flag));
  return share ? say('{variant} for {share}', {variant: what, share}) : what;
}

/** @param {any} rule @param {number} at */
export const ruleName = (rule, at) => localized(rule?.description) || String(rule?.id ?? '') || say('Rule {number}', {number: at + 1});

/** What an environment gets, in a few words. @param {any} flag @param {string} environment */
export function getsWords(flag, environment) {
  const {state, rollout, rules} = inEnvironment(flag, environment);
  if (state === 'FORCE_OFF') return say('Forced off for everybody');
  if (!isLive(state)) return say('Off for everybody');
  const active = list(rules).filter(rule => rule?.disabled !== true).length;
  const served = defaultVariant(flag);
  const off = served === offVariant(flag);
  const rest = off ? say('off for everybody else') : state === 'ROLLOUT' ? say('{percent} % get “{variant}”', {percent: percentOf(rollout), variant: served})
    : active ? say('everybody else gets “{variant}”', {variant: served}) : say('Everybody gets “{variant}”', {variant: served});
  if (!active) return off ? say('Off for everybody') : rest;
  return say('{rules}, then {rest}', {rules: plural('{count} rule', '{count} rules', {count: active}), rest});
}

/** Why a flag serves what it serves. @param {import('../sdk/flags.js').Evaluation} answer @param {any} flag as it counts there */
export function reasonWords({reason, ruleId, bucket}, flag) {
  const rules = list(flag?.rules);
  const at = rules.findIndex(rule => rule?.id === ruleId);
  const rule = at < 0 ? '' : ruleName(rules[at], at);
  if (rule) return bucket === undefined || bucket === null ? say('The rule “{rule}” decides.', {rule}) : say('The rule “{rule}” decides, by the bucket {bucket}.', {rule, bucket});
  switch (reason) {
    case 'STATIC': return say('The same for everybody.');
    case 'TARGETING_MATCH': return say('No rule decides: the default.');
    case 'SPLIT': return say('The bucket {bucket} of the rollout decides.', {bucket: bucket ?? '?'});
    case 'DISABLED': return say('Off by its state, its dates, a prerequisite or a kill switch.');
    case 'UNKNOWN': return say('A share decides, and what it is dealt by is missing: off.');
    default: return say('The flag is damaged, and therefore off.');
  }
}

/** A value in a sentence. @param {any} value */
export const valueWords = value => (typeof value === 'string' ? quoted(value) : typeof value === 'number' ? number(value) : JSON.stringify(value));
