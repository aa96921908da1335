import type { Answer, Event, Query } from "../../types.js";
import { ApiPromise } from "../answers.js";
import type { CallOptions } from "../config.js";
import { UnreadableEvent } from "../errors.js";
import { EventFollower, type FollowOptions } from "../follow.js";
import { Pages } from "../pages.js";
import { callOf } from "../requests.js";
import { eventOf, rowsOf } from "../shapes.js";
import { Resource } from "./resource.js";

export type EventPage = Omit<Answer<"list_events">, "data"> & { data: Event[] };

export interface EventListOptions extends CallOptions {
  /** Is given what cannot be read, and the list goes on. Without it the list throws the UnreadableEvent. */
  onUnreadable?: (event: UnreadableEvent) => void;
}

export class Events extends Resource {
  /** The event log of the last 30 days, or from `since` on, oldest first, to the latest event. To go on later, `follow`. */
  list(query: Query<"list_events"> = {}, options: EventListOptions = {}): Pages<EventPage> {
    const { onUnreadable, ...others } = options;
    const fixed = { limit: 100, ...query };
    const load = (cursor?: string): ApiPromise<EventPage> => {
      const parts = { query: { ...fixed, ...(cursor !== undefined && { cursor }) }, options: others };
      const call = callOf("list_events", parts, this.transport.runtime);
      return new ApiPromise(this.transport.send(call, (value) => readPage(value, onUnreadable)));
    };
    return new Pages(load, true);
  }

  /** One event as it is delivered. */
  get(eventId: string, options?: CallOptions): ApiPromise<Event> {
    const call = async () => {
      const parts = { ids: [eventId], options };
      return this.transport.send(
        callOf("get_event", parts, this.transport.runtime),
        (value) => eventOf(value, () => JSON.stringify(value)),
      );
    };
    return new ApiPromise(call());
  }

  /** Every event as it happens, for ever, from where the last run of the program has ended. */
  follow(options?: FollowOptions): EventFollower {
    return new EventFollower(this.transport, options);
  }
}

function readPage(value: unknown, onUnreadable: EventListOptions["onUnreadable"]): EventPage {
  const data = rowsOf(value).flatMap((row: unknown): Event[] => {
    try {
      return [eventOf(row, () => JSON.stringify(row))];
    } catch (error) {
      if (!(error instanceof UnreadableEvent) || !onUnreadable) throw error;
      onUnreadable(error);
      return [];
    }
  });
  return { ...(value as object), data } as EventPage;
}
