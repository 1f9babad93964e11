// OpenFeature's server SDK with the stock OFREP provider: each evaluation is a request.
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { answer } from "./lines.mjs";

const { SERVER, KEY } = process.env;
await OpenFeature.setProviderAndWait(
  new OFREPProvider({ baseUrl: SERVER, headers: KEY ? [["Authorization", `Bearer ${KEY}`]] : [] }),
);
const client = OpenFeature.getClient();

await answer({
  details: ({ type, key, fallback, context }) => client[`get${type}Details`](key, fallback, context),
});
