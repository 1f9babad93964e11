// Conditions and segments, made into functions once for each document. A value that an operator cannot read makes the
// condition unusable, and with it the flag: were it only "no match", a `not` around it would turn the flag on for all.

import {
  LONGEST_TEXT,
  addressOf,
  compare,
  dottedOf,
  instantOf,
  isLonger,
  networkOf,
  numberOf,
  rangeOf,
  readMembers,
  readText,
  textOf,
  versionOf,
} from "./values.js";

/** Levels of conditions, and questions that those of one flag may come to, segments counted where they are used. */
const DEEPEST = 100;
export const MOST_QUESTIONS = 2_000;
const FORMS = ["attribute", "segment", "all", "any", "not"];

/**
 * One context asked at one moment (microseconds since 1970): each segment is evaluated once.
 * @typedef {{context: Record<string, unknown>, now: bigint, segments: Map<string, boolean>}} Run
 * @typedef {(run: Run) => boolean} Test
 * @typedef {{test: Test, questions: number, depth: number}} Compiled
 * @typedef {(read: (run: Run) => unknown, values: unknown[], ignoreCase: boolean, attribute: string) => Test} Maker
 */

/** A part of a flag that cannot be evaluated. */
export class Unusable extends Error {}

/**
 * Letter by letter, so that only a Greek sigma has another lower case at the end of a word.
 * @param {string} text
 */
function fold(text) {
  return text.toLowerCase().replaceAll("ς", "σ");
}

/**
 * @param {unknown[]} values
 * @param {boolean} ignoreCase
 */
function texts(values, ignoreCase) {
  return values.map((value) => {
    const text = textOf(value);
    if (text === null || isLonger(text, LONGEST_TEXT)) throw new Unusable("A value is no text.");
    return ignoreCase ? fold(text) : text;
  });
}

/** @type {Maker} */
const among = (read, values, ignoreCase) => {
  const wanted = new Set(texts(values, ignoreCase));
  return (run) => {
    const value = read(run);
    return (Array.isArray(value) ? readMembers(value) : [readText(value)]).some(
      (text) => text !== null && wanted.has(ignoreCase ? fold(text) : text),
    );
  };
};

/**
 * @param {(text: string, part: string) => boolean} fits
 * @returns {Maker}
 */
const part = (fits) => (read, values, ignoreCase) => {
  const wanted = texts(values, ignoreCase);
  return (run) => {
    const text = readText(read(run));
    if (text === null) return false;
    const shown = ignoreCase ? fold(text) : text;
    return wanted.some((value) => fits(shown, value));
  };
};

const hasPart = part((text, value) => text.includes(value));

/**
 * The values of a condition, all of which must be readable.
 * @template T
 * @param {unknown[]} values
 * @param {(value: unknown) => T | null} reader
 */
function readable(values, reader) {
  return values.map((value) => {
    const found = reader(value);
    if (found === null) throw new Unusable("A value cannot be used with its operator.");
    return found;
  });
}

/**
 * @param {(value: unknown) => unknown} reader
 * @param {(order: number) => boolean} fits
 * @returns {Maker}
 */
const ordered = (reader, fits) => (read, values, ignoreCase, attribute) => {
  const bounds = readable(values, reader);
  const isNow = attribute === "currentTime" && reader === instantOf;
  return (run) => {
    const named = read(run);
    const found = isNow && (named === undefined || named === null) ? run.now : reader(named);
    return found !== null && bounds.some((bound) => fits(compare(found, bound)));
  };
};

/** @type {(order: number) => boolean} */
const below = (order) => order < 0;
/** @type {(order: number) => boolean} */
const upTo = (order) => order <= 0;
/** @type {(order: number) => boolean} */
const same = (order) => order === 0;
/** @type {(order: number) => boolean} */
const above = (order) => order > 0;
/** @type {(order: number) => boolean} */
const from = (order) => order >= 0;

/** `matches` is not among them: browsers have no engine for patterns that is linear in time.
 * @type {Map<string, Maker>} */
const OPERATORS = new Map(
  Object.entries({
    exists: (read) => (run) => (read(run) ?? null) !== null,
    equals: among,
    in: among,
    notIn: (...asked) => {
      const test = among(...asked);
      return (run) => !test(run);
    },
    contains: (...asked) => {
      const [whole, inside] = [among(...asked), hasPart(...asked)];
      return (run) => (Array.isArray(asked[0](run)) ? whole : inside)(run);
    },
    startsWith: part((text, value) => text.startsWith(value)),
    endsWith: part((text, value) => text.endsWith(value)),
    inCidr: (read, values) => {
      const networks = readable(values, networkOf);
      return (run) => {
        const address = addressOf(read(run));
        return networks.some(({ version, first, last }) => {
          const number = address && (version === 4 ? address.four : address.six);
          return number !== null && first <= number && number <= last;
        });
      };
    },
    lt: ordered(numberOf, below),
    lte: ordered(numberOf, upTo),
    gt: ordered(numberOf, above),
    gte: ordered(numberOf, from),
    before: ordered(instantOf, below),
    after: ordered(instantOf, above),
    semverEq: ordered(versionOf, same),
    semverLt: ordered(versionOf, below),
    semverLte: ordered(versionOf, upTo),
    semverGt: ordered(versionOf, above),
    semverGte: ordered(versionOf, from),
    semverRange: (read, values) => {
      const ranges = readable(values, rangeOf);
      return (run) => {
        const version = versionOf(read(run));
        return version !== null && ranges.some((holds) => holds(version));
      };
    },
    dottedEq: ordered(dottedOf, same),
    dottedLt: ordered(dottedOf, below),
    dottedLte: ordered(dottedOf, upTo),
    dottedGt: ordered(dottedOf, above),
    dottedGte: ordered(dottedOf, from),
  }),
);

/** The segments of a document, and what turns conditions that may use them into tests. */
export class Conditions {
  /** @type {Map<string, unknown>} */
  #sources = new Map();
  /** @type {Map<string, Compiled | null>} null: it is being compiled, or cannot be asked */
  #compiled = new Map();

  /** @param {unknown[]} segments */
  constructor(segments) {
    for (const segment of /** @type {any[]} */ (segments)) {
      if (typeof segment?.id === "string") this.#sources.set(segment.id, segment.conditions);
    }
  }

  /**
   * All must hold; no conditions hold. Throws {@link Unusable} when one cannot be asked.
   * @param {unknown} conditions
   * @returns {Compiled}
   */
  allOf(conditions) {
    // What clients get of a private segment has none. Taken for "no conditions", it would be everybody.
    if (!Array.isArray(conditions)) throw new Unusable("The conditions are not told.");
    const parts = conditions.map((condition) => this.#one(condition));
    if (parts.length === 1) return parts[0];
    return bounded((run) => parts.every(({ test }) => test(run)), parts);
  }

  /**
   * @param {any} condition
   * @returns {Compiled}
   */
  #one(condition) {
    if (condition === null || typeof condition !== "object") throw new Unusable("A condition is no object.");
    const { attribute, operator, values = [], segment, all, any, not } = condition;
    if (FORMS.filter((form) => form in condition).length !== 1) throw new Unusable("A condition is not of one form.");
    if (typeof attribute === "string") return this.#question(attribute, operator, values, condition.ignoreCase === true);
    if (typeof segment === "string") return this.#segment(segment);
    if (Array.isArray(all)) return this.allOf(all);
    if (Array.isArray(any) && any.length) {
      const parts = any.map((one) => this.#one(one));
      return bounded((run) => parts.some(({ test }) => test(run)), parts);
    }
    if (not === undefined) throw new Unusable("A condition asks nothing.");
    const part = this.#one(not);
    return bounded((run) => !part.test(run), [part]);
  }

  /**
   * @param {string} attribute
   * @param {string} operator
   * @param {unknown} values
   * @param {boolean} ignoreCase
   */
  #question(attribute, operator, values, ignoreCase) {
    const make = OPERATORS.get(operator);
    if (!make || !Array.isArray(values) || (operator !== "exists" && !values.length)) {
      throw new Unusable("A question cannot be asked.");
    }
    /** @param {Run} run */
    const read = ({ context }) => (Object.hasOwn(context, attribute) ? context[attribute] : undefined);
    return bounded(make(read, values, ignoreCase, attribute), []);
  }

  /** @param {string} name */
  #segment(name) {
    let found = this.#compiled.get(name);
    if (found === undefined) {
      this.#compiled.set(name, null);
      const part = this.allOf(this.#sources.get(name));
      found = bounded((run) => {
        const known = run.segments.get(name) ?? part.test(run);
        run.segments.set(name, known);
        return known;
      }, [part]);
      this.#compiled.set(name, found);
    }
    if (!found) throw new Unusable("A segment cannot be asked.");
    return found;
  }
}

/**
 * @param {Test} test
 * @param {Compiled[]} parts
 * @returns {Compiled}
 */
function bounded(test, parts) {
  const questions = parts.reduce((sum, part) => sum + part.questions, 1);
  const depth = parts.reduce((most, part) => Math.max(most, part.depth), 0) + 1;
  if (questions > MOST_QUESTIONS || depth > DEEPEST) throw new Unusable("The conditions ask too much.");
  return { test, questions, depth };
}
