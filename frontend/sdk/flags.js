// Flags of a published document, evaluated here: the answers of flags/engine, which tests/vectors/flags.json tells in
// examples for any language.

import { Conditions, MOST_QUESTIONS, Unusable } from "./conditions.js";
import { WHOLE, fnv1aBucket, fnv1aRollout, rolloutBucket, splitBucket } from "./hashing.js";
import { instantOf, isObject } from "./values.js";

/**
 * @typedef {"STATIC" | "TARGETING_MATCH" | "SPLIT" | "DISABLED" | "UNKNOWN" | "ERROR"} Reason
 * @typedef {{value: any, variant: string | null, reason: Reason, ruleId?: string, bucket?: number}} Evaluation
 * `ruleId` names the rule that decided; `bucket` is there when a bucket decided.
 * @typedef {import("./conditions.js").Run} Run
 * @typedef {(run: Run) => Evaluation} Decide
 * @typedef {(run: Run) => Evaluation | null} Serve
 * @typedef {{flag: Flag, variant: string | undefined}} Need
 * @typedef {{off: Evaluation, needs: Need[], decide: Decide, dynamic: boolean, start: bigint | null}} Flag
 */

const BOOLEAN = [
  { key: "on", value: true },
  { key: "off", value: false },
];
const LIVE = ["ON", "ROLLOUT"];

/** The flags of one document. A flag that cannot be compiled serves its off variant with the reason `ERROR`. */
export class Flags {
  /** @type {Map<string, Flag>} */
  #flags = new Map();
  /** Keys of flags that only the server can evaluate. @type {Set<string>} */
  remote = new Set();
  /** Keys of flags that cannot be evaluated. @type {string[]} */
  damaged = [];

  /** @param {{featureFlags?: any[], segments?: any[]}} document */
  constructor({ featureFlags = [], segments = [] }) {
    const conditions = new Conditions(segments);
    const sources = new Map(featureFlags.map((source) => [source.key, source]));
    for (const key of inOrder(sources)) {
      const source = sources.get(key);
      if (source.remote === true) this.remote.add(key);
      else this.#flags.set(key, this.#compiled(source, conditions));
    }
    for (const [key, source] of sources) {
      // In a circle, or in need of one.
      if (!this.#flags.has(key) && !this.remote.has(key)) this.#flags.set(key, this.#broken(source));
    }
  }

  /** Of those that are evaluated here. */
  get keys() {
    return [...this.#flags.keys()];
  }

  /**
   * What a flag serves; null when there is no such flag, or only the server can evaluate it.
   * @param {string} key
   * @param {Record<string, unknown>} context
   * @param {bigint} now microseconds since 1970
   */
  evaluate(key, context, now) {
    const flag = this.#flags.get(key);
    return flag ? evaluated(flag, { context, now, segments: new Map() }) : null;
  }

  /**
   * @param {any} source
   * @param {Conditions} conditions
   */
  #compiled(source, conditions) {
    try {
      return compiled(source, conditions, this.#flags);
    } catch {
      // Whatever is wrong: the other flags are not concerned.
      return this.#broken(source);
    }
  }

  /** @param {any} source */
  #broken(source) {
    this.damaged.push(source.key);
    /** @type {Evaluation} */
    let off = { value: null, variant: null, reason: "ERROR" };
    try {
      const { offVariant = "off" } = source;
      off = { ...variantsOf(source)(offVariant), reason: "ERROR" };
    } catch {
      // There is nothing to serve.
    }
    return always(off);
  }
}

/**
 * Every flag after those that it needs. Flags in a circle, and those that need one of them, never come.
 * @param {Map<string, any>} sources
 */
function inOrder(sources) {
  /** @type {Map<string, string[]>} */
  const waiting = new Map();
  const missing = new Map();
  const ready = [];
  for (const [key, source] of sources) {
    const asked = LIVE.includes(source.state) && Array.isArray(source.prerequisites) ? source.prerequisites : [];
    const names = asked.map((/** @type {any} */ need) => need?.flag);
    const needs = new Set(names.filter((/** @type {unknown} */ name) => typeof name === "string" && sources.has(name)));
    for (const need of needs) {
      const others = waiting.get(need);
      if (others) others.push(key);
      else waiting.set(need, [key]);
    }
    missing.set(key, needs.size);
    if (!needs.size) ready.push(key);
  }
  for (const key of ready) {
    for (const other of waiting.get(key) ?? []) {
      missing.set(other, missing.get(other) - 1);
      if (!missing.get(other)) ready.push(other);
    }
  }
  return ready;
}

/**
 * Flags that are needed first, each once, without recursion: a chain may be as long as a document.
 * @param {Flag} flag
 * @param {Run} run
 * @returns {Evaluation}
 */
function evaluated(flag, run) {
  /** @type {Map<Flag, Evaluation>} */
  const done = new Map();
  const pending = [flag];
  for (let current = pending.at(-1); current; current = pending.at(-1)) {
    const waiting = current.needs.filter((need) => !done.has(need.flag));
    if (waiting.length) {
      pending.push(...waiting.map((need) => need.flag));
      continue;
    }
    const met = current.needs.every((need) => isMet(need, /** @type {Evaluation} */ (done.get(need.flag))));
    if (!done.has(current)) done.set(current, met ? current.decide(run) : current.off);
    pending.pop();
  }
  return /** @type {Evaluation} */ (done.get(flag));
}

/**
 * @param {Need} need
 * @param {Evaluation} served
 */
function isMet({ flag, variant }, served) {
  if (served.reason === "ERROR") return false;
  return variant === undefined ? served.variant !== flag.off.variant : served.variant === variant;
}

/**
 * @param {Evaluation} answer
 * @returns {Flag}
 */
function always(answer) {
  return { off: answer, needs: [], decide: () => answer, dynamic: false, start: null };
}

/**
 * @param {any} source
 * @returns {(variant: string, reason?: Reason, ruleId?: string) => Evaluation}
 */
function variantsOf({ type, variants = type === "boolean" ? BOOLEAN : [] }) {
  const values = new Map();
  a("string", type);
  for (const { key, value } of variants) values.set(a("string", key), typed(type, value));
  return (variant, reason = "DISABLED", ruleId = undefined) => {
    if (!values.has(variant)) throw new Unusable("The flag has no such variant.");
    const answer = { value: values.get(variant), variant, reason };
    return ruleId === undefined ? answer : { ...answer, ruleId };
  };
}

/**
 * @param {any} source
 * @param {Conditions} conditions
 * @param {Map<string, Flag>} others
 * @returns {Flag}
 */
function compiled(source, conditions, others) {
  const { state, prerequisites = [], defaultVariant = "on", offVariant = "off" } = source;
  const serving = variantsOf(source);
  const off = serving(offVariant);
  if (state === undefined) throw new Unusable("The flag has no state.");
  if (!LIVE.includes(state)) return always(off);
  const needs = prerequisites.map((/** @type {any} */ need) => {
    const flag = others.get(need.flag);
    if (!flag) throw new Unusable("A flag that is needed is not there.");
    return { flag, variant: need.variant };
  });
  const { deal, rules } = rulesOf(source, conditions, serving);
  const start = moment(source.enabledFrom);
  const end = moment(source.enabledUntil);
  const dynamic =
    state === "ROLLOUT" ||
    rules.length > 0 ||
    end !== null ||
    needs.some((/** @type {Need} */ { flag }) => flag.dynamic || flag.start !== null);
  const rest = state === "ROLLOUT" ? rolledOut() : constant();

  /** @returns {Decide} */
  function constant() {
    const answer = serving(defaultVariant, dynamic ? "TARGETING_MATCH" : "STATIC");
    return () => answer;
  }

  /** @returns {Decide} */
  function rolledOut() {
    const bucketOf = deal.bucket();
    const share = deal.share(source.rollout);
    const inside = serving(defaultVariant, "SPLIT");
    return ({ context }) => {
      const bucket = bucketOf(context);
      if (bucket === null) return { ...off, reason: "UNKNOWN" };
      return bucket < share ? { ...inside, bucket } : { ...off, reason: "SPLIT", bucket };
    };
  }

  return {
    off,
    needs,
    dynamic,
    start,
    decide(run) {
      if ((start !== null && run.now < start) || (end !== null && run.now >= end)) return off;
      for (const { test, serve } of rules) {
        const served = test(run) ? serve(run) : null;
        if (served) return served;
      }
      return rest(run);
    },
  };
}

/**
 * @param {any} source
 * @param {Conditions} conditions
 * @param {ReturnType<typeof variantsOf>} serving
 */
function rulesOf(source, conditions, serving) {
  const { rules: every = [], defaultVariant = "on" } = source;
  const listed = every.filter((/** @type {any} */ rule) => rule?.disabled !== true);
  const deal = dealing(source);
  let questions = 0;
  const rules = listed.map((/** @type {any} */ rule) => {
    const { conditions: all = [] } = rule;
    const asked = conditions.allOf(all);
    questions += asked.questions;
    if (questions > MOST_QUESTIONS) throw new Unusable("The rules ask too much.");
    return { test: asked.test, serve: served(rule) };
  });
  deal.bucket();
  return { deal, rules };

  /**
   * @param {any} rule
   * @returns {Serve}
   */
  function served(rule) {
    const { variant = defaultVariant } = rule;
    const id = a("string", rule.id);
    const bucketOf = deal.bucket(rule);
    const share = rule.rollout === undefined ? null : deal.share(rule.rollout);
    const split = rule.split === undefined ? null : splitOf(rule, id);
    if (share === null && split) return split;
    const fixed = split ? null : serving(variant, share === null ? "TARGETING_MATCH" : "SPLIT", id);
    if (share === null) return () => fixed;
    return (run) => {
      const bucket = bucketOf(run.context);
      if (bucket === null || bucket >= share) return null;
      return split ? split(run) : { .../** @type {Evaluation} */ (fixed), bucket };
    };
  }

  /**
   * @param {any} rule
   * @param {string} id
   * @returns {Serve}
   */
  function splitOf(rule, id) {
    let end = 0;
    const parts = rule.split.map((/** @type {any} */ part) => {
      end += part.weight;
      return { end, answer: serving(part.variant, "SPLIT", id) };
    });
    const whole = rule.total === undefined ? WHOLE : wholeNumber(rule.total);
    if (end !== whole || whole < 1) throw new Unusable("The weights of a split do not make its total.");
    const bucketOf = deal.split(rule);
    return ({ context }) => {
      const bucket = bucketOf(context);
      const part = bucket === null ? null : parts.find((/** @type {any} */ one) => bucket < one.end);
      return part ? { ...part.answer, bucket } : null;
    };
  }
}

/**
 * What a flag hashes; a rule may name another attribute, another seed, or both.
 * @param {any} source
 */
function dealing({ key, bucketBy: usual = "tenant", bucketing = {} }) {
  if (!isObject(bucketing)) throw new Unusable("What is hashed is not told.");
  const { seed: known = key, algorithm } = bucketing;
  const isFnv1a = algorithm === "fnv1a";
  a("string", known);
  return {
    /** @param {any} [rule] */
    bucket({ bucketBy = usual, seed = known } = {}) {
      const names = namesOf(bucketBy);
      return isFnv1a ? fnv1aBucket(names, key, a("string", seed)) : rolloutBucket(names, a("string", seed));
    },
    /** The former product had no splits: those of an imported flag are hashed as all others, and salted with the key.
     * @param {any} rule */
    split({ bucketBy = usual, seed = isFnv1a ? key : known, total }) {
      return splitBucket(namesOf(bucketBy), seed, total);
    },
    /** @param {unknown} rollout */
    share: (rollout) => (isFnv1a ? fnv1aRollout(wholeNumber(rollout)) : wholeNumber(rollout)),
  };
}

/**
 * @param {unknown} by
 * @returns {string[]}
 */
function namesOf(by) {
  const names = Array.isArray(by) ? by : [by];
  if (!names.length) throw new Unusable("Nothing is hashed.");
  return names.map((name) => a("string", name));
}

/**
 * @param {string} kind
 * @param {any} value
 */
function a(kind, value) {
  if (typeof value !== kind) throw new Unusable("A part of the flag is of another type.");
  return value;
}

/**
 * The value of a variant; a number is one where the flag says so.
 * @param {unknown} type
 * @param {unknown} value
 */
function typed(type, value) {
  if (value === undefined) throw new Unusable("A value is missing.");
  return type === "number" ? a("number", value) : type === "integer" ? wholeNumber(value) : value;
}

/** @param {unknown} value */
function wholeNumber(value) {
  if (!Number.isInteger(value)) throw new Unusable("A share is no whole number.");
  return /** @type {number} */ (value);
}

/** @param {unknown} value */
function moment(value) {
  const found = value === undefined ? null : instantOf(value);
  if (value !== undefined && found === null) throw new Unusable("A date cannot be read.");
  return found;
}
