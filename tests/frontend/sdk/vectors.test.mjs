// The SDK gives the answers of the language-neutral file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { Flags } from "../../../frontend/sdk/flags.js";
import { instantOf } from "../../../frontend/sdk/values.js";

const VECTORS = JSON.parse(readFileSync(new URL("../../vectors/flags.json", import.meta.url), "utf8"));
const { now, flags, segments, cases } = VECTORS;
/** As the published config marks them. */
const remote = new Set(cases.filter((one) => !one.local).map((one) => one.flag));
const document = {
  featureFlags: flags.map((flag) => (remote.has(flag.key) ? { ...flag, remote: true } : flag)),
  segments: segments.map(({ conditions, ...rest }) => (rest.private ? rest : { ...rest, conditions })),
};
const compiled = new Flags(document);

test("no flag of the vectors is damaged, and those that need the server are told apart", () => {
  assert.deepEqual(compiled.damaged, []);
  assert.deepEqual(compiled.remote, remote);
  assert.ok(cases.filter((one) => one.local).length > 700);
});

for (const { name, flag, context, expected, local, now: then } of cases) {
  test(name, () => {
    const { value, variant, reason, ruleId, bucket } = expected;
    const wanted = { value, variant, reason, ...(ruleId && { ruleId }), ...(bucket !== undefined && { bucket }) };
    const found = compiled.evaluate(flag, context, instantOf(then ?? now));
    assert.deepEqual(found, local ? wanted : null);
  });
}
