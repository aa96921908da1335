import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Sequences extends Resource {
  list(query?: Query<"list_sequences">, options?: CallOptions): Pages<Answer<"list_sequences">> {
    return this.pages("list_sequences", query, options);
  }

  /** A sequence with the steps of its latest version. */
  get(sequenceId: string, options?: CallOptions): ApiPromise<Answer<"get_sequence">> {
    return this.call("get_sequence", { ids: [sequenceId], options });
  }

  /** Make a sequence, as a draft. `errors` of a ValidationError name each wrong part by its path, such as `steps[2].text`. */
  create(body: Body<"create_sequence">, options?: WriteOptions): ApiPromise<Answer<"create_sequence">> {
    return this.call("create_sequence", { body, options });
  }

  /** Publish the next version, unless it is what the latest one says. What is left out has its default. Steps with the same
   * `id` are the same. Those who are in the sequence finish on their version, or `move` to this one. */
  replace(
    sequenceId: string,
    body: Body<"replace_sequence">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"replace_sequence">> {
    return this.call("replace_sequence", { ids: [sequenceId], body, options });
  }

  /** As `replace`; what is left out stays. `steps` are all of them. */
  update(
    sequenceId: string,
    body: Body<"update_sequence">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_sequence">> {
    return this.call("update_sequence", { ids: [sequenceId], body, options });
  }

  /** Start a draft, so that contacts can be enrolled. */
  start(sequenceId: string, options?: WriteOptions): ApiPromise<Answer<"start_sequence">> {
    return this.call("start_sequence", { ids: [sequenceId], options });
  }

  /** Send none of its messages until it is resumed. Everybody stays in it. */
  pause(sequenceId: string, options?: WriteOptions): ApiPromise<Answer<"pause_sequence">> {
    return this.call("pause_sequence", { ids: [sequenceId], options });
  }

  /** Resume a paused sequence. The mode `keep_dates`, the default, sends what is overdue in order; `restart_delay`
   * begins each delay anew; `only_active_time` does not count the time of the pause. */
  resume(
    sequenceId: string,
    body?: Body<"resume_sequence">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"resume_sequence">> {
    return this.call("resume_sequence", { ids: [sequenceId], body, options });
  }

  /** Each step for a contact with its planned time, and its text for a key that may read contacts. Nothing is sent. */
  preview(
    sequenceId: string,
    body: Body<"preview_sequence">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"preview_sequence">> {
    return this.call("preview_sequence", { ids: [sequenceId], body, options });
  }

  /** Enroll a contact in an active sequence. Refused as `already_enrolled` if it is in it already. */
  enroll(
    sequenceId: string,
    body: { contact_id: string },
    options?: WriteOptions,
  ): ApiPromise<Answer<"enroll_contact">> {
    return this.call("enroll_contact", { ids: [sequenceId], body, options });
  }

  /** Enroll everybody in a segment, everybody who meets a filter, or up to 1,000 contacts. The `result` of the job is
   * `{enrolled, skipped: {reason: number}}`. */
  enrollMany(
    sequenceId: string,
    body: Omit<Body<"enroll_contact">, "contact_id">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"get_job">> {
    return this.call("enroll_contact", { ids: [sequenceId], body, options }, "get_job");
  }

  /** The enrollments of a sequence. */
  enrollments(
    sequenceId: string,
    query?: Query<"list_sequence_enrollments">,
    options?: CallOptions,
  ): Pages<Answer<"list_sequence_enrollments">> {
    return this.pages("list_sequence_enrollments", query, options, [sequenceId]);
  }
}

export class Enrollments extends Resource {
  /** Enrollments of all sequences, or of one. */
  list(query?: Query<"list_enrollments">, options?: CallOptions): Pages<Answer<"list_enrollments">> {
    return this.pages("list_enrollments", query, options);
  }

  /** An enrollment. `reason` says why it waits or why it ended. */
  get(enrollmentId: string, options?: CallOptions): ApiPromise<Answer<"get_enrollment">> {
    return this.call("get_enrollment", { ids: [enrollmentId], options });
  }

  /** Send the contact nothing of the sequence until the enrollment is resumed. */
  pause(enrollmentId: string, options?: WriteOptions): ApiPromise<Answer<"pause_enrollment">> {
    return this.call("pause_enrollment", { ids: [enrollmentId], options });
  }

  /** Resume a paused enrollment, as `sequences.resume`. */
  resume(
    enrollmentId: string,
    body?: Body<"resume_enrollment">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"resume_enrollment">> {
    return this.call("resume_enrollment", { ids: [enrollmentId], body, options });
  }

  /** End an enrollment for good. The contact can be enrolled again. */
  stop(enrollmentId: string, options?: WriteOptions): ApiPromise<Answer<"stop_enrollment">> {
    return this.call("stop_enrollment", { ids: [enrollmentId], options });
  }
}
