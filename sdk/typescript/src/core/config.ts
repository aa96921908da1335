/** What a client and a call are configured with. Everything is checked when it is given. */

import { ConfigurationError } from "./errors.js";
import type { Logger } from "./runtime.js";

export const VERSION = "1.0.0";
export const DEFAULT_URL = "https://api.crmsolid.com";

export interface RetryOptions {
  /** Seconds for an answer to begin, and again for it to be complete; 30 by default. For uploads, downloads and streams:
   * for the next part to move. */
  timeout?: number;
  /** Seconds after which a call is not tried again, the deadline of all its attempts: 30 by default, or `timeout` if that
   * is longer. Waits for the rate limit come on top. 0: one attempt. */
  retryFor?: number;
  /** How often a call is repeated at most, 8 by default. 0: one attempt. */
  maxRetries?: number;
}

export interface CoreOptions extends RetryOptions {
  apiKey: string;
  /** `https://api.crmsolid.com` by default. It may have a path. */
  baseUrl?: string;
  /** Let the key go over plain http to another machine. */
  allowHttp?: boolean;
  /** Headers of every request. */
  headers?: Readonly<Record<string, string>>;
  /** Is told of every retry and every wait. */
  logger?: Logger;
}

export interface CallOptions extends RetryOptions {
  /** Ends the call with a {@link CanceledError}. */
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  /** Your id of the request: 1 to 128 of `A-Z a-z 0-9 . _ -`. */
  requestId?: string;
}

export interface WriteOptions extends CallOptions {
  /** 1 to 255 printable ASCII characters. Without one, the call gets a new one. */
  idempotencyKey?: string;
  /** The ETag that the object was read with: `PreconditionFailedError` if it has changed since. */
  ifMatch?: string;
  /** `"*"`: only create. */
  ifNoneMatch?: string;
}

/** Milliseconds. */
export interface Limits {
  readonly timeout: number;
  readonly retryFor: number;
  readonly maxRetries: number;
}

export interface Config {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly given: RetryOptions;
  readonly logger: Logger | undefined;
}

/** The configuration of a client, and its key, which is kept apart so that nothing prints it. */
export function readConfig(options: CoreOptions): [Config, string] {
  const key = typeof options.apiKey === "string" ? options.apiKey.trim() : "";
  if (!key) throw new ConfigurationError("there is no API key: set CRMSOLID_KEY, or give apiKey");
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigurationError("the API key has characters that no key has: copy it again");
  }
  const given = retryOptions(options);
  const config = {
    baseUrl: checkedUrl(options.baseUrl ?? DEFAULT_URL, options.allowHttp ?? false),
    headers: checkedHeaders(options.headers),
    limits: limitsOf(given),
    given,
    logger: options.logger,
  };
  return [config, key];
}

/** Those of a call: what it does not say is as the client's. */
export function callLimits(config: Config, options: RetryOptions): Limits {
  const given = retryOptions(options);
  return Object.keys(given).length === 0 ? config.limits : limitsOf({ ...config.given, ...given });
}

function limitsOf({ timeout = 30, retryFor = Math.max(30, timeout), maxRetries = 8 }: RetryOptions): Limits {
  return { timeout: timeout * 1000, retryFor: retryFor * 1000, maxRetries: retryFor === 0 ? 0 : maxRetries };
}

/** Those of a call that are given, checked. */
export function retryOptions({ timeout, retryFor, maxRetries }: RetryOptions): RetryOptions {
  const given: RetryOptions = {};
  if (timeout !== undefined) given.timeout = checkedNumber("timeout", timeout);
  if (retryFor !== undefined) given.retryFor = checkedNumber("retryFor", retryFor);
  if (maxRetries !== undefined) given.maxRetries = checkedNumber("maxRetries", maxRetries);
  if (given.timeout === 0) throw new ConfigurationError("timeout is a number of seconds above 0");
  if (!Number.isInteger(given.maxRetries ?? 0)) throw new ConfigurationError("maxRetries is a whole number");
  return given;
}

export function checkedNumber(name: string, value: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
    throw new ConfigurationError(`${name} is a number of at least 0`);
  }
  return value;
}

const NOT_FOR_CALLERS = ["authorization", "content-length", "host", "idempotency-key", "transfer-encoding"];

export function checkedHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new ConfigurationError(`the header ${JSON.stringify(name)} cannot be sent`);
    }
    if (NOT_FOR_CALLERS.includes(name.toLowerCase())) {
      throw new ConfigurationError(`the header ${name} is the client's: use its options`);
    }
    checked[name.toLowerCase()] = value;
  }
  return checked;
}

/** The address without a slash at its end. */
function checkedUrl(address: string, allowHttp: boolean): string {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    throw new ConfigurationError(`baseUrl is no address such as ${DEFAULT_URL}`);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new ConfigurationError(`baseUrl is no http or https address such as ${DEFAULT_URL}`);
  }
  if (url.username || url.password || /[?#]/.test(address)) {
    throw new ConfigurationError("baseUrl has no user, query or fragment");
  }
  if (url.protocol === "http:" && !allowHttp && !isThisMachine(url.hostname)) {
    const advice = "use https, or allowHttp inside a private network";
    throw new ConfigurationError(`the key would go to ${url.hostname} unencrypted: ${advice}`);
  }
  return url.href.replace(/\/+$/, "");
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The part of a key that the panel shows too. */
export function shownKey(key: string): string {
  return `${/^cs_(live|test)_[0-9a-f]{4}_/.exec(key)?.[0] ?? ""}…`;
}
