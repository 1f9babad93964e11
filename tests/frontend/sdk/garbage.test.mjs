// No answer, however broken, breaks a running client, replaces what works, or goes to the storage.
import assert from "node:assert/strict";
import test from "node:test";
import { createClient } from "../../../frontend/sdk/icontrol.js";
import { FakeClock, FakeServer, FakeStorage } from "./world.mjs";

const GOOD = { "X-Release-Environment": "shop/production", "X-Release-Serial": "2", "X-Config-Version": "1.0.1", ETag: '"2"' };
const deep = (open, close, levels) => open.repeat(levels) + close.repeat(levels);
const list = (section, entry) => JSON.stringify({ [section]: [entry] });
const BODIES = [
  "", " ", "null", "true", "0", '"text"', "[]", "[{}]", "{", "}", "undefined", "NaN", "<html></html>", "\0", "\ufeff",
  '{"pages": {}}', '{"pages": null}', '{"pages": [null]}', '{"pages": [[]]}', '{"pages": ["home"]}', '{"pages": [{}]}',
  '{"pages": [{"id": 1}]}', '{"pages": [{"id": "a"}, {"id": "a"}]}', '{"segments": [{"id": null}]}', '{"layout": []}',
  '{"theme": "dark"}', '{"featureFlags": {"banner": {}}}', '{"featureFlags": [{"id": "banner"}]}', '{"__proto__": 1',
  '{"featureFlags": [{"key": "a"}, {"key": "a"}]}', '{"uiTokens": [{"value": 1}]}', '{"tabs": 1e999}',
  JSON.stringify({ pages: "x".repeat(2_000_001) }), JSON.stringify({ filler: "x".repeat(2_000_001) }),
  deep("[", "]", 100_000), deep('{"a":', "}", 100_000), `{"filler": ${deep("[", "]", 200_000)}}`,
]; // prettier-ignore
/** What a document may hold that this client cannot use: it is taken, and only that flag is off. */
const DAMAGED = [
  { key: "odd" }, { key: "odd", type: "boolean" }, { key: "odd", type: "boolean", state: "ON", variants: null },
  { key: "odd", type: "boolean", state: "ON", variants: [null] }, { key: "odd", type: "boolean", state: "ON", rules: {} },
  { key: "odd", type: "boolean", state: "ON", rules: [null] }, { key: "odd", type: "boolean", state: "ROLLOUT" },
  { key: "odd", type: "boolean", state: "ON", rules: [{ id: "r", conditions: null }] },
  { key: "odd", type: "boolean", state: "ON", rules: [{ id: "r", conditions: [{}] }] },
  { key: "odd", type: "boolean", state: "ON", rules: [{ id: "r", conditions: [{ segment: "none" }] }] },
  { key: "odd", type: "boolean", state: "ON", rules: [{ id: "r", split: [] }] },
  { key: "odd", type: "boolean", state: "ON", prerequisites: [{ flag: "odd" }] },
  { key: "odd", type: "boolean", state: "ON", prerequisites: [null] }, { key: "odd", type: "boolean", state: "ON", enabledFrom: 1 },
  { key: "odd", type: "boolean", state: "ON", bucketBy: [] }, { key: "odd", type: "boolean", state: "ON", bucketing: null },
]; // prettier-ignore
const HEADERS = [
  { ...GOOD, "X-Release-Environment": "shop/staging" }, { ...GOOD, "X-Release-Environment": "" }, { ...GOOD, "X-Release-Serial": "0" },
  { ...GOOD, "X-Release-Serial": "two" }, { ...GOOD, "X-Release-Serial": "" }, { ...GOOD, "X-Release-Serial": "1e99" },
  { ...GOOD, "Content-Length": "99999999" }, {},
]; // prettier-ignore

async function running() {
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  const storage = new FakeStorage();
  const app = createClient({ baseUrl: "https://a.example", clientVersion: "1.0.0", fetch: server.fetch, clock, storage });
  await app.refresh();
  const kept = [...storage.kept.values()];
  server.publish({});
  await clock.pass(1);
  return { app, server, storage, kept, clock };
}

async function unharmed(path, answer) {
  const { app, server, storage, kept, clock } = await running();
  const { document, gate } = app;
  server.instead.set(path, answer);
  await app.refresh();
  assert.equal(app.document, document);
  assert.equal(app.flag("banner", false), true);
  assert.deepEqual([...storage.kept.values()], kept);
  assert.ok(app.problem, "and it says so");
  if (path === "/meta/release") assert.equal(app.gate, gate);
  server.instead.clear();
  await clock.pass(1);
  await app.refresh();
  assert.deepEqual([app.problem, app.serial], [null, 2], "and it goes on");
}

test("bodies of the config", async () => {
  for (const body of BODIES) await unharmed("/api/config/published", () => new Response(body, { headers: GOOD }));
});

test("headers of the config", async () => {
  for (const headers of HEADERS) {
    await unharmed("/api/config/published", () => new Response('{"pages": []}', { headers }));
  }
});

test("statuses of the config", async () => {
  for (const status of [201, 204, 206, 301, 400, 401, 403, 404, 429, 500, 502, 503, 504]) {
    await unharmed("/api/config/published", () => new Response(status === 204 ? null : '{"pages": []}', { status, headers: GOOD }));
  }
});

test("bodies of the gate", async () => {
  const odd = ["{}", '{"policyStatus": 1}', '{"policyStatus": "NEW"}', '{"policyStatus": ["OK"]}'];
  for (const body of [...BODIES, ...odd]) {
    await unharmed("/meta/release", () => new Response(body, { headers: GOOD }));
    await unharmed("/meta/release", () => new Response(body, { status: 426, headers: GOOD }));
  }
});

test("answers that break off", async () => {
  const broken = () => new Response(new ReadableStream({ start: (stream) => stream.error(new Error("reset")) }), { headers: GOOD });
  await unharmed("/api/config/published", broken);
  await unharmed("/meta/release", broken);
});

test("a damaged flag is off, and the others work", async () => {
  for (const flag of DAMAGED) {
    const { app, server } = await running();
    server.document = { ...server.document, featureFlags: [flag, ...server.document.featureFlags] };
    await app.refresh();
    assert.deepEqual([app.problem, app.serial], [null, 2], list("featureFlags", flag));
    assert.equal(app.flagDetails("odd", false).reason, "ERROR", list("featureFlags", flag));
    assert.deepEqual([app.flag("odd", false), app.flag("banner", false)], [false, true]);
  }
});

test("a gate's fields of other types are taken for what they are not", async () => {
  const { app, server } = await running();
  server.gate = { policyStatus: "HARD_BLOCK", requiresUpdate: "yes", message: ["x"], url: {}, pollAfter: "soon" };
  const { requiresUpdate, message, url } = await app.checkVersionGate();
  assert.deepEqual({ requiresUpdate, message, url }, { requiresUpdate: false, message: "", url: "" });
});
