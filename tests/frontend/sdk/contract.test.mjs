// The SDK does what the language-neutral file asks of every client.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { createClient } from "../../../frontend/sdk/icontrol.js";
import { waitAfter } from "../../../frontend/sdk/waiting.js";
import { FakeClock, FakeStorage } from "./world.mjs";

const { waits, rounds } = JSON.parse(readFileSync(new URL("../../vectors/client.json", import.meta.url), "utf8"));

for (const { name, random, rounds: outcomes } of waits) {
  test(name, () => {
    const waiting = { failures: 0, careful: 0, isFirst: true };
    for (const { wait, ...outcome } of outcomes) {
      const found = waitAfter(waiting, outcome, () => random);
      assert.ok(Math.abs(found - wait) < 1e-6, `${found} and not ${wait} after ${JSON.stringify(outcome)}`);
    }
  });
}

for (const { name, stored, bootstrap, steps } of rounds) {
  test(name, async () => {
    const clock = new FakeClock();
    const storage = new FakeStorage();
    const kept = typeof stored === "string" ? stored : JSON.stringify(stored);
    if (stored) storage.getItem = (key) => storage.kept.get(key) ?? kept;
    let step, asked;
    const fetch = async (address, { headers }) => {
      const { pathname } = new URL(address);
      asked.push(pathname);
      for (const [header, value] of Object.entries(step.sent?.[pathname] ?? {})) assert.equal(headers[header], value);
      const answer = step.answers[pathname];
      if (!answer) throw new TypeError("Failed to fetch");
      const { status, body } = answer;
      const text = typeof body === "string" || status === 304 ? body : JSON.stringify(body);
      return new Response(status === 304 ? null : text, { status, headers: answer.headers });
    };
    const app = createClient({ baseUrl: "https://a.example", clientVersion: "1.4.0", bootstrap, storage, clock, fetch });
    for (step of steps) {
      asked = [];
      await app.refresh();
      await clock.pass(1);
      const { policyStatus = app.gate.policyStatus, serial, page, isGood } = step.expected;
      const found = [asked, app.gate.policyStatus, app.serial, app.document?.pages[0].id ?? null, app.problem === null];
      assert.deepEqual(found, [step.expected.asked, policyStatus, serial, page, isGood], app.problem);
    }
  });
}
