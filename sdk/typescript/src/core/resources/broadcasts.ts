import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Broadcasts extends Resource {
  /** Broadcasts, newest first. */
  list(query?: Query<"list_broadcasts">, options?: CallOptions): Pages<Answer<"list_broadcasts">> {
    return this.pages("list_broadcasts", query, options);
  }

  /** A broadcast with the counts of its recipients. */
  get(broadcastId: string, options?: CallOptions): ApiPromise<Answer<"get_broadcast">> {
    return this.call("get_broadcast", { ids: [broadcastId], options });
  }

  /** What `start` would do now: who gets the message and who is excluded why. Nothing is stored or sent. Start with
   * its `audience_hash` to send exactly this to exactly these people. */
  preview(body: Body<"preview_broadcast">, options?: WriteOptions): ApiPromise<Answer<"preview_broadcast">> {
    return this.call("preview_broadcast", { body, options });
  }

  /** Start a broadcast, or schedule it for `send_at`. Refused as `audience_changed` if it is not what the preview
   * with `audience_hash` showed; then nothing was started. */
  start(
    body: Omit<Body<"start_broadcast">, "preview">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"start_broadcast">> {
    return this.call("start_broadcast", { body, options });
  }

  /** Send nothing more of a running broadcast until it is resumed. */
  pause(broadcastId: string, options?: WriteOptions): ApiPromise<Answer<"pause_broadcast">> {
    return this.call("pause_broadcast", { ids: [broadcastId], options });
  }

  /** Go on with a paused broadcast where it was. */
  resume(broadcastId: string, options?: WriteOptions): ApiPromise<Answer<"resume_broadcast">> {
    return this.call("resume_broadcast", { ids: [broadcastId], options });
  }

  /** End a broadcast for good. What is being sent at this moment is sent, nothing after it. */
  cancel(broadcastId: string, options?: WriteOptions): ApiPromise<Answer<"cancel_broadcast">> {
    return this.call("cancel_broadcast", { ids: [broadcastId], options });
  }

  /** Send a new message to those whose message failed and certainly has not arrived. */
  retryFailed(broadcastId: string, options?: WriteOptions): ApiPromise<Answer<"retry_failed_broadcast">> {
    return this.call("retry_failed_broadcast", { ids: [broadcastId], options });
  }

  /** The recipients, those who were excluded too. */
  recipients(
    broadcastId: string,
    query?: Query<"list_broadcast_recipients">,
    options?: CallOptions,
  ): Pages<Answer<"list_broadcast_recipients">> {
    return this.pages("list_broadcast_recipients", query, options, [broadcastId]);
  }
}
