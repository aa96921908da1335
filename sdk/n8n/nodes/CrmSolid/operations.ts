/** What the operations of the node do. */

import type { IBinaryKeyData, IDataObject, IExecuteFunctions, INodeExecutionData } from "n8n-workflow";
import { NodeOperationError } from "n8n-workflow";

import type { Body, CrmSolidCore, models, Query } from "../../client/core/index.js";
import { defaultKey } from "../client";

type File = models.Message["attachments"][number];

/** The node at one item. */
export class Call {
  readonly #key: string;

  constructor(
    readonly context: IExecuteFunctions,
    readonly crm: CrmSolidCore,
    readonly item: number,
  ) {
    this.#key = this.text("idempotencyKey") || defaultKey(context, item);
  }

  /** A field; undefined if the operation does not have it. */
  field<T>(name: string): T {
    return this.context.getNodeParameter(name, this.item, undefined) as T;
  }

  text(name: string): string {
    return String(this.field(name) ?? "").trim();
  }

  /** The fields of a collection that are filled in, as the API takes them. */
  collection(name: string): IDataObject {
    const given: IDataObject = {};
    for (const [field, value] of Object.entries(this.field<IDataObject>(name) ?? {})) {
      if (field === "tags" || field === "tag") given[field] = words(value);
      else if (field === "custom_fields") given[field] = this.json(field, value) as IDataObject;
      else if (field === "filter") given[field] = JSON.stringify(this.json(field, value));
      else if (value !== "") given[field] = value as IDataObject[string];
    }
    return given;
  }

  json(name: string, value: unknown): object | undefined {
    if (typeof value === "object" && value !== null) return value;
    if (String(value ?? "").trim() === "") return undefined;
    try {
      const parsed: unknown = JSON.parse(String(value));
      if (typeof parsed === "object" && parsed !== null) return parsed;
    } catch {
      // Said below, as for a number or a text.
    }
    throw this.refused(`${name} is no JSON object`);
  }

  refused(message: string): NodeOperationError {
    return new NodeOperationError(this.context.getNode(), message, { itemIndex: this.item });
  }

  /** The options of a write. `part` sets several of one item apart. */
  write(part = ""): { idempotencyKey: string } {
    return { idempotencyKey: this.#key + part };
  }

  /** The id of a contact that may be given by its username or e-mail address too. */
  async contactId(given = this.text("contact")): Promise<string> {
    if (given.startsWith("con_")) return given;
    const query = /.@/.test(given) ? { email: given } : { username: given };
    if (given === "") throw this.refused("The contact is empty: give an ID, @username or email");
    const { data } = await this.crm.contacts.list({ ...query, limit: 1 }).page();
    if (data[0] === undefined) throw this.refused(`There is no contact ${given}`);
    return data[0].id;
  }

  async rows<T>(list: (limit: number) => AsyncIterable<T>): Promise<T[]> {
    const most = this.field<boolean>("returnAll") ? Infinity : this.field<number>("limit");
    const found: T[] = [];
    if (most < 1) return found;
    for await (const row of list(Math.min(most, 100))) {
      found.push(row);
      if (found.length >= most) break;
    }
    return found;
  }

  /** The files of a message, as binary data of the item. */
  async downloads(files: readonly File[]): Promise<IBinaryKeyData> {
    const binary: IBinaryKeyData = {};
    for (const [index, { id, name, type }] of files.entries()) {
      const bytes = Buffer.from(await this.crm.files.content(id).bytes());
      const { helpers } = this.context;
      binary[`attachment_${index}`] = await helpers.prepareBinaryData(bytes, name, type);
    }
    return binary;
  }

  /** The ids of the files of the item, uploaded. */
  async attachments(): Promise<string[]> {
    const ids: string[] = [];
    for (const property of words(this.field("binaryProperties"))) {
      const file = this.context.helpers.assertBinaryData(this.item, property);
      const bytes = await this.context.helpers.getBinaryDataBuffer(this.item, property);
      const source = new Blob([new Uint8Array(bytes)], { type: file.mimeType });
      const options = { name: file.fileName ?? property, ...this.write(`-file-${ids.length}`) };
      ids.push((await this.crm.files.upload(source, options)).id);
    }
    return ids;
  }
}

function words(value: unknown): string[] {
  const all = Array.isArray(value) ? value.map(String) : String(value ?? "").split(",");
  return all.map((word) => word.trim()).filter(Boolean);
}

class WithFiles {
  constructor(
    readonly json: object,
    readonly binary: IBinaryKeyData,
  ) {}
}

type Operation = (call: Call) => Promise<unknown>;

const METHODS_WITH_BODY = ["PATCH", "POST", "PUT"];

/** By resource and operation. A list becomes one item for each of its objects. */
export const operations: Record<string, Record<string, Operation>> = {
  contact: {
    upsert: (call) => {
      const who = { username: call.text("username"), email: call.text("email") };
      const given = Object.fromEntries(Object.entries(who).filter(([, value]) => value !== ""));
      const body = { ...given, ...call.collection("fields") } as Body<"create_contact">;
      return call.crm.contacts.create(body, call.write());
    },
    get: async (call) => call.crm.contacts.get(await call.contactId()),
    getAll: (call) => {
      const query = call.collection("filters") as Query<"list_contacts">;
      return call.rows((limit) => call.crm.contacts.list({ ...query, limit }));
    },
    update: async (call) => {
      const body = call.collection("fields") as Body<"update_contact">;
      return call.crm.contacts.update(await call.contactId(), body, call.write());
    },
    tag: async (call) => {
      const body = { add: words(call.field("addTags")), remove: words(call.field("removeTags")) };
      return call.crm.contacts.tag(await call.contactId(), body, call.write());
    },
  },
  message: {
    download: async (call) => {
      const message = await call.crm.messages.get(call.text("message"));
      return new WithFiles(message, await call.downloads(message.attachments));
    },
    send: async (call) => {
      const to = call.text("to");
      const attachments = await call.attachments();
      const text = String(call.field("text") ?? "");
      const body = {
        account_id: Number(call.field("account")),
        ...(to.startsWith("con_") ? { contact_id: to } : { to }),
        ...(text !== "" && { text, format: call.field("format") }),
        ...(attachments.length > 0 && { attachments }),
        ...call.collection("options"),
      } as Body<"send_message">;
      return call.crm.messages.send(body, call.write());
    },
    getAll: async (call) => {
      const { contact, ...filters } = call.collection("filters");
      const query = (contact ? { ...filters, contact_id: await call.contactId(String(contact)) } : filters) as Query<
        "list_messages"
      >;
      return call.rows((limit) => call.crm.messages.list({ ...query, limit }));
    },
  },
  conversation: {
    getAll: (call) => {
      const sort = call.field<boolean>("onlyWaiting") ? { sort: "waiting_since" } : {};
      const query = { ...sort, ...call.collection("filters") } as Query<"list_threads">;
      return call.rows((limit) => call.crm.threads.list({ ...query, limit }));
    },
    assign: (call) => {
      const member = call.text("member");
      const body = { assignee_id: member === "" ? null : Number(member) };
      return call.crm.threads.update(call.text("conversation"), body, call.write());
    },
    close: (call) => call.crm.threads.update(call.text("conversation"), { state: "closed" }, call.write()),
  },
  sequence: {
    enroll: async (call) => {
      const body = { contact_id: await call.contactId() };
      return call.crm.sequences.enroll(call.text("sequence"), body, call.write());
    },
  },
  api: {
    call: (call) => {
      const method = call.text("method");
      const query = call.json("Query", call.field("query")) as Record<string, unknown> | undefined;
      const body = METHODS_WITH_BODY.includes(method) ? call.json("Body", call.field("body")) : undefined;
      return call.crm.request(method, call.text("path"), {
        ...(query && { query }),
        ...(body && { body }),
        ...call.write(),
      });
    },
  },
};

/** What an operation has returned, as items of n8n. */
export function itemsOf(result: unknown, item: number): INodeExecutionData[] {
  const pairedItem = { item };
  if (result instanceof WithFiles) return [{ json: result.json as IDataObject, binary: result.binary, pairedItem }];
  const rows = Array.isArray(result) ? result : [result ?? { success: true }];
  return rows.map((row) => ({ json: row as IDataObject, pairedItem }));
}
