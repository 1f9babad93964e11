// One client of one server: the published config, the version gate and the flags, kept up to date. Nothing is thrown
// into the app: whatever goes wrong, what was there stays, `problem` says what it was, and the next round comes.
// docs/reference/client-contract.md says what every client does.

import { MOST_CHARACTERS, Rejected, checked, checkedRelease, isSerial } from "./document.js";
import { instant, isObject } from "./values.js";
import { LONGEST, waitAfter } from "./waiting.js";

const GATES = ["OK", "UNKNOWN", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE", "MALFORMED"];
const PATIENCE = 10_000; // milliseconds, for one answer
const LEAST_GAP = 1_000; // milliseconds, from one round to the next
const LONGEST_WAIT = 2 * LONGEST * 1_000; // milliseconds
/** Rounds in a row in which the gate names a lower serial, until it is believed rather than what the app started with. */
const DOUBTS = 3;

/**
 * @typedef {import("./document.js").Document} Document
 * @typedef {import("./document.js").Release} Release
 * @typedef {{policyStatus: string, requiresUpdate: boolean, message: string, url: string, updateAvailable?: boolean,
 *   latest?: string, minSupported?: string, serial?: number, pollAfter?: number, capabilities?: string[],
 *   safeMode?: boolean, publishedConfigVersion?: string | null}} Gate
 * @typedef {{value: any, variant?: string | null, reason: string, ruleId?: string, bucket?: number,
 *   errorCode?: string}} Details
 * @typedef {{getItem(key: string): string | null, setItem(key: string, value: string): void}} Storage
 * @typedef {{now(): number, monotonic(): number, setTimeout(run: () => void, milliseconds: number): any,
 *   clearTimeout(timer: any): void}} Clock `now` is the time of day, for flags alone; `monotonic` cannot be set; milliseconds
 * @typedef {{readonly hidden: boolean, addEventListener(name: string, run: () => void): void,
 *   removeEventListener(name: string, run: () => void): void}} Page
 * @typedef {object} Options
 * @property {string} baseUrl such as `https://icontrol.example`
 * @property {string} clientVersion
 * @property {string} [clientKey] `pk_…`; left out: the default application and environment
 * @property {string} [platform] whose version policy counts
 * @property {string} [language] of messages; left out: the browser's
 * @property {string} [surface]
 * @property {string} [tenant]
 * @property {Record<string, unknown>} [attributes] what flags ask about
 * @property {Release} [bootstrap] a file of `export_config --live --to clients`
 * @property {string} [environment] `application/environment` that alone is accepted; left out: the bootstrap's, or else
 *   that of the first answer
 * @property {typeof globalThis.fetch} [fetch]
 * @property {Storage | null} [storage] for a start without a network; left out: `localStorage` where there is one
 * @property {Clock} [clock]
 * @property {() => number} [random]
 * @property {Page} [page] nothing is asked while it is hidden
 */

/** @param {Options} options */
export function createClient(options) {
  return new Client(options);
}

export class Client {
  /** What went wrong in the last round, such as `network`, `http.401`, `document.shape`, `release.older`.
   * @type {string | null} */
  problem = null;
  /** @type {Gate} */
  gate = { policyStatus: "UNKNOWN", requiresUpdate: false, message: "", url: "" };

  #options;
  #base;
  /** @type {Clock} */
  #clock;
  /** @type {Storage | null} */
  #storage;
  #storageKey;
  /** @type {Page | undefined} */
  #page;
  /** @type {Record<string, unknown>} */
  #context = {};
  #contextText = "";
  /** @type {Release | null} */
  #kept = null;
  /** @type {import("./flags.js").Flags | null} */
  #flags = null;
  /** Evaluations of flags that only the server can evaluate, for the context of now.
   * @type {Map<string, Details>} */
  #remote = new Map();
  #remoteEtag = "";
  /** Whether what is kept was received since the start, and not loaded. */
  #isReceived = false;
  #doubts = 0;
  /** `application/environment` that is accepted. @type {string | undefined} */
  #expected;
  #gateEtag = "";
  /** @type {Set<(client: Client) => void>} */
  #listeners = new Set();
  /** @type {Promise<void> | null} */
  #flying = null;
  #ended = -LEAST_GAP;
  /** Before that the server does not want to be asked. */
  #earliest = 0;
  #waiting = { failures: 0, careful: 0, isFirst: true };
  #due = 0;
  /** @type {any} */
  #timer = null;
  #isRunning = false;

  /** @param {Options} options */
  constructor(options) {
    const { baseUrl, clientKey = "", surface = "", tenant, attributes, bootstrap, storage = browserStorage() } = options;
    this.#options = options;
    this.#base = baseUrl.replace(/\/+$/, "");
    this.#clock = options.clock ?? systemClock;
    this.#page = options.page ?? globalThis.document;
    this.#storage = storage;
    this.#storageKey = ["icontrol", this.#base, clientKey, surface].join(" ");
    this.setContext({ tenant, attributes });
    this.#expected = options.environment;
    this.#begin(bootstrap);
    if (this.#kept) this.#expected ??= nameOf(this.#kept);
    this.#begin(this.#stored());
  }

  /** The published config; null until there is one. Not to be changed.
   * @returns {Document | null} */
  get document() {
    return this.#kept && this.#kept.document;
  }

  /** Number of the release; 0 until there is one. */
  get serial() {
    return this.#kept ? this.#kept.serial : 0;
  }

  /** Of the app, as it was given. */
  get clientVersion() {
    return this.#options.clientVersion;
  }

  /** Of the config. @returns {string | null} */
  get version() {
    return this.#kept && this.#kept.version;
  }

  /** Asks now, and gives the config, or what was kept. */
  async loadPublishedConfig() {
    await this.refresh();
    return this.document;
  }

  /** Asks now, and says whether this version of the app may go on. */
  async checkVersionGate() {
    await this.refresh();
    return this.gate;
  }

  /**
   * A flag's value; `fallback` where there is none, or one of another type.
   * @template T
   * @param {string} key
   * @param {T} fallback
   * @returns {T}
   */
  flag(key, fallback) {
    return this.flagDetails(key, fallback).value;
  }

  /**
   * @param {string} key
   * @param {unknown} fallback
   * @returns {Details}
   */
  flagDetails(key, fallback) {
    const missing = (/** @type {string} */ errorCode) => ({ value: fallback, reason: "ERROR", errorCode });
    if (!this.#flags || !this.#kept) return missing("PROVIDER_NOT_READY");
    const isRemote = this.#flags.remote.has(key);
    const context = { ...this.#context, environment: this.#kept.environment };
    const found = isRemote ? this.#remote.get(key) : this.#flags.evaluate(key, context, instant(this.#clock.now()));
    if (!found) return missing(isRemote ? "PROVIDER_NOT_READY" : "FLAG_NOT_FOUND");
    if (found.reason === "ERROR" && found.variant === null) return missing("GENERAL");
    const isOther = fallback !== undefined && fallback !== null && typeof fallback !== typeof found.value;
    return isOther ? missing("TYPE_MISMATCH") : found;
  }

  /**
   * Who uses the app, from now on. The same as before changes nothing. For another one, flags that only the server can
   * evaluate are asked for in a round that is due at once, under the rules of every round; until it ends, a tenant's
   * answers stay with that tenant.
   * @param {{tenant?: string, attributes?: Record<string, unknown>}} context
   */
  setContext({ tenant, attributes = {} }) {
    const { platform, clientVersion } = this.#options;
    const context = Object.fromEntries(
      Object.entries({ platform, clientVersion, tenant, ...attributes }).filter(([, value]) => value !== undefined),
    );
    const text = canonical(context);
    if (text && text === this.#contextText) return;
    const isOther = context.tenant !== this.#context.tenant;
    this.#context = context;
    this.#contextText = text;
    this.#remoteEtag = "";
    if (!this.#flags?.remote.size) return;
    this.#due = Math.min(this.#due, this.#earliest);
    this.#schedule();
    if (!isOther || !this.#remote.size) return;
    this.#remote = new Map();
    this.#tell();
  }

  /**
   * `listener` is called after each change of the config, the gate or the flags. The answer ends that.
   * @param {(client: Client) => void} listener
   */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Asks now and then again and again. */
  start() {
    if (this.#isRunning) return this;
    this.#isRunning = true;
    this.#page?.addEventListener("visibilitychange", this.#schedule);
    this.#schedule();
    return this;
  }

  stop() {
    this.#isRunning = false;
    this.#page?.removeEventListener("visibilitychange", this.#schedule);
    this.#clock.clearTimeout(this.#timer);
  }

  /** One round, unless one is under way or ended less than a second ago. Never rejects. */
  refresh() {
    if (this.#flying) return this.#flying;
    return this.#clock.monotonic() - this.#ended < LEAST_GAP ? Promise.resolve() : this.#fly();
  }

  #fly() {
    this.#flying ??= this.#round().then(() => {
      this.#flying = null;
      this.#schedule();
    });
    return this.#flying;
  }

  #schedule = () => {
    this.#clock.clearTimeout(this.#timer);
    if (!this.#isRunning || this.#page?.hidden || this.#flying) return;
    const wait = Math.min(Math.max(this.#due - this.#clock.monotonic(), 0), LONGEST_WAIT);
    this.#timer = this.#clock.setTimeout(() => this.#fly(), wait);
    this.#timer?.unref?.(); // Node: a program may end
  };

  async #round() {
    const before = [this.#kept, this.gate, this.#remote];
    const context = this.#context;
    let outcome = { status: 200, retryAfter: 0 };
    this.problem = null;
    try {
      outcome = await this.#askGate();
      const { policyStatus, serial = 0, publishedConfigVersion } = this.gate;
      const isWelcome = ["OK", "UNKNOWN", "SOFT_BLOCK"].includes(policyStatus);
      const isOlder = isWelcome && this.#isOurs() && Number(this.gate.serial) < this.serial;
      if (isWelcome) this.#doubts = isOlder && !this.#isReceived ? this.#doubts + 1 : 0;
      const isNew = publishedConfigVersion !== null && serial > (this.#isBelieved() ? this.serial : -1);
      if (isWelcome && isNew) await this.#askConfig();
      if (isWelcome && this.#flags?.remote.size) await this.#askRemote();
      if (isOlder && this.#kept === before[0]) throw new Rejected("release.older");
    } catch (error) {
      outcome = error instanceof Failure ? error : { status: 0, retryAfter: 0 };
      this.problem = error instanceof Failure || error instanceof Rejected ? error.code : "document.unusable";
    }
    const pollAfter = Number(this.gate.pollAfter) || 60;
    const wait = waitAfter(this.#waiting, { ...outcome, pollAfter, hasConfig: !!this.#kept }, this.#options.random);
    this.#ended = this.#clock.monotonic();
    this.#earliest = this.#ended + Math.max(LEAST_GAP, Math.min(outcome.retryAfter, LONGEST) * 1000);
    // What was asked for somebody else is asked for again.
    this.#due = context !== this.#context && this.#flags?.remote.size ? this.#earliest : this.#ended + wait * 1000;
    if (before.some((value, at) => value !== [this.#kept, this.gate, this.#remote][at])) this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) {
      try {
        listener(this);
      } catch (error) {
        console.error(error);
      }
    }
  }

  async #askGate() {
    const answer = await this.#ask("/meta/release", { "If-None-Match": this.#gateEtag });
    const { status } = answer;
    if (status === 200 || status === 304) this.#checkEnvironment(answer);
    if (status !== 304) {
      const told = parsed(answer.text);
      if (!isObject(told) || !GATES.includes(told.policyStatus)) throw new Failure(answer); // of something in between
      const { policyStatus, requiresUpdate, message, url } = told;
      const fields = { policyStatus, requiresUpdate: requiresUpdate === true, message: text(message), url: text(url) };
      this.gate = Object.freeze({ ...told, ...fields });
      this.#gateEtag = status === 200 ? answer.header("ETag") : "";
      if (status === 400) throw new Failure(answer);
    }
    return { status: 200, retryAfter: retryAfter(answer) };
  }

  async #askConfig() {
    const { surface } = this.#options;
    const known = this.#kept && this.#isBelieved() ? this.#kept.etag : "";
    const answer = await this.#ask(`/api/config/published${surface ? `?surface=${encodeURIComponent(surface)}` : ""}`, {
      "If-None-Match": known,
    });
    const { status } = answer;
    if (status === 426) return; // raised since the gate was asked; the next round shows it
    if (status !== 200 && !(status === 304 && known)) throw new Failure(answer);
    this.#checkEnvironment(answer);
    const serial = Number(answer.header("X-Release-Serial") || NaN);
    if (!isSerial(serial)) throw new Rejected("release.unnamed");
    if (this.#isBelieved() && serial < this.serial) throw new Rejected("release.older");
    const [application, environment] = /** @type {string} */ (this.#expected).split("/");
    const names = { application, environment, serial, version: answer.header("X-Config-Version") || null };
    if (status === 304 && this.#kept) {
      this.#kept = { ...this.#kept, ...names };
    } else {
      this.#use({ ...names, etag: answer.header("ETag"), document: parsed(answer.text) });
    }
    this.#save();
    this.#isReceived = true;
    this.#doubts = 0;
  }

  async #askRemote() {
    const context = this.#context;
    const { clientKey } = this.#options;
    const body = JSON.stringify({ context: { targetingKey: context.tenant, ...context } });
    const headers = { "If-None-Match": this.#remoteEtag, "X-API-Key": clientKey, "Content-Type": "application/json" };
    const answer = await this.#ask("/ofrep/v1/evaluate/flags", headers, body);
    if (answer.status === 304 || context !== this.#context) return;
    if (answer.status !== 200) throw new Failure(answer);
    const told = parsed(answer.text);
    if (!isObject(told) || !Array.isArray(told.flags)) throw new Rejected("flags.shape");
    const found = told.flags.filter((one) => isObject(one) && this.#flags?.remote.has(one.key) && !one.errorCode);
    this.#remote = new Map(
      found.map(({ key, value, variant, reason, metadata }) => [
        key,
        { value, variant, reason, ...(metadata?.ruleId && { ruleId: metadata.ruleId }) },
      ]),
    );
    this.#remoteEtag = answer.header("ETag");
  }

  /**
   * @param {string} path
   * @param {Record<string, string | undefined>} extra
   * @param {string} [body] makes it a POST
   */
  async #ask(path, extra, body) {
    const { clientKey, clientVersion, platform, language } = this.#options;
    const sent = body
      ? extra
      : {
          "X-Client-Version": clientVersion,
          "X-Client-Key": clientKey,
          "X-Client-Platform": platform,
          "X-Tenant": inHeader(this.#context.tenant),
          "Accept-Language": language,
          ...extra,
        };
    const headers = Object.fromEntries(Object.entries(sent).filter(([, value]) => value));
    const { fetch = globalThis.fetch } = this.#options;
    const cancel = new AbortController();
    const timer = this.#clock.setTimeout(() => cancel.abort(), PATIENCE);
    try {
      const answer = await fetch(this.#base + path, {
        ...(body && { method: "POST", body }),
        headers: /** @type {Record<string, string>} */ (headers),
        cache: "no-store", // the ETag is ours
        credentials: "omit",
        signal: cancel.signal,
      });
      const header = (/** @type {string} */ name) => answer.headers.get(name) ?? "";
      if (Number(header("Content-Length")) > 4 * MOST_CHARACTERS) throw new Rejected("document.too_large");
      return { status: answer.status, header, text: await bodyOf(answer) };
    } catch (error) {
      cancel.abort(); // the rest is not wanted
      throw error instanceof Rejected ? error : new Rejected("network");
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  /** @param {Answer} answer */
  #checkEnvironment(answer) {
    const name = answer.header("X-Release-Environment");
    if (!/^[^/]+\/[^/]+$/.test(name)) throw new Rejected("release.unnamed");
    this.#expected ??= name;
    if (name !== this.#expected) throw new Rejected("release.elsewhere");
  }

  /** Whether what is kept is of the environment that answers. */
  #isOurs() {
    return this.#kept !== null && (this.#expected ?? nameOf(this.#kept)) === nameOf(this.#kept);
  }

  /** Whether, besides, it need not give way to a lower serial. */
  #isBelieved() {
    return this.#isOurs() && this.#doubts < DOUBTS;
  }

  /** @param {Release} release */
  #use(release) {
    const flags = checked(release.document);
    freeze(release.document);
    this.#kept = release;
    this.#flags = flags;
  }

  /**
   * A release to start with; the newer of two.
   * @param {any} release
   */
  #begin(release) {
    try {
      checkedRelease(release);
      if (this.#expected && this.#expected !== nameOf(release)) return;
      if (!this.#kept || release.serial > this.serial) this.#use(release);
    } catch {
      // There is none, or it is damaged: the next round brings one.
    }
  }

  #stored() {
    try {
      const release = parsed(this.#storage?.getItem(this.#storageKey) ?? "");
      checkedRelease(release);
      return release;
    } catch {
      return undefined; // forbidden, or damaged
    }
  }

  #save() {
    const stored = this.#stored();
    const kept = /** @type {Release} */ (this.#kept);
    // Another page may be ahead.
    if (stored && this.#doubts < DOUBTS && nameOf(stored) === nameOf(kept) && stored.serial > kept.serial) return;
    try {
      this.#storage?.setItem(this.#storageKey, JSON.stringify(kept));
    } catch {
      // Full, or forbidden: the next start needs the network.
    }
  }
}

/** @typedef {{status: number, header(name: string): string, text: string}} Answer */

/** An answer that says no. */
class Failure extends Error {
  /** @param {Answer} answer */
  constructor(answer) {
    super();
    this.status = answer.status === 200 ? 0 : answer.status;
    this.code = `http.${answer.status}`;
    this.retryAfter = retryAfter(answer);
  }
}

/** @param {Answer} answer */
function retryAfter(answer) {
  const told = answer.header("Retry-After");
  return /^[0-9]{1,9}$/.test(told) ? Number(told) : 0;
}

/**
 * Its text, of which no more is read than may be used.
 * @param {Response} answer
 */
async function bodyOf(answer) {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = reader ? "" : await answer.text(); // nothing, or a `fetch` without streams
  for (let part; reader && !part?.done; ) {
    part = await reader.read();
    text += decoder.decode(part.value, { stream: !part.done });
    if (text.length > MOST_CHARACTERS) break;
  }
  if (text.length > MOST_CHARACTERS) throw new Rejected("document.too_large");
  return text;
}

/**
 * A text that is the same for equal values, whatever the order of their keys; empty if there is none.
 * @param {unknown} value
 */
function canonical(value) {
  try {
    return JSON.stringify(value, (_, one) => (isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));
  } catch {
    return "";
  }
}

/**
 * Undefined: it is no JSON.
 * @param {string} text
 */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : "";
}

/** @param {Record<string, any>} release */
function nameOf({ application, environment }) {
  return `${application}/${environment}`;
}

/** @param {any} value */
function freeze(value) {
  if (value === null || typeof value !== "object") return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

/** @type {Clock} */
const systemClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
};

/** @returns {Storage | null} */
function browserStorage() {
  try {
    return typeof document === "undefined" ? null : localStorage;
  } catch {
    return null; // forbidden here
  }
}

/**
 * What a header can carry of it.
 * @param {unknown} text
 */
function inHeader(text) {
  return typeof text === "string" && /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}
