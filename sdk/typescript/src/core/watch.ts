/** The time limit of one attempt, together with the caller's signal. */

import type { Runtime } from "./runtime.js";

/** Is aborted by the caller, or once nothing has moved for as long as it allows. Close it. */
export class Watch {
  readonly #runtime: Runtime;
  readonly #controller = new AbortController();
  readonly #closed = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #aborted: Promise<never>;
  #allowed: number;
  #deadline: number;
  #isRunning = false;
  hasExpired = false;

  /** Milliseconds. */
  constructor(runtime: Runtime, allowed: number, caller: AbortSignal | undefined) {
    this.#runtime = runtime;
    this.#allowed = allowed;
    this.#deadline = runtime.now() + allowed;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#cancel);
    if (caller?.aborted) this.#cancel();
    this.#aborted = new Promise((_, reject) => {
      const abort = (): void => reject(this.signal.reason);
      if (this.signal.aborted) abort();
      else this.signal.addEventListener("abort", abort, { once: true });
    });
    this.#aborted.catch(() => undefined);
    void this.#run();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something has moved: it has so long from now on. */
  allow(milliseconds = this.#allowed): void {
    this.#allowed = milliseconds;
    this.#deadline = this.#runtime.now() + milliseconds;
    void this.#run();
  }

  /** The result, unless it is aborted before: whatever makes the promise may not know the signal. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#aborted]);
  }

  /** The body of a request, whose parts are seen as they are read. A Blob is sent by the runtime, unseen. */
  seen(body: ReadableStream<Uint8Array> | Blob): ReadableStream<Uint8Array> | Blob {
    if (!(body instanceof ReadableStream)) {
      this.allow(Infinity);
      return body;
    }
    const reader = body.getReader();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const part = await reader.read();
          this.allow();
          if (part.done) controller.close();
          else controller.enqueue(part.value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }

  /** The body of an answer, which has to go on within the time that is allowed. */
  async *parts(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array, void, void> {
    if (body === null) return;
    const reader = body.getReader();
    try {
      for (;;) {
        const part = await this.guard(reader.read());
        if (part.done) return;
        this.allow();
        yield part.value;
      }
    } finally {
      this.close();
      await reader.cancel().catch(() => undefined); // it may be lost already
    }
  }

  close(): void {
    this.#closed.abort();
    this.#caller?.removeEventListener("abort", this.#cancel);
  }

  readonly #cancel = (): void => {
    this.#controller.abort(this.#caller?.reason);
    this.close();
  };

  async #run(): Promise<void> {
    if (this.#isRunning || this.#closed.signal.aborted) return;
    this.#isRunning = true;
    while (!this.#closed.signal.aborted && this.#deadline < Infinity) {
      const left = this.#deadline - this.#runtime.now();
      if (left <= 0) {
        this.hasExpired = true;
        this.#controller.abort(new Error("the time is over"));
        this.close();
      } else {
        await this.#runtime.sleep(left, this.#closed.signal);
      }
    }
    this.#isRunning = false;
  }
}
