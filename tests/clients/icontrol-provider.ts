import type { Provider } from "@openfeature/web-sdk";
import type { Client } from "../../frontend/sdk/client.js";
import { IControlProvider } from "../../frontend/sdk/openfeature.js";

export const provider: Provider = new IControlProvider({} as Client);
