import type { Answer, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions } from "../config.js";
import { Resource } from "./resource.js";

/** Figures of a period: `from` defaults to 30 days ago, `to`, which is exclusive, to now. With an `interval` the same figures
 * come for each period too, as `series`; with `compare` those of as many days before, as `before`. */
export class Analytics extends Resource {
  /** How many contacts reached each stage, how many of those added, and in what time. */
  funnel(query?: Query<"get_analytics_funnel">, options?: CallOptions): ApiPromise<Answer<"get_analytics_funnel">> {
    return this.call("get_analytics_funnel", { query, options });
  }

  /** What came of the messages of sequences, by version and step. */
  sequences(
    query?: Query<"get_analytics_sequences">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_analytics_sequences">> {
    return this.call("get_analytics_sequences", { query, options });
  }

  /** What came of the messages of broadcasts. */
  broadcasts(
    query?: Query<"get_analytics_broadcasts">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_analytics_broadcasts">> {
    return this.call("get_analytics_broadcasts", { query, options });
  }

  /** What the accounts sent, what failed, and what came back. */
  accounts(
    query?: Query<"get_analytics_accounts">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_analytics_accounts">> {
    return this.call("get_analytics_accounts", { query, options });
  }

  /** What came of the contacts who were enrolled, by sequence. */
  enrollments(
    query?: Query<"get_analytics_enrollments">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_analytics_enrollments">> {
    return this.call("get_analytics_enrollments", { query, options });
  }

  /** How many messages members wrote by hand, and how long contacts had waited for them. */
  team(query?: Query<"get_analytics_team">, options?: CallOptions): ApiPromise<Answer<"get_analytics_team">> {
    return this.call("get_analytics_team", { query, options });
  }

  /** How many conversations began, were handled and closed, in what time, and who waits now. */
  conversations(
    query?: Query<"get_analytics_conversations">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_analytics_conversations">> {
    return this.call("get_analytics_conversations", { query, options });
  }

  /** When people write: their messages by weekday and hour of the workspace's time zone. */
  hours(query?: Query<"get_analytics_hours">, options?: CallOptions): ApiPromise<Answer<"get_analytics_hours">> {
    return this.call("get_analytics_hours", { query, options });
  }
}
