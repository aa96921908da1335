/** The client on top of whatever `fetch` and clock it is given. */

import type { Answer } from "../types.js";
import { ApiPromise } from "./answers.js";
import { type CallOptions, type CoreOptions, readConfig, shownKey, type WriteOptions } from "./config.js";
import { newCall } from "./requests.js";
import { Accounts, CustomFields, Members } from "./resources/accounts.js";
import { Analytics } from "./resources/analytics.js";
import { Broadcasts } from "./resources/broadcasts.js";
import { Contacts } from "./resources/contacts.js";
import { Events } from "./resources/events.js";
import { Files } from "./resources/files.js";
import { Jobs } from "./resources/jobs.js";
import { Messages, Threads } from "./resources/messages.js";
import { Notes } from "./resources/notes.js";
import { Proposals } from "./resources/proposals.js";
import { Resource } from "./resources/resource.js";
import { Segments, Tags } from "./resources/segments.js";
import { Enrollments, Sequences } from "./resources/sequences.js";
import { Templates } from "./resources/templates.js";
import { Deliveries, Webhooks } from "./resources/webhooks.js";
import type { Runtime } from "./runtime.js";
import { checkedPath, Transport } from "./transport.js";

export interface RawRequest extends WriteOptions {
  query?: Readonly<Record<string, unknown>>;
  /** Sent as JSON. */
  body?: object;
}

export class CrmSolidCore extends Resource {
  readonly accounts: Accounts;
  readonly analytics: Analytics;
  readonly broadcasts: Broadcasts;
  readonly contacts: Contacts;
  readonly customFields: CustomFields;
  readonly deliveries: Deliveries;
  readonly enrollments: Enrollments;
  readonly events: Events;
  readonly files: Files;
  readonly jobs: Jobs;
  readonly members: Members;
  readonly messages: Messages;
  readonly notes: Notes;
  readonly proposals: Proposals;
  readonly segments: Segments;
  readonly sequences: Sequences;
  readonly tags: Tags;
  readonly templates: Templates;
  readonly threads: Threads;
  readonly webhooks: Webhooks;
  readonly #transport: Transport;
  readonly #shownKey: string;

  constructor(options: CoreOptions, runtime: Runtime) {
    const [config, key] = readConfig(options);
    const transport = new Transport(config, key, runtime);
    super(transport);
    this.#transport = transport;
    this.#shownKey = shownKey(key);
    this.accounts = new Accounts(transport);
    this.analytics = new Analytics(transport);
    this.broadcasts = new Broadcasts(transport);
    this.contacts = new Contacts(transport);
    this.customFields = new CustomFields(transport);
    this.deliveries = new Deliveries(transport);
    this.enrollments = new Enrollments(transport);
    this.events = new Events(transport);
    this.files = new Files(transport);
    this.jobs = new Jobs(transport);
    this.members = new Members(transport);
    this.messages = new Messages(transport);
    this.notes = new Notes(transport);
    this.proposals = new Proposals(transport);
    this.segments = new Segments(transport);
    this.sequences = new Sequences(transport);
    this.tags = new Tags(transport);
    this.templates = new Templates(transport);
    this.threads = new Threads(transport);
    this.webhooks = new Webhooks(transport);
  }

  get baseUrl(): string {
    return this.#transport.config.baseUrl;
  }

  /** The key with its scopes, its workspace, mode and plan. */
  me(options?: CallOptions): ApiPromise<Answer<"get_me">> {
    return this.call("get_me", { options });
  }

  /** Any call below the client's address, with its key, retries and pacing. A write gets an idempotency key. */
  request<T = unknown>(method: string, path: string, request: RawRequest = {}): ApiPromise<T> {
    const make = async () => {
      const call = newCall(
        method.toUpperCase(),
        checkedPath(path),
        { ...request, options: request },
        this.#transport.runtime,
      );
      return this.#transport.send(call, (value) => value as T);
    };
    return new ApiPromise(make());
  }

  /** What is printed of it. */
  toJSON(): { baseUrl: string; apiKey: string } {
    return { baseUrl: this.baseUrl, apiKey: this.#shownKey };
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.constructor.name} ${JSON.stringify(this)}`;
  }
}
