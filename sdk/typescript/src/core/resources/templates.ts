import type { Answer, Body, Query } from "../../types.js";
import type { ApiPromise } from "../answers.js";
import type { CallOptions, WriteOptions } from "../config.js";
import type { Pages } from "../pages.js";
import { Resource } from "./resource.js";

export class Templates extends Resource {
  /** The templates that the workspace shares, by name. */
  list(query?: Query<"list_templates">, options?: CallOptions): Pages<Answer<"list_templates">> {
    return this.pages("list_templates", query, options);
  }

  get(templateId: number, options?: CallOptions): ApiPromise<Answer<"get_template">> {
    return this.call("get_template", { ids: [templateId], options });
  }

  /** Keep a text, with the files that it is sent with, for everybody. Names are unique. */
  create(body: Body<"create_template">, options?: WriteOptions): ApiPromise<Answer<"create_template">> {
    return this.call("create_template", { body, options });
  }

  /** Replace what is given. Messages that were made from the template stay as they are. */
  update(
    templateId: number,
    body: Body<"update_template">,
    options?: WriteOptions,
  ): ApiPromise<Answer<"update_template">> {
    return this.call("update_template", { ids: [templateId], body, options });
  }

  delete(templateId: number, options?: WriteOptions): ApiPromise<void> {
    return this.call("delete_template", { ids: [templateId], options });
  }
}
