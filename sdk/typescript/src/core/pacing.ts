/** Pacing: reads the rate limit from each answer, and waits for the next window before the limit is used up. */

import type { Runtime } from "./runtime.js";

const FIRST_ANSWER_WAIT = 1000;
const POLL = 20;
const LONGEST_WAIT = 60_000;
const LONGEST_SLICE = 1000; // a wait may turn out to be shorter

/** All calls of a client share it. Times are milliseconds of the runtime's clock. */
export class Pacing {
  readonly #runtime: Runtime;
  #isKnown = false; // until the first answer, one request goes ahead of the others
  #firstSentAt = -Infinity;
  #limit = 0; // 0: the server tells none
  #left = 0;
  #endsAt = -Infinity;
  #window = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Count one request that is about to be sent: the window that it is counted in. Or how many milliseconds to wait before
   * asking again. */
  reserve(): { window: number } | { wait: number } {
    const now = this.#runtime.now();
    if (!this.#isKnown) {
      if (now - this.#firstSentAt < FIRST_ANSWER_WAIT) return { wait: POLL };
      this.#firstSentAt = now;
    }
    if (this.#limit === 0) return { window: this.#window };
    if (now >= this.#endsAt) this.#begin(now);
    const wait = this.#endsAt - now;
    if (this.#left > Math.floor(this.#limit / 100) || wait > LONGEST_WAIT) {
      this.#left -= 1;
      return { window: this.#window };
    }
    return { wait: Math.min(wait, LONGEST_SLICE) };
  }

  /** A request that was sent in `window` has been answered, or not at all. */
  update(window: number, headers: { get(name: string): string | null } | null): void {
    if (headers === null) {
      if (!this.#isKnown) this.#firstSentAt = -Infinity; // the next one goes ahead
      return;
    }
    this.#isKnown = true;
    const [limit, left, reset] = ["limit", "remaining", "reset"].map((name) => readNumber(headers, name));
    if (!limit || left === undefined || reset === undefined) return; // of a proxy in front of the product
    const now = this.#runtime.now();
    const endsAt = now + reset * 1000;
    const later = endsAt - this.#endsAt;
    this.#limit = limit;
    if (later > Math.max(reset * 500, 2000)) {
      // The server's window has begun without this client having noticed: `reset` is in whole seconds, rounded up.
      this.#window += 1;
      this.#left = left;
      this.#endsAt = endsAt;
    } else if (window === this.#window || later > -2000) {
      this.#left = Math.min(this.#left, left);
      this.#endsAt = Math.min(this.#endsAt, endsAt);
    }
  }

  /** The server has refused a request that was sent in `window`, because the limit is used up for so long. */
  exhausted(window: number, milliseconds: number): void {
    if (window !== this.#window) return;
    this.#left = 0;
    this.#endsAt = this.#runtime.now() + milliseconds;
  }

  /** A window has ended; the next is taken to have the same limit. */
  #begin(now: number): void {
    this.#window += 1;
    this.#left = this.#limit;
    this.#endsAt = now + LONGEST_WAIT; // its first answer says when it really ends
  }
}

function readNumber(headers: { get(name: string): string | null }, name: string): number | undefined {
  const text = headers.get(`x-ratelimit-${name}`);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
