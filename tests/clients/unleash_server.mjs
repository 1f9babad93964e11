// Arguments: the server's address and a client key. Follows commands on standard input, one a line, with the stock
// Node client and the stock browser client, and answers each with a line of JSON.
import { createInterface } from "node:readline";
import { InMemStorageProvider as NodeStorage, Unleash } from "unleash-client";
import { InMemoryStorageProvider, UnleashClient } from "unleash-proxy-client";

const [, , address, key] = process.argv;
const context = { userId: "7", properties: { tenant: "acme" } };
const heard = [];
const unleash = new Unleash({
  appName: "shop",
  url: `${address}/unleash/api`,
  customHeaders: { Authorization: key },
  refreshInterval: 3_600_000, // only when told
  metricsInterval: 3_600_000,
  storageProvider: new NodeStorage(),
  skipInstanceCountWarning: true,
});
for (const event of ["error", "warn", "changed", "unchanged", "registered", "sent"]) {
  unleash.on(event, (said) => heard.push(event === "error" || event === "warn" ? `${event}: ${said}` : event));
}
const once = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));
// It starts at once, so that this has to be waited for from now on.
const started = Promise.all([once(unleash, "synchronized"), once(unleash, "registered")]);
const browser = new UnleashClient({
  url: `${address}/unleash/api/frontend`,
  clientKey: key,
  appName: "shop-web",
  refreshInterval: 0,
  metricsInterval: 3600,
  metricsIntervalInitial: 3600, // left out, it reports after two seconds
  context,
  storageProvider: new InMemoryStorageProvider(),
  fetch,
});
browser.on("error", (error) => heard.push(`browser error: ${JSON.stringify(error)}`));
browser.on("sent", () => heard.push("browser sent"));

const commands = {
  async start() {
    await started;
    await browser.start();
  },
  async poll() {
    await unleash.repository.fetch();
    await browser.updateToggles();
  },
  async report() {
    const sent = Promise.all([once(unleash, "sent"), once(browser, "sent")]);
    await Promise.all([unleash.flushMetrics(), browser.sendMetrics()]);
    await sent;
  },
};
for await (const command of createInterface({ input: process.stdin })) {
  await commands[command]();
  const answers = {
    node: { enabled: unleash.isEnabled("shop", context), variant: unleash.getVariant("size", context) },
    browser: { enabled: browser.isEnabled("shop"), variant: browser.getVariant("size") },
  };
  process.stdout.write(`${JSON.stringify({ heard: heard.splice(0), ...answers })}\n`);
}
process.exit(0); // timers of the browser's client would go on
