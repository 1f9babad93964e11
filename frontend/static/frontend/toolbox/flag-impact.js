// What a draft's flags do to tenants, compared with what is live: who gets one, who loses it. No DOM, no texts.
import {dependents, flagsOf} from './flag-effects.js';
import {evaluator} from './flag-evaluation.js';
import {offVariant} from './flag-model.js';

/** Flags that are compared: each is evaluated for every tenant, before and after. */
const MOST_FLAGS = 100;

/** @typedef {{key: string, gains: string[], loses: string[], others: string[], unknown: boolean}} Impact `others`: another variant; `unknown`: a pattern decides, which only the server evaluates */

/** Flags that are not the same, and those that need one. @param {Record<string, any>} live @param {Record<string, any>} draft @returns {string[]} */
export function touched(live, draft) {
  const [before, after] = [flagsOf(live), flagsOf(draft)];
  const all = live.segments !== draft.segments && JSON.stringify(live.segments) !== JSON.stringify(draft.segments);
  const found = new Set([...new Set([...before.keys(), ...after.keys()])].filter(key => all || (before.get(key) !== after.get(key) && JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)))));
  for (const key of found) for (const snapshot of [live, draft]) dependents(snapshot, key).forEach(flag => found.add(flag.key));
  return [...found];
}

/**
 * @param {Record<string, any>} live @param {Record<string, any>} draft @param {string} environment @param {string[]} tenants
 * @param {number} [now] milliseconds
 * @returns {Impact[]} of the flags that change for somebody, or may
 */
export function impactOf(live, draft, environment, tenants, now = Date.now()) {
  const [before, after] = [flagsOf(live), flagsOf(draft)];
  /** @type {Impact[]} */
  const found = [];
  for (const key of touched(live, draft).slice(0, MOST_FLAGS)) {
    const [was, is] = [before.has(key) ? evaluator(live, key, environment, now) : null, after.has(key) ? evaluator(draft, key, environment, now) : null];
    const impact = {key, gains: /** @type {string[]} */ ([]), loses: /** @type {string[]} */ ([]), others: /** @type {string[]} */ ([]), unknown: false};
    for (const tenant of tenants) {
      const [one, two] = [was?.({tenant}), is?.({tenant})];
      if (one === null || two === null) {
        impact.unknown = true;
        break;
      }
      const wasOn = one !== undefined && one.variant !== null && one.variant !== offVariant(before.get(key) ?? {});
      const isOn = two !== undefined && two.variant !== null && two.variant !== offVariant(after.get(key) ?? {});
      if (isOn && !wasOn) impact.gains.push(tenant);
      else if (wasOn && !isOn) impact.loses.push(tenant);
      else if (wasOn && JSON.stringify(one.value) !== JSON.stringify(two?.value)) impact.others.push(tenant);
    }
    if (impact.unknown || impact.gains.length || impact.loses.length || impact.others.length) found.push(impact);
  }
  return found;
}
