/** Answers that are files. They are passed on as they come. */

import { APIConnectionError, CanceledError, WaitTimeoutError } from "./errors.js";
import { type Call, withHeaders } from "./requests.js";
import type { OpenAnswer, Transport } from "./transport.js";

const SILENCE = 60_000;
const BROKE_OFF = "the download broke off before its end: start it again";

/** Iterate over it for its bytes, or use one of its methods; each of them requests it anew. One that breaks off throws an
 * APIConnectionError, it never ends as if it were complete. */
export class Download implements AsyncIterable<Uint8Array> {
  readonly #transport: Transport;
  readonly #call: Call;

  constructor(transport: Transport, call: Call) {
    this.#transport = transport;
    this.#call = call;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const answer = await this.#transport.open(this.#call, SILENCE);
    try {
      yield* answer.watch.parts(answer.response.body);
    } catch (error) {
      throw broken(this.#call, error);
    }
  }

  stream(): ReadableStream<Uint8Array> {
    const parts = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const part = await parts.next();
          if (part.done) controller.close();
          else controller.enqueue(part.value);
        },
        cancel: async () => {
          await parts.return();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The lines without their ends: a JSON object each with the format `ndjson`. */
  async *lines(): AsyncGenerator<string, void, void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const part of this) {
      const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield line.replace(/\r$/, "");
    }
    rest += decoder.decode();
    if (rest) yield rest;
  }

  /** All of it at once. */
  async bytes(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for await (const part of this) parts.push(part);
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let position = 0;
    for (const part of parts) {
      whole.set(part, position);
      position += part.length;
    }
    return whole;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }
}

/** A file of a message. A connection that breaks off is made again and goes on with the next byte, for as long as more of
 * the file comes. A file that only Telegram has is waited for, as long as the client retries: then WaitTimeoutError. */
export class FileDownload extends Download {
  readonly #transport: Transport;
  readonly #call: Call;

  constructor(transport: Transport, call: Call) {
    super(transport, call);
    this.#transport = transport;
    this.#call = withHeaders(call, { "accept-encoding": "identity" }); // so that positions are those of the file
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const call = this.#call;
    let attempts = this.#transport.attempts(call);
    let position = 0;
    let etag: string | null = null;
    for (;;) {
      const answer: OpenAnswer = await this.#transport.open(from(call, position, etag), SILENCE);
      const { response, watch } = answer;
      let wait: number | null;
      if (response.status === 202) {
        watch.close();
        await response.body?.cancel();
        wait = attempts.untilReady(response);
        if (wait === null) {
          throw new WaitTimeoutError("the file is still being fetched from Telegram: ask for it later");
        }
      } else {
        if (position > 0 && !goesOn(answer, position)) {
          watch.close();
          throw new APIConnectionError("the download broke off, and the file has changed: start it again", call, true);
        }
        etag = response.headers.get("etag") ?? etag;
        try {
          for await (const part of watch.parts(response.body)) {
            position += part.length;
            attempts = this.#transport.attempts(call);
            yield part;
          }
          return;
        } catch (error) {
          wait = attempts.untilReady(response);
          if (etag === null || wait === null || call.options.signal?.aborted) throw broken(call, error);
          this.#transport.log("the download goes on", { path: call.path, position, wait });
        }
      }
      await this.#transport.pause(wait, call);
    }
  }
}

/** The rest of the file from this byte on, or all of it if it is no longer the one with this ETag. */
function from(call: Call, position: number, etag: string | null): Call {
  return position === 0 ? call : withHeaders(call, { range: `bytes=${position}-`, "if-range": etag ?? "" });
}

function goesOn({ response }: OpenAnswer, position: number): boolean {
  return response.status === 206 && (response.headers.get("content-range") ?? "").startsWith(`bytes ${position}-`);
}

function broken(call: Call, error: unknown): Error {
  const { signal } = call.options;
  if (signal?.aborted) return new CanceledError(signal.reason, null);
  const reason = error instanceof Error ? error.message : "";
  return new APIConnectionError(reason ? `${BROKE_OFF} (${reason})` : BROKE_OFF, call, false);
}
