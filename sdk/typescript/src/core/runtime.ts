/** What the core uses of its surroundings. The core itself names no timer and no global object. */

/** The part of a `Response` that the core reads. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ReadableStream<Uint8Array> | null;
  /** Of the request that was answered; empty or left out if it is not known. */
  readonly url?: string;
  /** `"opaqueredirect"` in a browser. */
  readonly type?: string;
  readonly redirected?: boolean;
  text(): Promise<string>;
}

export interface HttpRequest {
  method: string;
  headers: Record<string, string>;
  redirect: "manual" | "error";
  signal: AbortSignal;
  body?: string | Blob | ReadableStream<Uint8Array>;
  duplex?: "half";
}

export type Fetch = (url: string, request: HttpRequest) => Promise<HttpResponse>;

export interface Runtime {
  fetch: Fetch;
  /** Resolves after so many milliseconds, or as soon as the signal is aborted; it never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** From 0 to 1, which excluded. */
  random(): number;
  uuid(): string;
  /** Whether `fetch` takes a stream as a body. */
  sendsStreams: boolean;
}

/** Where log lines go, such as `console`. They never hold a key. */
export interface Logger {
  debug(message: string, details: Readonly<Record<string, unknown>>): void;
}
