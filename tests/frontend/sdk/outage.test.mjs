// A thousand clients and an outage of ten minutes: nobody is asked more than once a second by one of them, and when the
// server is back, they do not come all at once.
import assert from "node:assert/strict";
import test from "node:test";
import { createClient } from "../../../frontend/sdk/icontrol.js";
import { FakeClock, FakeServer, chance } from "./world.mjs";

const CLIENTS = 1000;
const WINDOW = 10; // seconds, over which a rate is taken

function outage(answer) {
  return async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock);
    const asked = [];
    for (let number = 0; number < CLIENTS; number++) {
      const fetch = (...request) => {
        asked.push({ number, at: (clock.now() - begun) / 1000 });
        return server.fetch(...request);
      };
      // All were started by the same event.
      createClient({ baseUrl: "https://a.example", clientVersion: "1.0.0", storage: null, fetch, clock, random: chance(number) }).start();
    }
    const begun = clock.now();
    await clock.pass(600);
    const steady = peak(asked, 200, 600);
    assert.ok(steady > CLIENTS / 80, `they ask at all: ${steady}`);

    server.instead.set("*", answer);
    const down = asked.length;
    await clock.pass(600);
    const each = Array.from({ length: CLIENTS }, () => []);
    for (const { number, at } of asked.slice(down)) each[number].push(at);
    assert.ok(each.every((times) => times.length >= 2 && times.every((at, one) => !one || at - times[one - 1] >= 1)));

    server.instead.clear();
    server.publish({});
    await clock.pass(600);
    const back = peak(asked, 1200, 1800);
    assert.ok(back <= 2 * steady, `${back} a second after the outage, ${steady} before`);
    assert.ok(asked.filter(({ at }) => at >= 1200).length > CLIENTS, "and all came back");
  };
}

/** Most requests a second. */
function peak(asked, from, to) {
  const counts = new Map();
  for (const { at } of asked) {
    if (at >= from && at < to) counts.set(Math.floor(at / WINDOW), (counts.get(Math.floor(at / WINDOW)) ?? 0) + 1);
  }
  return Math.max(...counts.values()) / WINDOW;
}

test("no answer at all", outage(() => Promise.reject(new TypeError("Failed to fetch"))));
test("503 with Retry-After", outage(() => new Response("", { status: 503, headers: { "Retry-After": "30" } })));
test("401 by mistake", outage(() => new Response("", { status: 401 })));
