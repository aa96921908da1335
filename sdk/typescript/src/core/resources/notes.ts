import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Notes extends Resource {
  /** The notes about a contact, newest first. */
  list(contactId: string, query?: Query<"list_notes">, options?: CallOptions): Pages<Answer<"list_notes">> {
    return this.pages("list_notes", query, options, [contactId]);
  }

  get(noteId: string, options?: CallOptions): ApiPromise<Answer<"get_note">> {
    return this.call("get_note", { ids: [noteId], options });
  }

  /** Write a note about a contact, in a conversation with them if `thread_id` names it. `@name` tells a member. */
  create(contactId: string, body: Body<"create_note">, options?: WriteOptions): ApiPromise<Answer<"create_note">> {
    return this.call("create_note", { ids: [contactId], body, options });
  }

  /** Replace the text of a note that the key has written; ForbiddenError for any other. */
  update(noteId: string, body: Body<"update_note">, options?: WriteOptions): ApiPromise<Answer<"update_note">> {
    return this.call("update_note", { ids: [noteId], body, options });
  }

  /** Delete a note that the key has written; ForbiddenError for any other. */
  delete(noteId: string, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_note", { ids: [noteId], options });
  }
}
