/** Decides for one call whether and when it is tried again. */

import type { Limits } from "./config.js";
import {
  APIConnectionError,
  APIError,
  APITimeoutError,
  CanceledError,
  CrmSolidError,
  errorOf,
  type FieldError,
  isRepeated,
} from "./errors.js";
import type { Call } from "./requests.js";
import type { HttpResponse, Runtime } from "./runtime.js";
import { isObject } from "./shapes.js";
import type { Watch } from "./watch.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8000;
const LONGEST_LIMIT_WAIT = 60_000;
const RETRIES_OF_BAD_ADDRESS = 2;
const SHORTEST_ATTEMPT = 100;
const KNOWN = ["type", "instance", "title", "status", "detail", "code", "errors", "request_id", "required_scope"];
const UNKNOWN_HOST = /ENOTFOUND|EAI_AGAIN|dns error|failed to lookup/i;
const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|certificate/;
const NOT_CONNECTED = /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CONNECT_TIMEOUT|ConnectionRefused|\(Connect\)/;

/** Doubles from one attempt to the next; a random part of it, so that clients do not come back all at once. */
export function backoff(runtime: Runtime, made: number, longest = LONGEST_DELAY): number {
  return Math.min(longest, FIRST_DELAY * 2 ** Math.min(made - 1, 10)) * (0.5 + runtime.random() / 2);
}

/** The attempts of one call. Times are milliseconds. */
export class Attempts {
  readonly #runtime: Runtime;
  readonly #limits: Limits;
  readonly #call: Call;
  readonly #server: string;
  #endsAt: number;
  #made = 0;
  #mayHaveHappened = false;
  lastFailure = "";

  constructor(runtime: Runtime, limits: Limits, call: Call, server: string) {
    this.#runtime = runtime;
    this.#limits = limits;
    this.#call = call;
    this.#server = server;
    this.#endsAt = runtime.now() + limits.retryFor;
  }

  /** How long an attempt may take: no longer than what is left of the call's time. */
  timeout(): number {
    const { timeout, retryFor } = this.#limits;
    return retryFor === 0 ? timeout : Math.max(SHORTEST_ATTEMPT, Math.min(timeout, this.#endsAt - this.#runtime.now()));
  }

  /** A wait for the rate limit is not the call's. */
  extend(milliseconds: number): void {
    this.#endsAt += milliseconds;
  }

  /** How long to wait after an attempt without an answer. Throws if the call is not tried again. */
  afterFailure(error: unknown, watch: Watch, key: string): number {
    const { idempotencyKey, options } = this.#call;
    if (error instanceof CrmSolidError) throw error;
    if (options.signal?.aborted) throw new CanceledError(options.signal.reason, idempotencyKey);
    this.#made += 1;
    const cause = described(error, key);
    this.lastFailure = watch.hasExpired ? "the time is over" : cause.message;
    const isUnknownHost = UNKNOWN_HOST.test(cause.message);
    const isBadAddress = isUnknownHost || BAD_CERTIFICATE.test(cause.message);
    this.#mayHaveHappened ||= watch.hasExpired || !(isBadAddress || NOT_CONNECTED.test(cause.message));
    const wait = backoff(this.#runtime, this.#made);
    if (this.#isOver(wait) || (isBadAddress && this.#made > RETRIES_OF_BAD_ADDRESS)) {
      const attempts = this.#made === 1 ? "1 attempt" : `${this.#made} attempts`;
      const message = `no answer from ${this.#server} after ${attempts}: ${this.lastFailure}`;
      const kind = watch.hasExpired ? APITimeoutError : APIConnectionError;
      throw new kind(message, this.#call, this.#mayHaveHappened, cause);
    }
    return wait;
  }

  /** How long to wait after a refusal. Throws it if the call is not tried again. */
  afterRefusal(error: APIError): number {
    this.#made += 1;
    if (!isRepeated(error.status, error.code)) throw error;
    // What stands before the API may answer although the work goes on behind it.
    this.#mayHaveHappened ||= error.code !== "rate_limited";
    let wait = backoff(this.#runtime, this.#made);
    if (error.retryAfter !== null) {
      wait = Math.max(wait, error.retryAfter * 1000 + this.#runtime.random() * 250);
    }
    if (error.code === "rate_limited" && wait <= LONGEST_LIMIT_WAIT + 250) this.extend(wait);
    if (this.#isOver(wait)) throw error;
    return wait;
  }

  /** How long to wait before asking again for what the server is still fetching; null if that is too long. */
  untilReady(response: HttpResponse): number | null {
    this.#made += 1;
    const wait = Math.max(backoff(this.#runtime, this.#made), (retryAfter(response) ?? 0) * 1000);
    return this.#isOver(wait) ? null : wait;
  }

  /** What an error answer says. Its status alone decides; what stands before the API may answer anything. */
  refusal(response: HttpResponse, body: string): APIError {
    const told = objectOf(body);
    const text = (name: string): string => (typeof told[name] === "string" ? (told[name] as string) : "");
    const errors = Array.isArray(told["errors"]) ? told["errors"] : [];
    const instead = response.headers.get("content-type") ?? "nothing";
    return errorOf({
      status: response.status,
      code: text("code"),
      title: text("title"),
      detail: text("detail") || `the server answered ${instead} instead of a problem`,
      errors: errors.filter(isObject).map(fieldError),
      requestId: text("request_id") || response.headers.get("x-request-id"),
      retryAfter: retryAfter(response),
      requiredScope: text("required_scope") || null,
      idempotencyKey: this.#call.idempotencyKey,
      extra: Object.fromEntries(Object.entries(told).filter(([name]) => !KNOWN.includes(name))),
    });
  }

  /** Whether no other attempt may follow after this wait. */
  #isOver(wait: number): boolean {
    const { body } = this.#call;
    const isRepeatable = typeof body !== "object" || body.isRepeatable;
    const hasTime = this.#runtime.now() + wait + SHORTEST_ATTEMPT <= this.#endsAt;
    return !isRepeatable || this.#made > this.#limits.maxRetries || !hasTime;
  }
}

export const REDIRECTED = "the server redirects, which is not followed with an API key: correct baseUrl";

/** Whether a fetch that refuses redirects has failed because of one. */
export function isRedirectError(error: unknown): boolean {
  return /redirect/i.test(described(error, "\0").message);
}

/** Why the answer is that of a redirect, which is never followed: the key would go to wherever it points. */
export function redirectOf(url: string, response: HttpResponse): string | null {
  const isOther = Boolean(response.url) && new URL(response.url!).href !== new URL(url).href;
  if (response.redirected || isOther) return "fetch has followed a redirect: give one that does not";
  const isRedirect = response.status >= 300 && response.status < 400 && response.status !== 304;
  if (isRedirect || response.type === "opaqueredirect") {
    return REDIRECTED;
  }
  return null;
}

function objectOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function fieldError(told: Record<string, unknown>): FieldError {
  const [field, code, detail] = ["field", "code", "detail"].map((name) => String(told[name] ?? ""));
  return { field: field!, code: code!, detail: detail! };
}

/** Seconds. A proxy in front of the API may give a date. */
function retryAfter({ headers }: HttpResponse): number | null {
  const value = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - (Date.parse(headers.get("date") ?? "") || Date.now())) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** What went wrong, with the messages of all causes. An error of the caller's own fetch may hold the request. */
function described(error: unknown, key: string): Error {
  const told: string[] = [];
  for (let each = error; each instanceof Error && told.length < 5; each = each.cause) {
    const code = (each as { code?: unknown }).code;
    told.push(each.message, ...(typeof code === "string" && !each.message.includes(code) ? [code] : []));
  }
  const message = [...new Set(told)].filter(Boolean).join(": ") || "the connection was lost";
  return new Error(message.replaceAll(key, "…"));
}
