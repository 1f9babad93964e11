// Each line of standard input is a command in JSON; each is answered by one line.
import { createInterface } from "node:readline";

export async function answer(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { do: name, ...values } = JSON.parse(line);
    let said;
    try {
      said = { result: (await commands[name](values)) ?? null };
    } catch (error) {
      said = { error: String(error.stack ?? error) };
    }
    console.log(JSON.stringify(said));
  }
}
