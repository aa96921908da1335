/** What all resources have. */

import { operations } from "../../generated/operations.js";
import type { Answer, OperationId } from "../../types.js";
import { ApiPromise, type WithResponse } from "../answers.js";
import type { CallOptions } from "../config.js";
import { Download, FileDownload } from "../downloads.js";
import { type AnyPage, Pages } from "../pages.js";
import { callOf, type CallParts } from "../requests.js";
import { isObject, readAnswer, readRows } from "../shapes.js";
import type { Transport } from "../transport.js";

type PageId = { [O in OperationId]: Answer<O> extends AnyPage ? O : never }[OperationId];

export class Resource {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  protected get transport(): Transport {
    return this.#transport;
  }

  /** `answered`: the operation that always answers what this one does here, if it has several answers. */
  protected call<O extends OperationId, A extends OperationId = O>(
    operation: O,
    parts: CallParts,
    answered?: A,
  ): ApiPromise<Answer<A>> {
    return new ApiPromise(this.#send<A>(operation, parts, (answered ?? operation) as A));
  }

  protected pages<O extends PageId>(
    operation: O,
    query: object | undefined,
    options: CallOptions | undefined,
    ids: readonly (string | number)[] = [],
  ): Pages<Answer<O> & AnyPage> {
    return new Pages(this.loader(operation, query, options, ids), operation === "list_events");
  }

  /** Requests a page. The arguments are read now. */
  protected loader<O extends PageId>(
    operation: O,
    query: object = {},
    options?: CallOptions,
    ids: readonly (string | number)[] = [],
  ): (cursor?: string) => ApiPromise<Answer<O> & AnyPage> {
    const fixed = { ids, query: structuredClone({ limit: 100, ...query }), options: { ...options } };
    callOf(operation, fixed, this.#transport.runtime); // throws for wrong arguments
    return (cursor) => {
      const parts = { ...fixed, query: { ...fixed.query, ...(cursor !== undefined && { cursor }) } };
      return this.call(operation, parts) as ApiPromise<Answer<O> & AnyPage>;
    };
  }

  protected download(operation: OperationId, parts: CallParts): Download {
    return new Download(this.#transport, callOf(operation, parts, this.#transport.runtime));
  }

  protected fileDownload(operation: OperationId, parts: CallParts): FileDownload {
    return new FileDownload(this.#transport, callOf(operation, { accept: "*/*", ...parts }, this.#transport.runtime));
  }

  // Not awaited before the call is made: the arguments are read at once. What is wrong with them rejects the promise.
  async #send<A extends OperationId>(
    operation: OperationId,
    parts: CallParts,
    answered: A,
  ): Promise<WithResponse<Answer<A>>> {
    const [method] = operations[operation];
    const [, , shape] = operations[answered];
    const body = method === "GET" || method === "DELETE" || parts.upload ? {} : { body: parts.body ?? {} };
    const call = callOf(operation, { ...parts, ...body }, this.#transport.runtime);
    return this.#transport.send(call, (value) => {
      if (!shape.startsWith("[]")) return readAnswer<Answer<A>>(value, shape);
      const rows = readRows(value, shape.slice(2));
      return { next_cursor: null, ...(isObject(value) ? value : {}), data: rows } as Answer<A>;
    });
  }
}
