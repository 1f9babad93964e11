// A provider for OpenFeature's web SDK on top of a client. It imports nothing of OpenFeature: it only fits.
//
//   import { OpenFeature } from "@openfeature/web-sdk";
//   await OpenFeature.setProviderAndWait(new IControlProvider(createClient({ baseUrl, clientVersion })));

/**
 * @typedef {import("./client.js").Client} Client
 * @typedef {Record<string, any> & {targetingKey?: string}} Context
 * @typedef {(details?: any) => unknown} Handler
 */

const READY = "PROVIDER_READY";
const CHANGED = "PROVIDER_CONFIGURATION_CHANGED";

/** What OpenFeature listens to. */
class Events {
  /** @type {Map<string, Set<Handler>>} */
  #handlers = new Map();

  /** @param {string} name @param {Handler} handler */
  addHandler(name, handler) {
    this.#handlers.set(name, (this.#handlers.get(name) ?? new Set()).add(handler));
  }

  /** @param {string} name @param {Handler} handler */
  removeHandler(name, handler) {
    this.#handlers.get(name)?.delete(handler);
  }

  /** @param {string} [name] */
  removeAllHandlers(name) {
    if (name) this.#handlers.delete(name);
    else this.#handlers.clear();
  }

  /** @param {string} name */
  getHandlers(name) {
    return [...(this.#handlers.get(name) ?? [])];
  }

  /** @param {string} name @param {Record<string, any>} [details] */
  emit(name, details = {}) {
    for (const handler of this.getHandlers(name)) {
      try {
        handler(details);
      } catch (error) {
        console.error(error);
      }
    }
  }

  setLogger() {
    return this;
  }
}

export class IControlProvider {
  metadata = Object.freeze({ name: "iCONTROL" });
  runsOn = /** @type {const} */ ("client");
  events = new Events();
  #client;
  #isReady = false;
  #leave = () => {};

  /** @param {Client} client of `createClient`; the provider starts and stops it */
  constructor(client) {
    this.#client = client;
  }

  /**
   * Resolves when there are flags: those of the server, or else what was kept. Without either it rejects, and the
   * provider is ready when the client gets them.
   * @param {Context} [context]
   */
  async initialize(context) {
    const client = this.#client;
    this.#name(context);
    this.#leave();
    this.#leave = client.subscribe(() => this.#tell());
    await client.refresh();
    client.start();
    this.#isReady = client.document !== null;
    if (!this.#isReady) throw new Error(`There is no config yet: ${client.problem ?? "nothing is published"}.`);
  }

  /**
   * Resolves when the flags are those of the new context, also where only the server evaluates them; a server that
   * does not answer holds nobody up for ever: its answers for the context before do not count for another tenant.
   * @param {Context} _
   * @param {Context} context
   */
  async onContextChange(_, context) {
    this.#name(context);
    await this.#client.refresh();
  }

  async onClose() {
    this.#leave();
    this.#client.stop();
  }

  /** @param {string} key @param {boolean} fallback */
  resolveBooleanEvaluation(key, fallback) {
    return this.#resolved(key, fallback);
  }

  /** @param {string} key @param {string} fallback */
  resolveStringEvaluation(key, fallback) {
    return this.#resolved(key, fallback);
  }

  /** @param {string} key @param {number} fallback */
  resolveNumberEvaluation(key, fallback) {
    return this.#resolved(key, fallback);
  }

  /**
   * @template T
   * @param {string} key
   * @param {T} fallback
   */
  resolveObjectEvaluation(key, fallback) {
    return this.#resolved(key, fallback);
  }

  /** As for OFREP: the targeting key is the tenant, unless one is named. @param {Context} [context] */
  #name({ targetingKey, tenant = targetingKey, ...attributes } = {}) {
    const known = targetingKey === undefined ? attributes : { targetingKey, ...attributes };
    this.#client.setContext({ tenant, attributes: known });
  }

  #tell() {
    if (!this.#client.document) return;
    this.events.emit(this.#isReady ? CHANGED : READY);
    this.#isReady = true;
  }

  /**
   * @template T
   * @param {string} key
   * @param {T} fallback
   */
  #resolved(key, fallback) {
    const { value, variant, reason, errorCode, ruleId } = this.#client.flagDetails(key, fallback);
    const { serial, version } = this.#client;
    return {
      value: /** @type {T} */ (value),
      reason,
      ...(variant && { variant }),
      ...(errorCode && { errorCode: /** @type {any} */ (errorCode) }),
      flagMetadata: { serial, ...(version && { version }), ...(ruleId && { ruleId }) },
    };
  }
}
