import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Accounts extends Resource {
  /** The accounts, with what is used and left of their 24 hours. */
  list(query?: Query<"list_accounts">, options?: CallOptions): Pages<Answer<"list_accounts">> {
    return this.pages("list_accounts", query, options);
  }

  get(accountId: number, options?: CallOptions): ApiPromise<Answer<"get_account">> {
    return this.call("get_account", { ids: [accountId], options });
  }
}

export class Members extends Resource {
  /** The members of the workspace, who joined last first. */
  list(query?: Query<"list_members">, options?: CallOptions): Pages<Answer<"list_members">> {
    return this.pages("list_members", query, options);
  }
}

export class CustomFields extends Resource {
  /** The definitions of the custom fields. */
  list(query?: Query<"list_custom_fields">, options?: CallOptions): Pages<Answer<"list_custom_fields">> {
    return this.pages("list_custom_fields", query, options);
  }

  get(key: string, options?: CallOptions): ApiPromise<Answer<"get_custom_field">> {
    return this.call("get_custom_field", { ids: [key], options });
  }

  /** Define a custom field. */
  create(body: Body<"create_custom_field">, options?: WriteOptions): ApiPromise<Answer<"create_custom_field">> {
    return this.call("create_custom_field", { body, options });
  }

  /** Change the definition of a custom field. */
  update(
    key: string,
    body: Body<"update_custom_field">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_custom_field">> {
    return this.call("update_custom_field", { ids: [key], body, options });
  }
}
