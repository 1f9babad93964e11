// Given {state, cases: [{flag, context}]}: what the stock Node client says to each, without a server.
import { readFileSync } from "node:fs";
import { InMemStorageProvider, Unleash } from "unleash-client";

const { state, cases } = JSON.parse(readFileSync(0, "utf8"));
const unleash = new Unleash({
  appName: "cases",
  url: "http://127.0.0.1:1/unleash/api",
  refreshInterval: 0,
  disableMetrics: true,
  skipInstanceCountWarning: true,
  bootstrap: { data: state.features, segments: state.segments },
  storageProvider: new InMemStorageProvider(),
});
unleash.on("error", () => {}); // the server is not there, and is not needed
unleash.on("warn", () => {});
await new Promise((resolve) => unleash.once("synchronized", resolve).once("ready", resolve));
const answers = cases.map(({ flag, context }) => {
  const { name, payload } = unleash.getVariant(flag, context);
  return { enabled: unleash.isEnabled(flag, context), variant: name, payload: payload ?? null };
});
unleash.destroy();
process.stdout.write(JSON.stringify(answers));
