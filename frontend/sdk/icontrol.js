// The SDK's front: `createClient({ baseUrl, clientVersion })`, then `client.start()`.

export { Client, createClient } from "./client.js";
export { Flags } from "./flags.js";
