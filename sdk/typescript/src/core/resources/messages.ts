import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { MessageStream, type MessageStreamOptions } from "../stream.js";
import { Resource } from "./resource.js";

export class Messages extends Resource {
  /** Messages, in and out, newest first unless `sort` says otherwise. */
  list(query?: Query<"list_messages">, options?: CallOptions): Pages<Answer<"list_messages">> {
    return this.pages("list_messages", query, options);
  }

  get(messageId: string, options?: CallOptions): ApiPromise<Answer<"get_message">> {
    return this.call("get_message", { ids: [messageId], options });
  }

  /** Queue a direct message from an account. Give exactly one of `to`, which is `@name`, `name`, `https://t.me/name` or a
   * numeric Telegram id, and `contact_id`. `text` may have variables such as `{first_name|there}`. An account without a
   * send left is refused as `account_daily_limit`, whose `retryAfter` says when it has one. */
  send(body: Body<"send_message">, options?: WriteOptions): ApiPromise<Answer<"send_message">> {
    return this.call("send_message", { body, options });
  }

  /** Cancel a message that is still queued. */
  cancel(messageId: string, options?: WriteOptions): ApiPromise<Answer<"cancel_message">> {
    return this.call("cancel_message", { ids: [messageId], options });
  }

  /** Change the text of a message, for both sides; `send_at` is the new time of one that is planned. */
  edit(
    messageId: string,
    body: Body<"update_message">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_message">> {
    return this.call("update_message", { ids: [messageId], body, options });
  }

  /** Delete a sent message for both sides. It stays here, with `deleted_at` once Telegram has done it. */
  delete(messageId: string, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_message", { ids: [messageId], options });
  }

  /** React with this emoji in place of the account's present one; null takes it back. */
  react(messageId: string, emoji: string | null, options?: WriteOptions): ApiPromise<Answer<"reactions_message">> {
    return this.call("reactions_message", { ids: [messageId], body: { emoji }, options });
  }

  /** Every message in and out as it happens, from now on or from right after `lastEventId`. */
  stream(options?: MessageStreamOptions): MessageStream {
    return new MessageStream(this.transport, options);
  }
}

export class Threads extends Resource {
  /** Threads with their last message, newest first; with the sort `waiting_since` those whose contacts wait for an answer,
   * the longest wait first. `assignee` is the id of a member, or `none`. */
  list(query?: Query<"list_threads">, options?: CallOptions): Pages<Answer<"list_threads">> {
    return this.pages("list_threads", query, options);
  }

  /** One thread, with so many of its latest messages. */
  get(threadId: string, query?: Query<"get_thread">, options?: CallOptions): ApiPromise<Answer<"get_thread">> {
    return this.call("get_thread", { ids: [threadId], query, options });
  }

  /** Close, reopen, snooze and assign a thread. */
  update(threadId: string, body: Body<"update_thread">, options?: WriteOptions): ApiPromise<Answer<"update_thread">> {
    return this.call("update_thread", { ids: [threadId], body, options });
  }

  /** The messages of a thread, newest first unless `sort` says otherwise. */
  messages(
    threadId: string,
    query?: Query<"list_thread_messages">,
    options?: CallOptions,
  ): Pages<Answer<"list_thread_messages">> {
    return this.pages("list_thread_messages", query, options, [threadId]);
  }

  /** How far the latest request for older messages has come; a NotFoundError if there is none. */
  history(threadId: string, options?: CallOptions): ApiPromise<Answer<"get_thread_history">> {
    return this.call("get_thread_history", { ids: [threadId], options });
  }

  /** Load the page of messages before the oldest one of the thread from Telegram. */
  loadHistory(threadId: string, options?: WriteOptions): ApiPromise<Answer<"load_thread_history">> {
    return this.call("load_thread_history", { ids: [threadId], options });
  }

  /** Mark a thread as read. */
  read(threadId: string, options?: WriteOptions): ApiPromise<Answer<"read_thread">> {
    return this.call("read_thread", { ids: [threadId], options });
  }

  /** Show a thread as unread. */
  unread(threadId: string, options?: WriteOptions): ApiPromise<Answer<"mark_thread_unread">> {
    return this.call("mark_thread_unread", { ids: [threadId], options });
  }
}
