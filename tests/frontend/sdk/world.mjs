// A server and a clock that a test holds in its hands.

export class FakeClock {
  /** Millisecond → what is due then. */
  #timers = new Map();
  #next = 1;
  time = 1_800_000_000_000;
  /** By how much the time of day was set, in milliseconds. */
  set = 0;
  /** The longest timer so far. */
  longest = 0;

  now = () => this.time + this.set;
  monotonic = () => this.time;
  setTimeout = (run, milliseconds) => {
    const at = this.time + Math.ceil(milliseconds);
    this.longest = Math.max(this.longest, milliseconds);
    if (!this.#timers.has(at)) this.#timers.set(at, new Map());
    this.#timers.get(at).set(this.#next, run);
    return [at, this.#next++];
  };
  clearTimeout = (timer) => void (timer && this.#timers.get(timer[0])?.delete(timer[1]));

  /** Lets so many seconds pass; what is due runs in its order. */
  async pass(seconds) {
    const end = this.time + seconds * 1000;
    await settled();
    while (this.time <= end) {
      for (let due = this.#timers.get(this.time); due?.size; due = this.#timers.get(this.time)) {
        this.#timers.delete(this.time);
        for (const run of due.values()) run();
        await settled();
      }
      this.#timers.delete(this.time);
      if (this.time === end) break;
      this.time++;
    }
  }
}

/** Lets promises go on as far as they can. */
export function settled() {
  return new Promise((go) => setImmediate(go));
}

/** `random()` that is the same in each run (mulberry32). */
export function chance(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export class FakeServer {
  environment = "shop/production";
  serial = 1;
  version = "1.0.0";
  document = { pages: [{ id: "home" }], featureFlags: [{ key: "banner", type: "boolean", state: "ON" }], segments: [] };
  gate = { policyStatus: "OK", requiresUpdate: false, message: "", url: "", pollAfter: 60 };
  remote = [];
  /** Takes the place of an answer: path → (request) → Response, or an error that is thrown. */
  instead = new Map();
  asked = [];

  constructor(clock) {
    this.clock = clock;
  }

  fetch = async (address, request) => {
    const { pathname } = new URL(address);
    this.asked.push({ at: this.clock.now(), path: pathname, ...request });
    const other = this.instead.get(pathname) ?? this.instead.get("*");
    if (other) return other(request);
    if (pathname === "/meta/release") return this.#gate(request);
    if (pathname === "/api/config/published") return this.#answer(request, this.document);
    return this.#answer(request, { flags: this.remote });
  };

  publish(document) {
    this.serial++;
    this.document = { ...this.document, ...document };
  }

  paths() {
    return this.asked.splice(0).map(({ path }) => path);
  }

  #gate(request) {
    const { policyStatus } = this.gate;
    const body = { ...this.gate, serial: this.serial, publishedConfigVersion: this.version };
    if (policyStatus === "HARD_BLOCK") return Response.json(body, { status: 426 });
    if (policyStatus === "MAINTENANCE") return Response.json(body, { status: 503, headers: { "Retry-After": "120" } });
    return this.#answer(request, body);
  }

  #answer(request, body) {
    const text = JSON.stringify(body);
    const headers = {
      ETag: `"${text.length}-${text.split("").reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 0)}"`,
      "X-Release-Environment": this.environment,
      "X-Release-Serial": String(this.serial),
      "X-Config-Version": this.version,
    };
    const has = request.headers["If-None-Match"] === headers.ETag;
    return new Response(has ? null : text, { status: has ? 304 : 200, headers });
  }
}

export class FakeStorage {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, value) => void this.kept.set(key, value);
}

export class FakePage extends EventTarget {
  hidden = false;
  show(visible) {
    this.hidden = !visible;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}
