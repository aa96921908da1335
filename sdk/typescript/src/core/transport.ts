/** Sends the calls of a client: key, time limits, retries, pacing, and what an answer means. */

import type { Proposal } from "../generated/types.js";
import { responseInfo, type WithResponse } from "./answers.js";
import { callLimits, type Config, type Limits, VERSION } from "./config.js";
import { ApprovalPendingError, CanceledError, ConfigurationError, UnexpectedAnswerError } from "./errors.js";
import { isObject, Misfit, readAnswer } from "./shapes.js";
import { Pacing } from "./pacing.js";
import type { Call } from "./requests.js";
import { Attempts, isRedirectError, REDIRECTED, redirectOf } from "./retries.js";
import type { HttpRequest, HttpResponse, Runtime } from "./runtime.js";
import { Watch } from "./watch.js";

const USER_AGENT = `crmsolid-client-typescript/${VERSION}`;

/** A successful answer whose body has not been read. Close it. */
export interface OpenAnswer {
  readonly response: HttpResponse;
  /** Ends the connection when nothing comes for too long. */
  readonly watch: Watch;
}

export class Transport {
  readonly config: Config;
  readonly runtime: Runtime;
  readonly #key: string;
  readonly #pacing: Pacing;

  constructor(config: Config, key: string, runtime: Runtime) {
    this.config = config;
    this.runtime = runtime;
    this.#key = key;
    this.#pacing = new Pacing(runtime);
  }

  limits(call: Call): Limits {
    return callLimits(this.config, call.options);
  }

  /** Make the call, with its retries, and read its answer. `read` throws Misfit for one that it cannot read. */
  async send<T>(
    call: Call,
    read: (value: unknown) => T,
    limits: Limits = this.limits(call),
  ): Promise<WithResponse<T>> {
    let body = "";
    const response = await this.#answer(call, limits, async ({ response, watch }) => {
      body = await watch.guard(response.text());
      watch.close();
    });
    try {
      const value = body === "" ? undefined : parsed(body);
      if (response.status === 202 && call.idempotencyKey !== null) throwIfHeld(value, call, response);
      return { data: read(value), response: responseInfo(response) };
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      throw new UnexpectedAnswerError(`the answer cannot be read: ${error.message}`, {
        idempotencyKey: call.idempotencyKey,
        requestId: response.headers.get("x-request-id"),
        status: response.status,
      });
    }
  }

  /** Make the call, with its retries; `limits` of the client unless others are given. `silence` are the milliseconds for
   * which nothing may come. */
  async open(call: Call, silence: number, limits = this.limits(call)): Promise<OpenAnswer> {
    let opened: OpenAnswer | undefined;
    await this.#answer(call, limits, async (answer) => {
      answer.watch.allow(silence);
      opened = answer;
    });
    return opened!;
  }

  /** Wait between two attempts. CanceledError if the caller ends it. */
  async pause(milliseconds: number, call: Call): Promise<void> {
    const { signal } = call.options;
    if (!signal?.aborted && milliseconds > 0) await this.runtime.sleep(milliseconds, signal);
    if (signal?.aborted) throw new CanceledError(signal.reason, call.idempotencyKey);
  }

  log(message: string, details: Record<string, unknown>): void {
    this.config.logger?.debug(message, details);
  }

  attempts(call: Call, limits: Limits = this.limits(call)): Attempts {
    return new Attempts(this.runtime, limits, call, this.config.baseUrl);
  }

  async #answer(call: Call, limits: Limits, use: (answer: OpenAnswer) => Promise<void>): Promise<HttpResponse> {
    const attempts = this.attempts(call, limits);
    for (;;) {
      const window = await this.#turn(call, attempts);
      const watch = new Watch(this.runtime, attempts.timeout(), call.options.signal);
      let wait: number;
      try {
        const response = await this.#fetch(call, watch);
        this.#pacing.update(window, response.headers);
        // An upload may have taken longer than the call has time.
        watch.allow(typeof call.body === "object" ? limits.timeout : attempts.timeout());
        if ((response.status >= 200 && response.status < 300) || response.status === 304) {
          await use({ response, watch });
          return response;
        }
        const error = attempts.refusal(response, await watch.guard(response.text()));
        watch.close();
        wait = attempts.afterRefusal(error);
        if (error.code === "rate_limited" && (response.headers.get("x-ratelimit-remaining") ?? "0") === "0") {
          this.#pacing.exhausted(window, wait);
        }
        this.log("the call is tried again", { ...this.#shown(call), status: error.status, code: error.code, wait });
      } catch (error) {
        this.#pacing.update(window, null);
        watch.close();
        wait = attempts.afterFailure(error, watch, this.#key);
        this.log("the call is tried again", { ...this.#shown(call), error: attempts.lastFailure, wait });
      }
      await this.pause(wait, call);
    }
  }

  /** Wait until the rate limit lets the call be sent: the window that it counts in. That time is not the call's. */
  async #turn(call: Call, attempts: Attempts): Promise<number> {
    const began = this.runtime.now();
    await this.pause(0, call);
    let turn = this.#pacing.reserve();
    while ("wait" in turn) {
      await this.pause(turn.wait, call);
      turn = this.#pacing.reserve();
    }
    const waited = this.runtime.now() - began;
    if (waited > 1000) this.log("the call has waited for the rate limit", { ...this.#shown(call), waited });
    attempts.extend(waited);
    return turn.window;
  }

  async #fetch(call: Call, watch: Watch): Promise<HttpResponse> {
    const url = this.config.baseUrl + call.path;
    const request: HttpRequest = {
      method: call.method,
      headers: {
        "user-agent": USER_AGENT,
        ...this.config.headers,
        ...call.headers,
        authorization: `Bearer ${this.#key}`,
      },
      redirect: "manual",
      signal: watch.signal,
    };
    if (typeof call.body === "string") {
      request.body = call.body;
    } else if (call.body !== undefined) {
      request.body = watch.seen(call.body.open());
      if (request.body instanceof ReadableStream) {
        request.duplex = "half";
        // With "manual", a runtime may keep all of the body in memory, to send it again.
        request.redirect = "error";
      }
    }
    const { idempotencyKey } = call;
    let response: HttpResponse;
    try {
      response = await watch.guard(this.runtime.fetch(url, request));
    } catch (error) {
      if (request.redirect === "manual" || !isRedirectError(error)) throw error;
      throw new UnexpectedAnswerError(REDIRECTED, { idempotencyKey, requestId: null, status: 0 });
    }
    const redirect = redirectOf(url, response);
    if (redirect === null) return response;
    const requestId = response.headers.get("x-request-id");
    throw new UnexpectedAnswerError(redirect, { idempotencyKey, requestId, status: response.status });
  }

  #shown(call: Call): Record<string, unknown> {
    return { method: call.method, path: call.path.replace(/\?.*/, "") };
  }
}

/** Throws if the write waits: its answer is a proposal in place of what the call answers. */
function throwIfHeld(value: unknown, { idempotencyKey }: Call, response: HttpResponse): void {
  if (!isObject(value) || typeof value["id"] !== "string" || !value["id"].startsWith("prp_")) return;
  const proposal = readAnswer<Proposal>(value, "Proposal");
  throw new ApprovalPendingError(proposal, { idempotencyKey, requestId: response.headers.get("x-request-id") });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Misfit("it is no JSON");
  }
}

/** The full address of a path that a caller gives. */
export function checkedPath(path: string): string {
  if (typeof path !== "string" || !path.startsWith("/") || /[#\s\\]/.test(path)) {
    throw new ConfigurationError("a path begins with / and has no fragment, such as /v1/contacts");
  }
  return path;
}
