/** The stream of messages. */

import type { Event } from "../types.js";
import { EndlessEvents, type StreamOptions } from "./endless.js";
import { callOf, withHeaders } from "./requests.js";
import { readEvent } from "./shapes.js";
import { type Frame, FrameReader } from "./sse.js";
import type { Transport } from "./transport.js";

const SILENCE = 45_000; // the server sends something every 15 s
const STEADY = 10_000;

export interface MessageStreamOptions extends StreamOptions {
  /** Go on right after this position instead of from now on. */
  lastEventId?: string;
}

/** Every message in and out as it happens. After a lost connection it goes on right after the last event: none is missed,
 * none comes twice. */
export class MessageStream extends EndlessEvents {
  /** The position so far; another stream can start there. */
  lastEventId: string | null;
  readonly #transport: Transport;
  #frames: Frame[] = [];
  #reader = new FrameReader();
  #parts: AsyncGenerator<Uint8Array, void, void> | null = null;
  #connectedAt = 0;

  constructor(transport: Transport, options: MessageStreamOptions = {}) {
    super(transport, options);
    this.#transport = transport;
    this.lastEventId = options.lastEventId ?? null;
  }

  /** Connect, so that everything that happens from now on comes. */
  async open(): Promise<this> {
    await this.repeat(async () => {
      if (this.#frames.length > 0 || (this.#parts && this.lastEventId !== null)) return true;
      await this.#receive();
      return null;
    });
    return this;
  }

  protected async read(): Promise<Event | null> {
    const frame = this.#frames.shift();
    if (frame === undefined) {
      await this.#receive();
      return null;
    }
    this.lastEventId = frame.id || this.lastEventId;
    this.heard();
    return readEvent(frame.data);
  }

  protected async disconnect(): Promise<void> {
    const parts = this.#parts;
    this.#parts = null;
    this.#reader = new FrameReader();
    await parts?.return();
  }

  /** Wait for the next part of the stream. */
  async #receive(): Promise<void> {
    const { runtime } = this.#transport;
    if (this.#parts === null) {
      const parts = { accept: "text/event-stream", options: this.callOptions };
      const call = callOf("stream_messages", parts, runtime);
      const position = this.lastEventId === null ? {} : { "last-event-id": this.lastEventId };
      const answer = await this.#transport.open(withHeaders(call, position), SILENCE, this.limits);
      this.#parts = answer.watch.parts(answer.response.body);
      this.#connectedAt = runtime.now();
      return;
    }
    const part = await this.#parts.next();
    if (part.done) throw new Error("the server has ended the stream");
    if (runtime.now() - this.#connectedAt > STEADY) this.heard();
    for (const frame of this.#reader.feed(part.value)) {
      if (frame.data) this.#frames.push(frame);
      else this.lastEventId = frame.id; // it only says where the stream starts
    }
  }
}
