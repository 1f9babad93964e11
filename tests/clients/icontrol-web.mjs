// OpenFeature's web SDK with our own provider, against a server that the test holds in its hands.
import assert from "node:assert/strict";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { createClient } from "../../frontend/sdk/icontrol.js";
import { IControlProvider } from "../../frontend/sdk/openfeature.js";
import { FakeClock, FakeServer, settled } from "../frontend/sdk/world.mjs";

const clock = new FakeClock();
const server = new FakeServer(clock);
const rules = [{ id: "r", conditions: [{ attribute: "tenant", operator: "equals", values: ["acme"] }], variant: "on" }];
server.document.featureFlags = [
  { key: "acme", type: "boolean", state: "ON", defaultVariant: "off", rules },
  { key: "text", type: "string", state: "ON", variants: [{ key: "a", value: "A" }], defaultVariant: "a", offVariant: "a" },
  { key: "many", type: "integer", state: "ON", variants: [{ key: "a", value: 3 }], defaultVariant: "a", offVariant: "a" },
  { key: "object", type: "object", state: "ON", variants: [{ key: "a", value: { b: 1 } }], defaultVariant: "a", offVariant: "a" },
];
const up = server.fetch;
let isUp = false;
const fetch = (...all) => (isUp ? up(...all) : Promise.reject(new TypeError("down")));
const sdk = createClient({ baseUrl: "http://server.example", clientVersion: "1.0.0", clock, fetch, storage: null, random: () => 0, page: undefined });
const client = OpenFeature.getClient();
const heard = [];
for (const name of [ProviderEvents.Ready, ProviderEvents.ConfigurationChanged, ProviderEvents.Error]) client.addHandler(name, () => heard.push(name));

// Without a server and a copy the defaults of the code count, and nothing is thrown into the app.
await OpenFeature.setContext({ targetingKey: "acme" });
await assert.rejects(OpenFeature.setProviderAndWait(new IControlProvider(sdk)), /There is no config yet: network/);
assert.deepEqual([client.getBooleanValue("acme", false), client.getStringValue("text", "mine")], [false, "mine"]);

// It is ready when the client is.
isUp = true;
await clock.pass(130);
await settled();
assert.equal(client.providerStatus, "READY");
assert.ok(heard.includes(ProviderEvents.Ready));
const { value, variant, reason, flagMetadata } = client.getBooleanDetails("acme", false);
assert.deepEqual([value, variant, reason, flagMetadata], [true, "on", "TARGETING_MATCH", { serial: 1, version: "1.0.0", ruleId: "r" }]);
assert.deepEqual([client.getStringValue("text", ""), client.getNumberValue("many", 0), client.getObjectValue("object", {})], ["A", 3, { b: 1 }]);
assert.equal(client.getBooleanDetails("text", true).errorCode, "TYPE_MISMATCH");
assert.equal(client.getBooleanDetails("nothing", true).errorCode, "FLAG_NOT_FOUND");

// Another context, then another release.
await OpenFeature.setContext({ targetingKey: "umbrella" });
assert.equal(client.getBooleanValue("acme", true), false);
await OpenFeature.setContext({ targetingKey: "somebody", tenant: "acme" });
assert.equal(client.getBooleanValue("acme", false), true);
server.document = { ...server.document, featureFlags: [{ key: "acme", type: "boolean", state: "OFF" }] };
server.serial = 2;
await clock.pass(130);
await settled();
assert.ok(heard.includes(ProviderEvents.ConfigurationChanged));
assert.equal(client.getBooleanValue("acme", true), false);
await OpenFeature.close();
console.log("all is well");
