/** What a call returns: a promise of the object, with the answer that it came in beside it. */

import type { HttpResponse } from "./runtime.js";

export interface ResponseInfo {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly requestId: string | null;
  /** What `ifMatch` of a later change takes. */
  readonly etag: string | null;
  /** The API repeated an earlier answer to the same idempotency key. */
  readonly replayed: boolean;
}

export interface WithResponse<T> {
  readonly data: T;
  readonly response: ResponseInfo;
}

export function responseInfo({ status, headers }: HttpResponse): ResponseInfo {
  return {
    status,
    headers,
    requestId: headers.get("x-request-id"),
    etag: headers.get("etag"),
    replayed: headers.get("idempotency-replayed") === "true",
  };
}

export class ApiPromise<T> implements Promise<T> {
  readonly [Symbol.toStringTag] = "ApiPromise";
  readonly #answer: Promise<WithResponse<T>>;

  constructor(answer: Promise<WithResponse<T>>) {
    this.#answer = answer;
  }

  /** The object, and status, headers and request id of its answer. */
  withResponse(): Promise<WithResponse<T>> {
    return this.#answer;
  }

  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: any) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#answer.then((answer) => answer.data).then(fulfilled, rejected);
  }

  catch<B = never>(rejected?: ((reason: any) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(undefined, rejected);
  }

  finally(ended?: (() => void) | null): Promise<T> {
    return this.then().finally(ended);
  }
}
