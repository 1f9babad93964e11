// Whether flags are on for somebody: the SDK's own evaluation, of a document as clients get it or of a draft.

import {Flags} from '../sdk/flags.js';
import {instant} from '../sdk/values.js';

/** What a flag may have of its own in an environment. */
const OWN = ['state', 'rollout', 'rules'];

/** @param {any} flag @param {string} environment */
function resolved(flag, environment) {
  const {environments, ...usual} = flag;
  const own = environments?.[environment] ?? {};
  return {...usual, ...Object.fromEntries(OWN.filter(name => name in own).map(name => [name, own[name]]))};
}

/** By the list of flags: a document that changes elsewhere has the same one. @type {WeakMap<object, {segments: any, environment: string, flags: Flags | null}>} */
const known = new WeakMap();

/** @param {any} list @param {any} segments @param {string} environment @param {() => Flags} compile @returns {Flags | null} */
function compiled(list, segments, environment, compile) {
  const found = Array.isArray(list) ? known.get(list) : undefined;
  if (found && found.segments === segments && found.environment === environment) return found.flags;
  /** @type {Flags | null} */
  let flags = null;
  try {
    flags = compile();
  } catch {
    // A draft that is half typed: none is on.
  }
  if (Array.isArray(list)) known.set(list, {segments, environment, flags});
  return flags;
}

/** @param {{value: unknown, variant?: string | null, reason: string} | undefined} answer @param {string} [off] the flag's off variant */
export function isOn(answer, off = 'off') {
  if (!answer || answer.reason === 'ERROR' || answer.variant === null) return false;
  return typeof answer.value === 'boolean' ? answer.value : answer.variant !== off;
}

/**
 * @param {Record<string, any>} config
 * @param {import('./model.js').Context} context
 * @param {(key: string) => boolean | undefined} [told] knows better, mostly of flags that only the server evaluates
 * @returns {import('./model.js').IsOn}
 */
export function flagsOf(config, context, told = () => undefined) {
  const {tenant, platform, version: clientVersion, role, environment = '', attributes} = context;
  const asked = Object.entries({tenant, platform, clientVersion, role: role || undefined, environment, ...attributes});
  const given = Object.fromEntries(asked.filter(([, value]) => value !== undefined && value !== ''));
  const sources = (Array.isArray(config?.featureFlags) ? config.featureFlags : []).filter((/** @type {any} */ flag) => typeof flag?.key === 'string');
  const segments = (Array.isArray(config?.segments) ? config.segments : []).filter((/** @type {any} */ one) => typeof one?.id === 'string');
  const flags = compiled(config?.featureFlags, config?.segments, environment, () => (
    new Flags({featureFlags: sources.map((/** @type {any} */ flag) => resolved(flag, environment)), segments})));
  const off = new Map(sources.map((/** @type {any} */ flag) => [flag.key, flag.offVariant ?? 'off']));
  const now = instant(Date.now());
  return key => {
    const answer = told(key);
    if (answer !== undefined) return answer;
    return isOn(flags?.evaluate(key, given, now), off.get(key));
  };
}
