// OpenFeature's web SDK with the stock OFREP provider: all flags at once, polled, evaluated from memory.
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { answer } from "./lines.mjs";

const { SERVER, KEY } = process.env;
const client = OpenFeature.getClient();
const requests = [];
let heard = () => {};

async function recorded(request, options) {
  const sent = request.headers.get("If-None-Match");
  const response = await fetch(request, options);
  requests.push({ status: response.status, sent, etag: response.headers.get("ETag") });
  heard();
  return response;
}

// Resolves once the condition holds; asked again after each answer of the server and each change of the flags.
function until(condition) {
  return new Promise((resolve) => {
    const look = () => condition() && resolve(true);
    heard = look;
    client.addHandler(ProviderEvents.ConfigurationChanged, look);
    look();
  });
}

await answer({
  async start({ context, pollInterval }) {
    await OpenFeature.setContext(context);
    await OpenFeature.setProviderAndWait(
      new OFREPWebProvider({
        baseUrl: SERVER,
        headers: KEY ? [["X-API-Key", KEY]] : [],
        pollInterval,
        cacheMode: "disabled",
        fetchImplementation: recorded,
      }),
    );
  },
  details: ({ type, key, fallback }) => client[`get${type}Details`](key, fallback),
  context: ({ context }) => OpenFeature.setContext(context),
  requests: () => requests,
  value: ({ key, value }) => until(() => client.getBooleanValue(key, !value) === value),
  status: ({ status, after }) => until(() => requests.slice(after).some((request) => request.status === status)),
});
