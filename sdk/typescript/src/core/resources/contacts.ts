import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Download } from "../downloads.js";
import { Changes, type Pages } from "../pages.js";
import { form, type UploadSource } from "../uploads.js";
import { Resource } from "./resource.js";

export interface ImportOptions extends WriteOptions {
  /** Which column is which field; without it the header names the fields. */
  mapping?: Readonly<Record<string, string>>;
  /** Count what the import would do, and change nothing. */
  dryRun?: boolean;
}

export class Contacts extends Resource {
  /** Contacts, newest first unless `sort` says otherwise. `tag` are tags that the contact must have, all of them. */
  list(query?: Query<"list_contacts">, options?: CallOptions): Pages<Answer<"list_contacts">> {
    return this.pages("list_contacts", query, options);
  }

  /** All contacts, or those that have changed since the last time. Keep `syncedUntil` once all are read, and give it as
   * `since` the next time: none is missed. Some come again, so store them by their ids. Erased ones do not appear. */
  sync(since: string | Date | null = null, options?: CallOptions): Changes<Answer<"list_contacts">> {
    const instant = since instanceof Date ? since.toISOString() : since;
    const query = { sort: "updated_at" as const, ...(instant !== null && { updated_since: instant }) };
    return new Changes(this.loader("list_contacts", query, options), instant);
  }

  /** A contact. `etag` of its response is what `ifMatch` of a later change takes. */
  get(contactId: string, options?: CallOptions): ApiPromise<Answer<"get_contact">> {
    return this.call("get_contact", { ids: [contactId], options });
  }

  /** Create a contact, or update the one of that username or e-mail address; one of them is needed. Tags are added, other
   * fields that are given are replaced. `created` says which of the two it was. `ifNoneMatch: "*"` only creates,
   * `ifMatch` only updates: otherwise PreconditionFailedError. */
  create(body: Body<"create_contact">, options?: WriteOptions): ApiPromise<Answer<"create_contact">> {
    return this.call("create_contact", { body, options });
  }

  /** Replace the fields that are given, tags too. Null empties a field that takes it. */
  update(
    contactId: string,
    body: Body<"update_contact">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_contact">> {
    return this.call("update_contact", { ids: [contactId], body, options });
  }

  /** Erase a person for good, with messages, events and stored answers. */
  delete(contactId: string, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_contact", { ids: [contactId], options });
  }

  /** Add and remove tags. */
  tag(contactId: string, body: Body<"tag_contact">, options?: WriteOptions): ApiPromise<Answer<"tag_contact">> {
    return this.call("tag_contact", { ids: [contactId], body, options });
  }

  /** All that is kept on a person. */
  data(contactId: string, options?: CallOptions): ApiPromise<Answer<"get_contact_data">> {
    return this.call("get_contact_data", { ids: [contactId], options });
  }

  /** The score, with one page of the changes that made it, newest first. `next_cursor` goes on from there. */
  score(
    contactId: string,
    query?: Query<"get_contact_score">,
    options?: CallOptions,
  ): ApiPromise<Answer<"get_contact_score">> {
    return this.call("get_contact_score", { ids: [contactId], query: { limit: 100, ...query }, options });
  }

  /** Add points to the score by hand; below 0 to take some off. */
  addPoints(contactId: string, body: Body<"add_points">, options?: WriteOptions): ApiPromise<Answer<"add_points">> {
    return this.call("add_points", { ids: [contactId], body, options });
  }

  /** All contacts, or those that match as in `list`, as a CSV file or as one JSON object a line. */
  export(query?: Query<"export_contacts">, options?: CallOptions): Download {
    const accept = "text/csv, application/x-ndjson";
    return this.download("export_contacts", { query: { format: "csv", ...query }, accept, options });
  }

  /** Start the import of a CSV file. Wait for the job with `jobs.wait`; `jobs.failedRows` has the rows that were refused. */
  importFile(file: UploadSource, options: ImportOptions = {}): ApiPromise<Answer<"import_contacts">> {
    const fields: Record<string, string> = options.mapping ? { mapping: JSON.stringify(options.mapping) } : {};
    const { sendsStreams } = this.transport.runtime;
    const upload = form(fields, { source: file, name: "contacts.csv", type: "text/csv" }, sendsStreams);
    const query = { dry_run: options.dryRun };
    return this.call("import_contacts", { query, upload, options });
  }
}
