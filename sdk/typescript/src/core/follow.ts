/** Follows the event log, which has the events of the last 30 days. */

import type { Event, EventType } from "../types.js";
import { checkedNumber } from "./config.js";
import { EndlessEvents, type StreamOptions } from "./endless.js";
import { ConfigurationError } from "./errors.js";
import { callOf } from "./requests.js";
import { eventOf, isObject, Misfit } from "./shapes.js";
import type { Transport } from "./transport.js";

// The log that begins in the future begins at its end, so the clock of this machine does not matter.
const END_OF_LOG = "2999-01-01T00:00:00Z";
const PAGE = 100;

/** Keeps the position of a follower: in a file, a row of your database, or whatever can keep a text. */
export interface PositionStore {
  /** The position that was saved last; nothing before the first time. */
  load(): Promise<string | null | undefined> | string | null | undefined;
  save(position: string): Promise<void> | void;
}

export interface FollowOptions extends StreamOptions {
  /** Only events of these types, such as `message.received` or `contact.*`. */
  types?: readonly (EventType | `${string}*`)[];
  store?: PositionStore;
  /** Where to start if there is no store or it is empty: the `position` of another follower. */
  position?: string;
  /** Where to start without a position: an instant. From now on, unless it is given. */
  since?: string | Date;
  /** Seconds between two requests while nothing happens; 1 by default. */
  poll?: number;
}

/** Events up to the page of this cursor are taken, and of that page those with these ids: a page that is asked for again
 * may have further events in between. The cursor holds for the list since `since` alone. */
interface Position {
  since: string;
  cursor: string | null;
  taken: string[];
}

interface LoadedPage {
  ids: (string | null)[];
  rows: unknown[];
  next: string | null;
}

/** Every event in its order. One is taken, and its position saved, when the next one is asked for: it comes again if the
 * program dies while it works on it, and none is left out. */
export class EventFollower extends EndlessEvents {
  readonly #transport: Transport;
  readonly #types: readonly string[];
  readonly #store: PositionStore | undefined;
  readonly #poll: number;
  #position: Position;
  #isLoaded = false;
  #saved: string | null = null;
  #page: LoadedPage | null = null;

  constructor(transport: Transport, options: FollowOptions = {}) {
    super(transport, options);
    const { since = END_OF_LOG } = options;
    this.#transport = transport;
    this.#types = [...(options.types ?? [])];
    this.#store = options.store;
    this.#poll = checkedNumber("poll", options.poll ?? 1) * 1000;
    if (this.#poll === 0) throw new ConfigurationError("poll is a number of seconds above 0");
    this.#position = options.position === undefined
      ? { since: since instanceof Date ? since.toISOString() : since, cursor: null, taken: [] }
      : readPosition(options.position);
  }

  /** After the event that was given out last. */
  get position(): string {
    const { since, cursor, taken } = this.#position;
    return JSON.stringify([since, cursor, ...taken]);
  }

  /** Begin, so that everything that happens from now on comes. */
  async open(): Promise<this> {
    await this.repeat(async () => {
      await this.#begin();
      await this.commit();
      return true;
    });
    return this;
  }

  /** Save the position now, before you leave the loop after an event that has been worked on. */
  async commit(): Promise<void> {
    const { position } = this;
    if (position === this.#saved) return;
    await this.#ofStore((store) => store.save(position));
    this.#saved = position;
  }

  protected async read(): Promise<Event | null> {
    await this.#begin();
    await this.commit();
    this.#page ??= await this.#request();
    for (let row = this.#page.rows.shift(); row !== undefined; row = this.#page.rows.shift()) {
      const id = idOf(row);
      if (id !== null) this.#position.taken.push(id);
      if (this.#wants(row)) return eventOf(row, () => JSON.stringify(row));
    }
    await this.#endPage(this.#page);
    return null;
  }

  protected async disconnect(): Promise<void> {}

  #wants(row: unknown): boolean {
    const type = isObject(row) ? row["event"] : undefined;
    if (this.#types.length === 0 || typeof type !== "string") return true;
    return this.#types.some((each) => each === type || (each.endsWith("*") && type.startsWith(each.slice(0, -1))));
  }

  async #begin(): Promise<void> {
    if (!this.#isLoaded) await this.#load();
    const { since, cursor } = this.#position;
    if (since !== END_OF_LOG || cursor !== null) return;
    // From now on: the cursor of the end is kept, because "the end" would be another one after a restart.
    this.#position = { since, cursor: (await this.#request()).next, taken: [] };
  }

  async #load(): Promise<void> {
    const kept = await this.#ofStore(async (store) => {
      const text = await store.load();
      return text ? readPosition(text) : null;
    });
    this.#position = kept ?? this.#position;
    this.#isLoaded = true;
  }

  async #request(): Promise<LoadedPage> {
    const { since, cursor, taken } = this.#position;
    const query = { since, cursor, limit: PAGE };
    const call = callOf("list_events", { query, options: this.callOptions }, this.#transport.runtime);
    const { data } = await this.#transport.send(call, (value) => {
      if (!isObject(value) || !Array.isArray(value["data"])) throw new Misfit("it has no list");
      return { rows: value["data"] as unknown[], next: value["next_cursor"] };
    }, this.limits);
    this.heard();
    const ids = data.rows.map(idOf);
    const rows = data.rows.filter((_, index) => !taken.includes(ids[index] ?? ""));
    return { ids, rows, next: typeof data.next === "string" ? data.next : cursor };
  }

  /** The position is now the cursor of the page. */
  async #endPage({ ids, next }: LoadedPage): Promise<void> {
    const { since, taken } = this.#position;
    // What was taken and was not on the page, which had others in its place, is on the next one.
    const rest = ids.length >= PAGE ? taken.filter((id) => !ids.includes(id)) : [];
    this.#page = null;
    this.#position = { since, cursor: next, taken: rest };
    await this.commit();
    if (ids.length < PAGE) await this.#transport.runtime.sleep(this.#poll, this.signal);
  }

  /** An error of the store is the caller's and ends the iteration. */
  async #ofStore<T>(work: (store: PositionStore) => T): Promise<Awaited<T> | undefined> {
    if (!this.#store) return undefined;
    try {
      return await work(this.#store);
    } catch (cause) {
      throw new ConfigurationError("the store of the position has failed", { cause });
    }
  }
}

function idOf(row: unknown): string | null {
  return isObject(row) && typeof row["id"] === "string" ? row["id"] : null;
}

function readPosition(text: string): Position {
  try {
    const [since, cursor, ...taken] = JSON.parse(text) as unknown[];
    if (typeof since === "string" && (typeof cursor === "string" || cursor === null)) {
      return { since, cursor, taken: taken.map(String) };
    }
  } catch {
    // said below
  }
  throw new ConfigurationError("this is no position of events.follow");
}
