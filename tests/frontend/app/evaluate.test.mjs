// Flags for who looks: as the SDK evaluates them, in one environment, or as somebody who knows better says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { flagsOf } from "../../../frontend/static/frontend/app/evaluate.js";

const rule = (values, variant = "on") => ({ id: "r", conditions: [{ attribute: "tenant", operator: "in", values }], variant });

test("a flag is on for whom its rules say, and in its environment", () => {
  const config = {
    featureFlags: [
      { key: "plain", type: "boolean", state: "ON" },
      { key: "acme", type: "boolean", state: "ON", defaultVariant: "off", rules: [rule(["acme"])] },
      { key: "staging", type: "boolean", state: "OFF", environments: { staging: { state: "ON" } } },
      { key: "text", type: "string", state: "ON", variants: [{ key: "a", value: "" }, { key: "b", value: "B" }], defaultVariant: "a", offVariant: "b" },
      { key: "role", type: "boolean", state: "ON", defaultVariant: "off", rules: [{ id: "r", conditions: [{ attribute: "role", operator: "equals", values: ["boss"] }], variant: "on" }] },
      { key: "broken", type: "boolean" },
      { key: "remote", type: "boolean", state: "ON", remote: true },
    ],
  };
  const on = (context, told) => config.featureFlags.map((flag) => flag.key).filter(flagsOf(config, context, told));
  assert.deepEqual(on({}), ["plain", "text"]);
  assert.deepEqual(on({ tenant: "acme", role: "boss" }), ["plain", "acme", "text", "role"]);
  assert.deepEqual(on({ environment: "staging" }), ["plain", "staging", "text"]);
  assert.deepEqual(on({}, (key) => (key === "remote" ? true : key === "plain" ? false : undefined)), ["text", "remote"]);
});

test("a draft that is half typed has no flag on, and throws nothing", () => {
  for (const featureFlags of [undefined, null, 3, [null], [{}], [{ key: 3 }], [{ key: "a", rules: 3, state: "ON" }], [{ key: "a", environments: 3 }]]) {
    for (const segments of [undefined, 3, [null], [{ id: "a" }, { id: "a", conditions: 3 }]]) assert.equal(flagsOf({ featureFlags, segments }, {})("a"), false);
  }
});
