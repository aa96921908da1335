/** Reads the cases of tests/sdk/tolerance/corpus.py, a file of JSON lines, and prints what came of each. */

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { UnexpectedAnswerError, UnreadableEvent } from "../src/core/index.js";
import { signWebhook, verifyWebhook } from "../src/webhooks.js";
import { Fake, json } from "./fake.js";
import { type Method, methods, operationOf, started, UPLOADS } from "./methods.js";

type Step = string | number;

interface Case {
  number: number;
  operation: string;
  status: number;
  body: unknown;
  kept: Step[][];
}

const SECRET = "whsec_dG9sZXJhbmNl";

let answer: () => Response = () => new Response(null, { status: 403 });
const fake = new Fake(() => answer());

/** A call of each operation. */
async function calls(): Promise<Map<string, () => PromiseLike<unknown>>> {
  const found = new Map<string, () => PromiseLike<unknown>>();
  for (const [name, method] of methods(fake.crm)) {
    if (name === "sequences.enrollMany") continue; // the other answer of an operation
    const call = (): PromiseLike<unknown> => started(calling(name, method));
    await fake.failure(call());
    found.set(operationOf(fake.sent.at(-1)!), call);
  }
  return found;
}

function calling(name: string, method: Method): unknown {
  return method(UPLOADS.includes(name) ? new Blob(["a"]) : "x_1", {});
}

async function verified(body: unknown): Promise<unknown> {
  const raw = JSON.stringify(body);
  return verifyWebhook(raw, await signWebhook(raw, SECRET, { webhookId: "evt_1" }), SECRET);
}

async function outcome(read: () => PromiseLike<unknown>, kept: Step[][]): Promise<object> {
  try {
    const value = await read();
    return { outcome: "read", kept: kept.map((path) => at(value, path)) };
  } catch (error) {
    if (error instanceof UnreadableEvent) return { outcome: "unreadable" };
    return { outcome: error instanceof UnexpectedAnswerError ? "error" : String(error) };
  }
}

function at(value: unknown, path: Step[]): unknown {
  return path.reduce((part, step) => (part as Record<Step, unknown> | null | undefined)?.[step], value) ?? null;
}

const every = await calls();
for await (const line of createInterface(createReadStream(process.argv[2]!))) {
  const { number, operation, status, body, kept } = JSON.parse(line) as Case;
  answer = () => json(body, status);
  fake.sent.length = 0;
  const read = operation === "" ? () => verified(body) : () => fake.run(every.get(operation)!());
  console.log(JSON.stringify({ number, ...(await outcome(read, kept)) }));
}
