/** Follows the event log, which has the events of the last 30 days. */

import type { Event, Query } from "../types.js";
import { checkedNumber } from "./config.js";
import { EndlessEvents, type StreamOptions } from "./endless.js";
import { ConfigurationError } from "./errors.js";
import { callOf } from "./requests.js";
import { eventOf, isObject, Misfit } from "./shapes.js";
import type { Transport } from "./transport.js";

/** Where the position is kept between two runs of a program. */
export interface PositionStore {
  load(): Promise<string | null | undefined> | string | null | undefined;
  save(position: string): Promise<void> | void;
}

export interface FollowOptions extends StreamOptions, Pick<Query<"list_events">, "type"> {
  /** Without one, the follower starts from `since`. */
  store?: PositionStore;
  /** Where to start if the store has no position: an instant, by default now. */
  since?: string | Date;
  /** Seconds between two requests while nothing happens; 5 by default. */
  interval?: number;
}

interface Position {
  since: string;
  cursor?: string;
  /** The id of the last event of this page that has been given out. */
  after?: string;
}

/** Every event, in order. One counts as handled, and its position is saved, when the next one is asked for: after a crash
 * the last one may come again, and none is missed. */
export class EventFollower extends EndlessEvents {
  readonly #transport: Transport;
  readonly #options: FollowOptions;
  readonly #interval: number;
  #position: Position | null = null;
  #saved: string | null = null;
  #rows: unknown[] = [];
  #next: string | null = null;

  constructor(transport: Transport, options: FollowOptions = {}) {
    super(transport, options);
    this.#transport = transport;
    this.#options = { ...options };
    this.#interval = checkedNumber("interval", options.interval ?? 5) * 1000;
  }

  /** Right after the event that was given out last; null before the first request. */
  get position(): string | null {
    return this.#position && JSON.stringify(this.#position);
  }

  /** Save the position now, for example before leaving the loop after an event that has been handled. */
  async commit(): Promise<void> {
    const { position } = this;
    if (position === null || position === this.#saved) return;
    await this.#ofStore((store) => store.save(position));
    this.#saved = position;
  }

  protected async read(): Promise<Event | null> {
    this.#position ??= await this.#start();
    await this.commit();
    if (this.#rows.length > 0) {
      const row = this.#rows.shift();
      if (isObject(row) && typeof row["id"] === "string") this.#position.after = row["id"];
      if (this.#rows.length === 0) this.#turnPage();
      return eventOf(row, () => JSON.stringify(row));
    }
    await this.#request(this.#position);
    if (this.#rows.length === 0) {
      this.#turnPage();
      await this.commit();
      await this.#transport.runtime.sleep(this.#interval, this.signal);
    }
    return null;
  }

  protected async disconnect(): Promise<void> {}

  async #start(): Promise<Position> {
    const kept = await this.#ofStore(async (store) => JSON.parse((await store.load()) || "null") as Position | null);
    if (kept) return kept;
    const { since } = this.#options;
    return { since: since instanceof Date ? since.toISOString() : (since ?? (await this.#serverTime())) };
  }

  /** An error of the store is the caller's and ends the iteration. */
  async #ofStore<T>(work: (store: PositionStore) => T): Promise<Awaited<T> | undefined> {
    const { store } = this.#options;
    if (!store) return undefined;
    try {
      return await work(store);
    } catch (cause) {
      throw new ConfigurationError("the store of the position has failed", { cause });
    }
  }

  /** By the server's clock, to the second. */
  async #serverTime(): Promise<string> {
    const call = callOf("get_me", { options: this.callOptions }, this.#transport.runtime);
    const { response } = await this.#transport.send(call, () => undefined);
    return new Date(Date.parse(response.headers.get("date") ?? "") || Date.now()).toISOString();
  }

  async #request({ since, cursor, after }: Position): Promise<void> {
    const query = { type: this.#options.type, since, cursor, limit: 100 };
    const call = callOf("list_events", { query, options: this.callOptions }, this.#transport.runtime);
    const { data } = await this.#transport.send(call, (value) => {
      if (!isObject(value) || !Array.isArray(value["data"])) throw new Misfit("it has no list");
      return { rows: value["data"] as unknown[], next: value["next_cursor"] };
    });
    this.heard();
    // From the same cursor the page begins with the same events: those that were given out before are left out.
    const done = data.rows.findIndex((row) => isObject(row) && row["id"] === after);
    this.#rows = data.rows.slice(done + 1);
    this.#next = typeof data.next === "string" ? data.next : null;
  }

  #turnPage(): void {
    if (this.#position && this.#next !== null) this.#position = { since: this.#position.since, cursor: this.#next };
  }
}
