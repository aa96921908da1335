/** What the streams have in common: they come back after any outage, and what cannot be read can be passed by. */

import type { Event } from "../types.js";
import { type CallOptions, checkedNumber, type Limits } from "./config.js";
import { APIError, CanceledError, ConfigurationError, UnreadableEvent } from "./errors.js";
import { backoff } from "./retries.js";
import type { Transport } from "./transport.js";

const LONGEST_PAUSE = 30_000;
const LONGEST_RETRY_AFTER = 60_000; // the server may be well again long before
// A refusal that time does not change.
const FINAL_STATUSES = [401, 403, 404, 410];
const FINAL_CODES = ["invalid_cursor", "invalid_parameter"];

export interface StreamOptions extends Omit<CallOptions, "retryFor" | "maxRetries"> {
  /** Is given what cannot be read, and the iteration goes on. Without it the iteration throws the UnreadableEvent; iterate
   * again to go on behind it. */
  onUnreadable?: (event: UnreadableEvent) => void | Promise<void>;
  /** Seconds without a connection after which the stream ends with the last error. Never, unless it is given. */
  giveUpAfter?: number;
}

/** Events as they come, for ever: iterate over it. `break`, `close` and the caller's signal end it. */
export abstract class EndlessEvents implements AsyncIterableIterator<Event> {
  readonly #transport: Transport;
  readonly #options: StreamOptions;
  readonly #giveUpAfter: number;
  readonly #ended = new AbortController();
  #failures = 0;
  #lastContact: number;

  constructor(transport: Transport, options: StreamOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#giveUpAfter = checkedNumber("giveUpAfter", options.giveUpAfter ?? Number.MAX_SAFE_INTEGER) * 1000;
    this.#lastContact = transport.runtime.now();
    const { signal } = options;
    const abort = (): void => this.#ended.abort(signal?.reason);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true, signal: this.#ended.signal });
  }

  /** The next event, or null to be called again. Throws UnreadableEvent once its position has been passed. */
  protected abstract read(): Promise<Event | null>;
  /** Ends what is open. */
  protected abstract disconnect(): Promise<void>;

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    const value = await this.repeat(() => this.read());
    if (value !== undefined) return { done: false, value };
    await this.disconnect();
    const { signal } = this.#options;
    if (signal?.aborted) throw new CanceledError(signal.reason, null);
    return { done: true, value };
  }

  async return(): Promise<IteratorResult<Event, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** End it, also while somebody waits for its next event. */
  async close(): Promise<void> {
    this.#ended.abort();
    await this.disconnect();
  }

  /** Do this until it returns something, whatever the connection does. Undefined once the stream has been ended. */
  protected async repeat<T>(work: () => Promise<T | null>): Promise<T | undefined> {
    while (!this.#ended.signal.aborted) {
      try {
        const result = await work();
        if (result !== null) return result;
      } catch (error) {
        if (!(error instanceof UnreadableEvent)) {
          await this.disconnect();
          await this.#recover(error);
        } else if (this.#options.onUnreadable) {
          await this.#options.onUnreadable(error);
        } else {
          throw error;
        }
      }
    }
    return undefined;
  }

  protected get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The options of one request, which is not repeated: this class does that. */
  protected get limits(): Limits {
    const { limits } = this.#transport.config;
    const timeout = this.#options.timeout === undefined ? limits.timeout : this.#options.timeout * 1000;
    return { timeout, retryFor: 0, maxRetries: 0 };
  }

  protected get callOptions(): CallOptions {
    const { headers, requestId } = this.#options;
    return { signal: this.signal, ...(headers && { headers }), ...(requestId && { requestId }) };
  }

  /** Something has come. */
  protected heard(): void {
    this.#failures = 0;
    this.#lastContact = this.#transport.runtime.now();
  }

  /** Wait until the connection is to be made again. Throws what ends the stream. */
  async #recover(error: unknown): Promise<void> {
    if (this.signal.aborted) return;
    if (error instanceof ConfigurationError) throw error;
    if (error instanceof APIError && (FINAL_STATUSES.includes(error.status) || FINAL_CODES.includes(error.code))) {
      throw error;
    }
    this.#failures += 1;
    const { runtime } = this.#transport;
    const told = error instanceof APIError ? (error.retryAfter ?? 0) * 1000 : 0;
    const wait = Math.max(Math.min(told, LONGEST_RETRY_AFTER), backoff(runtime, this.#failures, LONGEST_PAUSE));
    if (runtime.now() + wait - this.#lastContact > this.#giveUpAfter) throw error;
    this.#transport.log("the stream comes back", { error: error instanceof Error ? error.message : "", wait });
    await runtime.sleep(wait, this.signal);
  }
}
