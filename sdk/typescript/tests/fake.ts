/** A client whose time and server are the test's. Nothing is waited for, and nothing goes over a network. */

import { setImmediate, setTimeout } from "node:timers/promises";
import { type CoreOptions, CrmSolidCore, type HttpRequest, type HttpResponse } from "../src/core/index.js";

export const KEY = "cs_live_a4f9_thesecretpartofthekey";
export const URL_OF_FAKE = "https://crm.test/base";
export const QUEUED = { id: "msg_1", status: "queued", eta: "2026-06-04T09:00:00Z" };
export const MESSAGE = { account_id: 7421, to: "@anna", text: "Привіт 🚀" };

type Timer = { at: number; resolve: () => void };

/** Time goes on only when everything waits for it, and nothing is on its way. */
export class Clock {
  time = 0;
  #onTheirWay = 0;
  #timers: Timer[] = [];

  now = (): number => this.time;

  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        this.#timers = this.#timers.filter((each) => each !== timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = { at: this.time + milliseconds, resolve: end };
      this.#timers.push(timer);
      signal?.addEventListener("abort", end);
    });

  /** Let no time pass until the promise is settled: it is not of this clock. */
  async during<T>(promise: Promise<T>): Promise<T> {
    this.#onTheirWay += 1;
    try {
      return await promise;
    } finally {
      this.#onTheirWay -= 1;
    }
  }

  /** Let time pass until the promise is settled. */
  async run<T>(promise: PromiseLike<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    while (!isSettled) {
      for (let turn = 0; turn < 10; turn++) await setImmediate();
      if (isSettled) break;
      if (this.#onTheirWay > 0) {
        await setTimeout(1);
        continue;
      }
      const next = this.#timers.reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
      if (!next) throw new Error("nothing is waited for, and the promise is not settled");
      this.time = Math.max(this.time, next.at);
      next.resolve();
    }
    return promise;
  }
}

export interface Sent {
  at: number;
  method: string;
  /** Path and query below the base address. */
  path: string;
  headers: Record<string, string>;
  body: string;
}

export type Responder = (
  sent: Sent,
  request: HttpRequest,
) => Response | HttpResponse | Promise<Response | HttpResponse>;

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return new Response(JSON.stringify(value), { status, headers: { "content-type": type, ...headers } });
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json({ status, code, title: "Refused", detail: "Because.", request_id: "req_1" }, status, headers);
}

export class Fake {
  readonly clock = new Clock();
  readonly sent: Sent[] = [];
  readonly log: string[] = [];
  readonly crm: CrmSolidCore;
  random = 1;
  #uuids = 0;

  /** Answers in order with what it is given, and with the last one again and again. */
  constructor(answers: Responder | readonly (Responder | Response)[], options: Partial<CoreOptions> = {}) {
    const logger = {
      debug: (message: string, details: object) => this.log.push(`${message} ${JSON.stringify(details)}`),
    };
    this.crm = new CrmSolidCore(
      { apiKey: KEY, baseUrl: URL_OF_FAKE, logger, ...options },
      {
        fetch: async (url, request) => {
          const body = request.body === undefined ? "" : await new Response(request.body as BodyInit).text();
          const path = url.slice(URL_OF_FAKE.length);
          const sent = { at: this.clock.time, method: request.method, path, headers: request.headers, body };
          this.sent.push(sent);
          const number = this.sent.length - 1;
          const answer = typeof answers === "function" ? answers : answers[Math.min(number, answers.length - 1)]!;
          return typeof answer === "function" ? answer(sent, request) : answer.clone();
        },
        now: this.clock.now,
        sleep: this.clock.sleep,
        random: () => this.random,
        uuid: () => `uuid-${++this.#uuids}`,
        sendsStreams: true,
      },
    );
  }

  get times(): number[] {
    return this.sent.map((each) => each.at);
  }

  run<T>(promise: PromiseLike<T>): Promise<T> {
    return this.clock.run(promise);
  }

  /** The error with which the promise is rejected. */
  async failure<E = Error>(promise: PromiseLike<unknown>): Promise<E> {
    let value: unknown;
    try {
      value = await this.run(promise);
    } catch (error) {
      return error as E;
    }
    throw new Error(`it was not rejected: ${JSON.stringify(value)}`);
  }
}

/** No answer until the request is ended. */
export const silent: Responder = (_, request) =>
  new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));

export function failing(code: string, message = "connect failed"): Responder {
  return () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(`${message} ${code}`), { code }) });
  };
}

/** A body that comes in these parts, and then breaks off or ends. */
export function stream(
  parts: readonly (string | Uint8Array)[],
  end: "break" | "end" = "end",
): ReadableStream<Uint8Array> {
  const left = [...parts];
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part !== undefined) controller.enqueue(typeof part === "string" ? new TextEncoder().encode(part) : part);
      else if (end === "end") controller.close();
      else controller.error(new TypeError("terminated"));
    },
  });
}
