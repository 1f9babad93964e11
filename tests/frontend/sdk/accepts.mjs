// For each document of the standard input, what the client makes of it: why it refuses it, which flags are damaged, and
// what all flags serve to each context. One line of JSON each.
import { createInterface } from "node:readline";
import { checked } from "../../../frontend/sdk/document.js";
import { instantOf } from "../../../frontend/sdk/values.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { document, contexts, now } = JSON.parse(line);
  try {
    const flags = checked(document);
    const answers = contexts.map((context) =>
      Object.fromEntries(flags.keys.map((key) => [key, flags.evaluate(key, context, instantOf(now))])),
    );
    console.log(JSON.stringify({ refused: null, damaged: flags.damaged.sort(), answers }));
  } catch (error) {
    console.log(JSON.stringify({ refused: error.code ?? String(error) }));
  }
}
