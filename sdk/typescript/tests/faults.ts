/** Makes the calls of the scenarios of tests/sdk/faults, which it reads as JSON from its input, and writes what it saw as
 * JSON to its output. Its clock stands still while a request is on its way, and else does not wait. */

import { createInterface } from "node:readline";
import { inspect } from "node:util";
import {
  APIConnectionError,
  APITimeoutError,
  ApprovalPendingError,
  BadRequestError,
  CanceledError,
  ConflictError,
  type CoreOptions,
  CrmSolidCore,
  ForbiddenError,
  GoneError,
  type HttpRequest,
  type HttpResponse,
  NotFoundError,
  type Runtime,
  ServerError,
  TooManyRequestsError,
  UnauthorizedError,
  UnexpectedAnswerError,
  UnreadableEvent,
  ValidationError,
  verifyWebhook,
  WebhookVerificationError,
} from "../src/index.js";
import { defaultRuntime } from "../src/runtime.js";
import { Clock, MESSAGE } from "./fake.js";

interface Options {
  timeout?: number;
  retry_for?: number;
  max_retries?: number;
  idempotency_key?: string;
  request_id?: string;
  headers?: Record<string, string>;
  give_up_after?: number;
}

interface Task {
  name: string;
  url: string;
  key: string;
  clock: "fake" | "real";
  options: Options;
  call: {
    kind: string;
    count: number;
    callers: number;
    take: number;
    size: number;
    cancel_after: number | null;
    options: Options;
    body: string;
    headers: Record<string, string>;
    secrets: string[];
  };
}

const OUTCOMES = [
  [APITimeoutError, "timeout"],
  [APIConnectionError, "connection"],
  [UnexpectedAnswerError, "unexpected_answer"],
  [ApprovalPendingError, "approval_pending"],
  [UnreadableEvent, "unreadable_event"],
  [WebhookVerificationError, "verification"],
  [CanceledError, "canceled"],
  [BadRequestError, "bad_request"],
  [UnauthorizedError, "unauthorized"],
  [ForbiddenError, "forbidden"],
  [NotFoundError, "not_found"],
  [ConflictError, "conflict"],
  [GoneError, "gone"],
  [ValidationError, "unprocessable"],
  [TooManyRequestsError, "too_many_requests"],
  [ServerError, "server_error"],
] as const;

class Network {
  attempts = 0;
  readonly #clock: Clock;
  readonly #isFake: boolean;

  constructor(clock: Clock, isFake: boolean) {
    this.#clock = clock;
    this.#isFake = isFake;
  }

  readonly fetch = async (url: string, request: HttpRequest): Promise<HttpResponse> => {
    this.attempts += 1;
    if (!this.#isFake) return fetch(url, request as RequestInit);
    const headers = { ...request.headers, "fault-time": String(this.#clock.time / 1000) };
    const response = await this.#clock.during(fetch(url, { ...request, headers } as RequestInit));
    const delay = Number(response.headers.get("fault-delay") ?? 0) * 1000;
    if (delay > 0) await this.#clock.sleep(delay, request.signal);
    request.signal.throwIfAborted();
    const body = response.body && this.#body(response.body, response.headers.has("fault-silence"));
    const { status, type, redirected } = response;
    return {
      status,
      type,
      redirected,
      url: response.url,
      headers: response.headers,
      body,
      text: () => new Response(body).text(),
    };
  };

  #body(body: ReadableStream<Uint8Array>, isSilent: boolean): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const part = await this.#clock.during(reader.read());
          if (!part.done) controller.enqueue(part.value);
          else if (!isSilent) controller.close();
          else await new Promise(() => undefined);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }
}

function named(options: Options): Record<string, unknown> {
  const names: [string, unknown][] = Object.entries(options).map(([name, value]) => [
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(names);
}

async function* bytes(size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
}

/** Make the call. What comes is added to `items`. */
async function make(crm: CrmSolidCore, task: Task, items: string[], signal: AbortSignal, clock: Clock): Promise<void> {
  const { call } = task;
  const options = { ...named(call.options), ...(call.cancel_after !== null && { signal }) };
  const onUnreadable = (event: UnreadableEvent): void => void items.push(`?${event.id}`);
  const take = async (events: AsyncIterable<{ id: string }>, most: number): Promise<void> => {
    for await (const { id } of events) {
      items.push(id);
      if (items.length >= most) break;
    }
  };
  switch (call.kind) {
    case "webhook":
      return void items.push((await clock.during(verifyWebhook(call.body, call.headers, call.secrets))).id);
    case "send":
      return void items.push((await crm.messages.send(MESSAGE, options)).id);
    case "raw":
      return void (await crm.request("post", "/v1/any", { ...options, body: { a: 1 } }));
    case "upload":
      return void (await crm.files.upload(() => bytes(call.size), { ...options, name: "a.bin" }));
    case "import":
      return void (await crm.contacts.importFile(new Blob(["username\n@anna\n"]), options));
    case "contacts":
      return take(crm.contacts.list({}, options) as AsyncIterable<{ id: string }>, Infinity);
    case "events":
      return take(crm.events.list({}, { ...options, onUnreadable }), Infinity);
    case "follow":
      return take(crm.events.follow({ ...options, since: "2026-06-04T09:00:00Z", onUnreadable }), call.take);
    default:
      return take(crm.messages.stream({ ...options, onUnreadable }), call.take);
  }
}

async function told(task: Task): Promise<object> {
  const { name, call } = task;
  const isFake = task.clock === "fake";
  const clock = new Clock();
  const network = new Network(clock, isFake);
  const log: string[] = [];
  const logger = { debug: (message: string, details: object) => void log.push(`${message} ${inspect(details)}\n`) };
  const runtime: Runtime = defaultRuntime(network.fetch);
  const given = named(task.options) as Partial<CoreOptions>;
  const crm = new CrmSolidCore(
    { apiKey: task.key, baseUrl: task.url, logger, ...given },
    isFake ? { ...runtime, now: clock.now, sleep: clock.sleep } : runtime,
  );
  const items: string[] = [];
  const canceling = new AbortController();
  if (call.cancel_after !== null) void clock.sleep(call.cancel_after * 1000).then(() => canceling.abort());
  let left = call.count;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await make(crm, task, items, canceling.signal, clock);
  };
  const began = performance.now();
  const calling = Promise.all(Array.from({ length: call.callers }, caller));
  let failure: unknown = null;
  try {
    await (isFake ? clock.run(calling) : calling);
  } catch (error) {
    failure = error;
  }
  const elapsed = (isFake ? clock.time : performance.now() - began) / 1000;
  const text = [inspect(crm), ...log];
  if (failure === null) return { name, outcome: "ok", elapsed, attempts: network.attempts, text: text.join(""), items };
  const error = failure as Error & { status?: number; idempotencyKey?: string; requestId?: string; mayHaveHappened?: boolean };
  text.push(String(error), inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error));
  return {
    name,
    outcome: OUTCOMES.find(([kind]) => error instanceof kind)?.[1] ?? error.name,
    elapsed,
    attempts: network.attempts,
    status: error.status ?? null,
    key: error.idempotencyKey ?? null,
    request_id: error.requestId ?? null,
    may_have_happened: error.mayHaveHappened ?? null,
    text: text.join(""),
    items: error instanceof UnreadableEvent ? [`?${error.id}`] : items,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await told(JSON.parse(line) as Task)));
}
