import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Segments extends Resource {
  /** Segments, newest first. */
  list(query?: Query<"list_segments">, options?: CallOptions): Pages<Answer<"list_segments">> {
    return this.pages("list_segments", query, options);
  }

  /** A segment, with how many contacts are in it now. */
  get(segmentId: string, options?: CallOptions): ApiPromise<Answer<"get_segment">> {
    return this.call("get_segment", { ids: [segmentId], options });
  }

  /** Save a filter. `errors` of a ValidationError name each wrong part by its path. */
  create(body: Body<"create_segment">, options?: WriteOptions): ApiPromise<Answer<"create_segment">> {
    return this.call("create_segment", { body, options });
  }

  /** Replace the name, the filter, or both. */
  update(
    segmentId: string,
    body: Body<"update_segment">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_segment">> {
    return this.call("update_segment", { ids: [segmentId], body, options });
  }

  delete(segmentId: string, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_segment", { ids: [segmentId], options });
  }

  /** Count the contacts that a filter matches, with the ten newest. Nothing is saved. */
  preview(body: Body<"preview_segment">, options?: WriteOptions): ApiPromise<Answer<"preview_segment">> {
    return this.call("preview_segment", { body, options });
  }

  /** Why a contact is in a segment or not: each comparison with the contact's value, and whether it holds. */
  explain(
    segmentId: string,
    query: Query<"get_segment_explain">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_segment_explain">> {
    return this.call("get_segment_explain", { ids: [segmentId], query, options });
  }

  /** Start a job that adds and removes tags of all contacts in a segment. */
  tag(segmentId: string, body: Body<"tag_segment">, options?: WriteOptions): ApiPromise<Answer<"tag_segment">> {
    return this.call("tag_segment", { ids: [segmentId], body, options });
  }
}

/** The tags of the workspace. One exists for as long as a contact has it. */
export class Tags extends Resource {
  /** The tags by name, each with how many contacts have it. */
  list(query?: Query<"list_tags">, options?: CallOptions): Pages<Answer<"list_tags">> {
    return this.pages("list_tags", query, options);
  }

  get(name: string, options?: CallOptions): ApiPromise<Answer<"get_tag">> {
    return this.call("get_tag", { ids: [name], options });
  }

  /** Start a job that gives the other tag to all contacts that have this one, and takes this one from them. */
  rename(name: string, to: string, options?: WriteOptions): ApiPromise<Answer<"rename_tag">> {
    return this.call("rename_tag", { ids: [name], body: { name: to }, options });
  }

  /** Start a job that takes the tag from all contacts that have it. */
  delete(name: string, options?: WriteOptions): ApiPromise<Answer<"delete_tag">> {
    return this.call("delete_tag", { ids: [name], options });
  }
}
