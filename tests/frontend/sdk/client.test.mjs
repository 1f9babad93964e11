// What a client does, against a server and a clock that are made up.
import assert from "node:assert/strict";
import test, { beforeEach } from "node:test";
import { createClient } from "../../../frontend/sdk/icontrol.js";
import { FakeClock, FakePage, FakeServer, FakeStorage, settled } from "./world.mjs";

let clock, server, storage;
const [GATE, CONFIG, FLAGS] = ["/meta/release", "/api/config/published", "/ofrep/v1/evaluate/flags"];

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer(clock);
  storage = new FakeStorage();
});

function client(options = {}) {
  return createClient({
    baseUrl: "https://icontrol.example/",
    clientVersion: "1.4.0",
    fetch: server.fetch,
    random: () => 0.5,
    clock,
    storage,
    ...options,
  });
}

async function later(seconds = 1) {
  await clock.pass(seconds);
}

const off = { featureFlags: [{ key: "banner", type: "boolean", state: "FORCE_OFF" }] };

test("the first round brings gate and config, the next ones ask the gate alone, with its ETag", async () => {
  const app = client({ clientKey: "pk_1", platform: "web", language: "fr" });
  assert.equal(app.flag("banner", false), false);
  assert.equal(app.flagDetails("banner", false).errorCode, "PROVIDER_NOT_READY");
  assert.equal((await app.loadPublishedConfig()).pages[0].id, "home");
  assert.deepEqual([app.serial, app.version, app.problem, app.flag("banner", false)], [1, "1.0.0", null, true]);
  const [first] = server.asked;
  assert.deepEqual(first.headers, {
    "X-Client-Version": "1.4.0",
    "X-Client-Key": "pk_1",
    "X-Client-Platform": "web",
    "Accept-Language": "fr",
  });
  assert.deepEqual(server.paths(), [GATE, CONFIG]);
  await later();
  assert.equal((await app.checkVersionGate()).policyStatus, "OK");
  assert.match(server.asked[0].headers["If-None-Match"], /^"/);
  assert.deepEqual(server.paths(), [GATE]);
});

test("the tenant is named where a header can carry it, and another one from the next round on", async () => {
  const app = client({ tenant: "acme" });
  await app.refresh();
  assert.equal(server.asked[0].headers["X-Tenant"], "acme");
  app.setContext({ tenant: "Zoë & Søn" });
  await later();
  server.asked.length = 0;
  await app.refresh();
  assert.equal(server.asked[0].headers["X-Tenant"], undefined);
  assert.equal(app.problem, null);
});

test("a new release is fetched, and listeners are told once", async () => {
  const app = client();
  const told = [];
  const leave = app.subscribe((one) => told.push(one.flag("banner", null)));
  await app.refresh();
  server.publish(off);
  await later();
  await app.refresh();
  await later();
  await app.refresh();
  assert.deepEqual(told, [true, false]);
  leave();
  server.publish({});
  await later();
  await app.refresh();
  assert.equal(told.length, 2);
});

test("a listener that fails keeps nobody else from being told", async (context) => {
  context.mock.method(console, "error", () => {});
  const app = client();
  let told = 0;
  app.subscribe(() => assert.fail("a fault of the app"));
  app.subscribe(() => told++);
  await app.refresh();
  assert.equal(told, 1);
  assert.equal(console.error.mock.callCount(), 1);
});

test("one round at a time, and none within a second of the last", async () => {
  const app = client();
  await Promise.all([app.loadPublishedConfig(), app.checkVersionGate(), app.refresh()]);
  await app.refresh();
  assert.deepEqual(server.paths(), [GATE, CONFIG]);
});

test("a hard block is shown, fetches nothing and takes nothing away", async () => {
  const app = client();
  await app.refresh();
  server.paths();
  server.gate = { ...server.gate, policyStatus: "HARD_BLOCK", requiresUpdate: true, message: "Update.", url: "/get" };
  server.publish(off);
  await later();
  const { requiresUpdate, message, url } = await app.checkVersionGate();
  assert.deepEqual({ requiresUpdate, message, url }, { requiresUpdate: true, message: "Update.", url: "/get" });
  assert.deepEqual([server.paths(), app.flag("banner", null), app.problem], [[GATE], true, null]);
});

test("maintenance takes nothing away, and Retry-After is kept to", async () => {
  const app = client().start();
  await later(0);
  server.gate = { ...server.gate, policyStatus: "MAINTENANCE" };
  server.publish(off);
  await later(91);
  assert.deepEqual([app.gate.policyStatus, app.serial, app.flag("banner", false)], ["MAINTENANCE", 1, true]);
  assert.deepEqual(server.paths(), [GATE, CONFIG, GATE]);
  await later(147);
  assert.deepEqual(server.paths(), []);
  await later(4); // 120, and half of the interval
  assert.deepEqual(server.paths(), [GATE]);
});

test("426 and 503 of something in between change nothing", async () => {
  const app = client();
  await app.refresh();
  for (const status of [426, 503, 200, 500]) {
    server.instead.set("*", () => new Response("<h1>Welcome to our hotel</h1>", { status }));
    await later();
    assert.equal((await app.checkVersionGate()).policyStatus, "OK");
    assert.equal(app.problem, status === 200 ? "release.unnamed" : `http.${status}`);
    assert.equal(app.flag("banner", false), true);
  }
});

test("it asks when pollAfter is over, first with a full interval of chance and then with a fifth", async () => {
  client().start();
  await later(0);
  server.paths();
  await later(89);
  assert.deepEqual(server.paths(), []);
  await later(2); // 60 · 1.5
  assert.deepEqual(server.paths(), [GATE]);
  await later(64);
  assert.deepEqual(server.paths(), []);
  await later(3); // 60 · 1.1
  assert.deepEqual(server.paths(), [GATE]);
});

test("nothing is asked while the page is hidden, nor after stop", async () => {
  const page = new FakePage();
  const app = client({ page }).start();
  await later(0);
  server.paths();
  page.show(false);
  await later(1000);
  assert.deepEqual(server.paths(), []);
  page.show(true);
  await later(0);
  assert.deepEqual(server.paths(), [GATE]);
  app.stop();
  page.show(false);
  page.show(true);
  await later(1000);
  assert.deepEqual(server.paths(), []);
});

for (const status of [400, 401, 403, 404, 410, 418]) {
  test(`no ${status} is the end: five minutes less chance, and as before after two successes`, async () => {
    client().start();
    await later(0);
    server.instead.set(GATE, () => new Response("no", { status }));
    server.paths();
    await later(91);
    assert.deepEqual(server.paths(), [GATE]);
    server.instead.clear();
    await later(222);
    assert.deepEqual(server.paths(), []);
    await later(5); // 300 · 0.75
    assert.deepEqual(server.paths(), [GATE]);
    await later(220);
    assert.deepEqual(server.paths(), []);
    await later(7);
    assert.deepEqual(server.paths(), [GATE]);
    await later(67); // 60 · 1.1
    assert.deepEqual(server.paths(), [GATE]);
  });
}

test("a client that has a config starts without a network", async () => {
  await client().refresh();
  server.instead.set("*", () => Promise.reject(new TypeError("Failed to fetch")));
  const app = client();
  assert.deepEqual([app.serial, app.flag("banner", false)], [1, true]);
  await app.refresh();
  assert.deepEqual([app.problem, app.flag("banner", false)], ["network", true]);
  assert.equal(client({ clientKey: "pk_other" }).document, null, "the copy belongs to one client key");
});

test("storage may be damaged, full or forbidden", async () => {
  const damaged = ["", "{", "null", "[]", '{"application":"a"}', '{"application":"a","environment":"b","serial":-1}'];
  for (const text of damaged) assert.equal(client({ storage: { getItem: () => text, setItem() {} } }).document, null);
  const closed = { getItem: () => assert.fail("forbidden"), setItem: () => assert.fail("full") };
  const app = client({ storage: closed });
  await app.refresh();
  assert.deepEqual([app.serial, app.problem], [1, null]);
  assert.equal(client({ storage: null }).document, null);
});

test("a page that is behind does not overwrite the copy of one that is ahead", async () => {
  const [slow, quick] = [client(), client()];
  await slow.refresh();
  const old = server.document;
  server.publish(off);
  await quick.refresh();
  [server.serial, server.document] = [1, old];
  const late = client({ storage: { getItem: (key) => storage.getItem(key), setItem: storage.setItem } });
  assert.equal(late.serial, 2);
  assert.equal(JSON.parse([...storage.kept.values()][0]).serial, 2);
});

const BOOTSTRAP = {
  application: "shop",
  environment: "production",
  serial: 0,
  version: "0.9.0",
  etag: '"b"',
  document: { featureFlags: [{ key: "banner", type: "string", state: "ON", variants: [{ key: "on", value: "x" }, { key: "off", value: "" }] }] },
};

test("an app may bring a config along; the newer of it and the copy counts, and any release replaces it", async () => {
  const app = client({ bootstrap: BOOTSTRAP });
  assert.deepEqual([app.version, app.flag("banner", "y")], ["0.9.0", "x"]);
  await app.refresh();
  assert.deepEqual([app.version, app.flag("banner", false)], ["1.0.0", true]);
  assert.equal(client({ bootstrap: BOOTSTRAP }).serial, 1);
  assert.equal(client({ bootstrap: { ...BOOTSTRAP, serial: 5 } }).serial, 5);
  assert.equal(client({ bootstrap: { nonsense: true }, storage: null }).document, null);
});

test("a lower serial than seen is refused", async () => {
  const app = client({ bootstrap: { ...BOOTSTRAP, serial: 7 } });
  await app.refresh();
  assert.deepEqual([server.paths(), app.version, app.problem], [[GATE], "0.9.0", "release.older"]);
  server.gate = { ...server.gate };
  server.instead.set(GATE, () => Response.json({ ...server.gate, serial: 8 }, { headers: { "X-Release-Environment": "shop/production" } }));
  await later();
  await app.refresh();
  assert.deepEqual([server.paths(), app.problem, app.version], [[GATE, CONFIG], "release.older", "0.9.0"]);
});

test("another environment's release is refused where one was named, and replaces the copy where none was", async () => {
  await client().refresh();
  server.environment = "shop/staging";
  server.publish({ pages: [{ id: "staging" }] });
  for (const app of [client({ environment: "shop/production" }), client({ bootstrap: BOOTSTRAP })]) {
    await app.refresh();
    assert.deepEqual([app.problem, app.document.pages[0].id], ["release.elsewhere", "home"]);
  }
  server.serial = 1; // its own count
  const app = client();
  await app.refresh();
  assert.deepEqual([app.problem, app.document.pages[0].id, app.serial], [null, "staging", 1]);
  server.environment = "shop/production";
  await later();
  await app.refresh();
  assert.equal(app.problem, "release.elsewhere");
});

test("the attribute environment is what the server says", async () => {
  const rule = { id: "r", conditions: [{ attribute: "environment", operator: "equals", values: ["production"] }] };
  server.document = { featureFlags: [{ key: "f", type: "boolean", state: "ON", defaultVariant: "off", rules: [{ ...rule, variant: "on" }] }] };
  const app = client({ attributes: { environment: "staging" } });
  await app.refresh();
  assert.equal(app.flag("f", null), true);
});

test("flags know the tenant, the platform, the version and the attributes, and setContext changes them", async () => {
  const asks = (attribute, value) => ({ attribute, operator: "equals", values: [value] });
  const conditions = [asks("tenant", "acme"), asks("plan", "pro"), asks("platform", "web"), asks("clientVersion", "1.4.0")];
  server.document = {
    featureFlags: [{ key: "f", type: "boolean", state: "ON", defaultVariant: "off", rules: [{ id: "r", conditions, variant: "on" }] }],
  };
  const app = client({ platform: "web", tenant: "acme", attributes: { plan: "pro" } });
  await app.refresh();
  assert.deepEqual(app.flagDetails("f", false), { value: true, variant: "on", reason: "TARGETING_MATCH", ruleId: "r" });
  app.setContext({ tenant: "globex", attributes: { plan: "pro" } });
  assert.equal(app.flag("f", null), false);
  assert.deepEqual(server.paths(), [GATE, CONFIG], "only flags of the server would have to be asked for");
});

test("a fallback stands where there is no flag, a damaged one, or one of another type", async () => {
  const odd = { key: "odd", type: "boolean", state: "ON", rules: [{ id: "r", conditions: [{ attribute: "a", operator: "new", values: [1] }] }] };
  const broken = { key: "broken", type: "string", state: "ON" };
  server.document = { featureFlags: [...server.document.featureFlags, odd, broken] };
  const app = client();
  await app.refresh();
  assert.deepEqual(app.flagDetails("none", 1), { value: 1, reason: "ERROR", errorCode: "FLAG_NOT_FOUND" });
  assert.deepEqual(app.flagDetails("banner", "x"), { value: "x", reason: "ERROR", errorCode: "TYPE_MISMATCH" });
  assert.deepEqual(app.flagDetails("broken", "x"), { value: "x", reason: "ERROR", errorCode: "GENERAL" });
  assert.deepEqual(app.flagDetails("odd", true), { value: false, variant: "off", reason: "ERROR" });
  assert.equal(app.flag("toString", "x"), "x");
});

test("the server evaluates what only it can, for the context of now", async () => {
  server.document = { featureFlags: [...server.document.featureFlags, { key: "far", type: "string", state: "ON", remote: true }] };
  server.remote = [{ key: "far", value: "acme's", variant: "on", reason: "TARGETING_MATCH", metadata: { ruleId: "r" } }];
  const app = client({ clientKey: "pk_1", tenant: "acme" });
  await app.refresh();
  const { headers, body, method } = server.asked.at(-1);
  assert.deepEqual(JSON.parse(body), { context: { targetingKey: "acme", tenant: "acme", clientVersion: "1.4.0" } });
  assert.deepEqual([method, headers["X-API-Key"], headers["X-Client-Key"]], ["POST", "pk_1", undefined]);
  assert.deepEqual(server.paths(), [GATE, CONFIG, FLAGS]);
  assert.deepEqual(app.flagDetails("far", ""), { value: "acme's", variant: "on", reason: "TARGETING_MATCH", ruleId: "r" });

  server.instead.set(FLAGS, () => new Response("", { status: 500 }));
  await later();
  await app.refresh();
  assert.deepEqual([app.flag("far", ""), app.problem], ["acme's", "http.500"]);

  server.instead.clear();
  server.remote = [{ key: "far", value: "globex's", variant: "on", reason: "SPLIT" }];
  app.setContext({ tenant: "globex" });
  assert.equal(app.flag("far", "nobody's"), "nobody's", "another tenant's answer is not this one's");
  await settled();
  assert.equal(app.flag("far", "nobody's"), "nobody's", "it was not started, and asks when it is told to");
  await later();
  await app.refresh();
  assert.equal(app.flag("far", ""), "globex's");
});

async function withRemoteFlag(options = {}) {
  server.document = { featureFlags: [{ key: "far", type: "string", state: "ON", remote: true }] };
  server.remote = [{ key: "far", value: "old", variant: "on", reason: "TARGETING_MATCH" }];
  const app = client({ tenant: "acme", attributes: { a: 1, b: { c: 2, d: [3] } }, ...options }).start();
  await later(2);
  assert.deepEqual(server.paths(), [GATE, CONFIG, FLAGS]);
  return app;
}

test("the same context again changes nothing and asks nothing, whatever the order of its keys", async () => {
  const app = await withRemoteFlag();
  app.subscribe(() => assert.fail("nothing changed"));
  for (let time = 0; time < 100; time++) {
    app.setContext({ attributes: { b: { d: [3], c: 2 }, a: 1 }, tenant: "acme" });
    await later(0.1);
  }
  assert.deepEqual([server.paths(), app.flag("far", "")], [[], "old"]);
});

test("another context is asked for at once, but no more than once a second, and old answers stay until then", async () => {
  const app = await withRemoteFlag();
  server.remote = [{ ...server.remote[0], value: "new" }];
  app.setContext({ tenant: "acme", attributes: { a: 2 } });
  assert.equal(app.flag("far", ""), "old");
  await later(0);
  assert.equal(app.flag("far", ""), "new");
  server.paths();
  for (let time = 0; time < 50; time++) {
    app.setContext({ tenant: "acme", attributes: { time } });
    await later(0.1);
  }
  await later(1);
  assert.equal(JSON.parse(server.asked.at(-1).body).context.time, 49);
  const rounds = server.paths().filter((path) => path === GATE).length;
  assert.ok(rounds > 1 && rounds <= 6, `${rounds} rounds in six seconds`);
});

test("a context that changes during a round is asked for after it", async () => {
  const app = await withRemoteFlag();
  let go;
  server.instead.set(FLAGS, () => new Promise((answer) => (go = answer)));
  app.setContext({ tenant: "acme", attributes: { a: 2 } });
  await later(0);
  app.setContext({ tenant: "acme", attributes: { a: 3 } });
  server.instead.clear();
  go(Response.json({ flags: [{ ...server.remote[0], value: "of a: 2" }] }));
  await later(0.5);
  assert.deepEqual([server.paths(), app.flag("far", "")], [[GATE, FLAGS], "old"]);
  await later(0.6);
  assert.equal(JSON.parse(server.asked.at(-1).body).context.a, 3);
});

test("another context keeps to Retry-After, to a page that is hidden and to stop", async () => {
  const page = new FakePage();
  const app = await withRemoteFlag({ page });
  server.instead.set("*", () => new Response("", { status: 503, headers: { "Retry-After": "600" } }));
  await app.refresh();
  assert.deepEqual(server.paths(), [GATE]);
  server.instead.clear();
  for (let time = 0; time < 599; time++) {
    app.setContext({ tenant: "acme", attributes: { time } });
    await later();
  }
  assert.deepEqual(server.paths(), []);
  await later(2);
  assert.deepEqual(server.paths(), [GATE, FLAGS]);
  page.show(false);
  app.setContext({ tenant: "acme" });
  await later(1000);
  assert.deepEqual(server.paths(), []);
  page.show(true);
  await later(0);
  assert.deepEqual(server.paths(), [GATE, FLAGS]);
  app.stop();
  app.setContext({ tenant: "globex" });
  await later(1000);
  assert.deepEqual(server.paths(), []);
});

test("a listener that sets the context ends", async () => {
  const app = await withRemoteFlag();
  let told = 0;
  app.subscribe(() => {
    told++;
    app.setContext({ tenant: "acme", attributes: { told } });
  });
  app.setContext({ tenant: "globex" });
  await later(5);
  assert.ok(told > 1 && told <= 8, `told ${told} times`);
});

for (const days of [-1, 1]) {
  test(`a time of day that is set by ${days} day changes no interval`, async () => {
    const app = client().start();
    await later(2);
    server.paths();
    clock.set = days * 86_400_000;
    await app.refresh();
    assert.deepEqual(server.paths(), [GATE]);
    await app.refresh();
    assert.deepEqual(server.paths(), [], "a second is a second");
    await later(120);
    assert.deepEqual(server.paths(), [GATE]);
    assert.ok(clock.longest <= 90_000, `a timer of ${clock.longest}`);
  });
}

test("no timer is longer than two hours, whatever the clock says", async () => {
  client({ clock: Object.assign(clock, { monotonic: () => (server.asked.length ? -1e12 : 0) }) }).start();
  await later(1);
  clock.monotonic = () => -2e12;
  await later(91);
  assert.ok(clock.longest <= 7_200_000, `a timer of ${clock.longest}`);
});

for (const [name, kept] of [["of a server that was built anew", 7], ["that is poisoned", Number.MAX_SAFE_INTEGER]]) {
  test(`a copy ${name} keeps no release out for ever, neither now nor at the next start`, async () => {
    const [key, text] = ["icontrol https://icontrol.example  ", JSON.stringify({ ...BOOTSTRAP, serial: kept })];
    storage.setItem(key, text);
    const app = client();
    for (let round = 0; round < 3; round++) {
      await app.refresh();
      await later();
    }
    assert.deepEqual([app.serial, app.version, app.problem], [1, "1.0.0", null]);
    assert.equal(client().serial, 1);
  });
}

test("no more of an answer is read than may be used", async () => {
  let parts = 0;
  const chunk = new TextEncoder().encode("x".repeat(100_000));
  const endless = new ReadableStream({ pull: (stream) => (parts++, stream.enqueue(chunk)) });
  let signal;
  server.instead.set(CONFIG, (request) => ((signal = request.signal), new Response(endless, { headers: { "X-Release-Environment": "shop/production" } })));
  const app = client();
  await app.refresh();
  assert.deepEqual([app.problem, app.document, signal.aborted], ["document.too_large", null, true]);
  assert.ok(parts <= 25, `${parts} parts were read`);
});

test("a fetch without streams will do", async () => {
  const fetch = async (...request) => {
    const { status, headers, ...answer } = await server.fetch(...request).then(async (one) => ({ status: one.status, headers: one.headers, body: await one.text() }));
    return { status, headers, text: async () => answer.body };
  };
  const app = client({ fetch });
  await app.refresh();
  assert.deepEqual([app.problem, app.serial], [null, 1]);
});

test("what nobody published is not asked for", async () => {
  server.version = null;
  const app = client();
  await app.refresh();
  assert.deepEqual([server.paths(), app.document, app.problem], [[GATE], null, null]);
});

test("the document cannot be changed by the app", async () => {
  const app = client();
  await app.refresh();
  assert.throws(() => app.document.pages.push({}), TypeError);
  assert.throws(() => (app.document.featureFlags[0].state = "OFF"), TypeError);
});

test("an answer that never ends is given up after ten seconds", async () => {
  server.instead.set("*", ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
  const app = client();
  const round = app.refresh();
  await later(11);
  await round;
  assert.equal(app.problem, "network");
});
