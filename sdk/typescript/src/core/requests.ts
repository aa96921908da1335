/** One call of the API as it is sent: everything is read from the arguments once, and every attempt sends the same. */

import { operations } from "../generated/operations.js";
import type { OperationId } from "../types.js";
import { type CallOptions, checkedHeaders, retryOptions, type WriteOptions } from "./config.js";
import { ConfigurationError } from "./errors.js";
import type { Runtime } from "./runtime.js";

/** A body that is sent in parts. */
export interface Upload {
  readonly type: string;
  /** Another attempt may open it again. Otherwise there is one attempt. */
  readonly isRepeatable: boolean;
  /** Called once for each attempt. */
  open(): ReadableStream<Uint8Array> | Blob;
}

export interface Call {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Upload;
  readonly idempotencyKey: string | null;
  readonly options: CallOptions;
}

export interface CallParts {
  ids?: readonly (string | number)[];
  query?: object | undefined;
  body?: object | undefined;
  upload?: (idempotencyKey: string) => Upload;
  accept?: string;
  options?: WriteOptions | undefined;
}

/** A call of an operation of the document. */
export function callOf(operation: OperationId, parts: CallParts, runtime: Runtime): Call {
  const [method, template] = operations[operation];
  const ids = [...(parts.ids ?? [])];
  const path = template.replace(/\{\w+\}/g, () => segment(ids.shift()));
  return newCall(method, path, parts, runtime);
}

/** Any call below the client's address. */
export function newCall(method: string, path: string, parts: CallParts, runtime: Runtime): Call {
  const options = parts.options ?? {};
  retryOptions(options);
  const isWrite = method !== "GET" && method !== "HEAD";
  const idempotencyKey = isWrite ? checkedKey(options.idempotencyKey ?? runtime.uuid()) : null;
  const headers: Record<string, string> = { accept: parts.accept ?? "application/json" };
  if (idempotencyKey !== null) headers["idempotency-key"] = idempotencyKey;
  if (options.ifMatch !== undefined) headers["if-match"] = options.ifMatch;
  if (options.ifNoneMatch !== undefined) headers["if-none-match"] = options.ifNoneMatch;
  if (options.requestId !== undefined) headers["x-request-id"] = checkedRequestId(options.requestId);
  const body = parts.upload?.(idempotencyKey ?? "") ?? (parts.body === undefined ? undefined : encoded(parts.body));
  if (body !== undefined) headers["content-type"] = typeof body === "string" ? "application/json" : body.type;
  return {
    method,
    path: path + queryOf(parts.query),
    headers: { ...headers, ...checkedHeaders(options.headers) },
    ...(body !== undefined && { body }),
    idempotencyKey,
    options,
  };
}

export function withHeaders(call: Call, headers: Record<string, string>): Call {
  return { ...call, headers: { ...call.headers, ...headers } };
}

function segment(id: string | number | undefined): string {
  // Of an empty id or of dots the address would be that of something else.
  if ((typeof id !== "string" && typeof id !== "number") || /^\.{0,2}$/.test(String(id))) {
    throw new ConfigurationError("an id is missing or no id");
  }
  return encodeURIComponent(id);
}

function checkedKey(key: string): string {
  if (typeof key !== "string" || !/^[!-~]([ -~]{0,253}[!-~])?$/.test(key)) {
    throw new ConfigurationError("idempotencyKey is 1 to 255 printable ASCII characters without a space at either end");
  }
  return key;
}

function checkedRequestId(id: string): string {
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(id)) throw new ConfigurationError("requestId is 1 to 128 of A-Z a-z 0-9 . _ -");
  return id;
}

/** With its question mark. A list is repeated, what is undefined or null is left out. */
function queryOf(query: object = {}): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) pairs.append(name, one instanceof Date ? one.toISOString() : String(one));
    }
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

function encoded(body: object): string {
  return JSON.stringify(body, (_, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) throw new ConfigurationError(`${value} cannot be sent`);
    return value;
  });
}
