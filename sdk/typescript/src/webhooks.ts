/** Webhooks: check what was received, and sign as the product does. */

import { ConfigurationError, WebhookVerificationError } from "./core/errors.js";
import { readEvent } from "./core/shapes.js";
import type { Event } from "./types.js";

export type HeadersLike =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyOptions {
  /** How many seconds old it may be, or its clock ahead; 300 by default. */
  tolerance?: number;
  /** Accept X-Signature where there is no signature with a time. It can be sent again at any time later, by whoever has
   * seen it: do nothing for an event whose `id` you have seen. */
  allowUnsignedTimestamp?: boolean;
}

const STANDARD_HEADERS = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

/** The event of a webhook, once its signature is found to be right. `body` is what was received, before any parsing: bytes
 * or the exact text. `secrets` are the endpoint's, with or without `whsec_`; one of them has to fit. Throws
 * WebhookVerificationError: answer 401. Throws UnreadableEvent for what is signed and cannot be read: keep `raw` and answer
 * 2xx, because refusing it would only disable the endpoint. */
export async function verifyWebhook(
  body: string | Uint8Array | ArrayBuffer,
  headers: HeadersLike,
  secrets: string | readonly string[],
  options: VerifyOptions = {},
): Promise<Event> {
  const all = typeof secrets === "string" ? [secrets] : [...secrets];
  if (all.length === 0 || !all.every((secret) => typeof secret === "string" && secret !== "")) {
    throw new ConfigurationError("a secret is missing or empty: anybody could sign with it");
  }
  const tolerance = options.tolerance ?? 300;
  if (!Number.isFinite(tolerance) || tolerance < 0) throw new ConfigurationError("tolerance is a number of seconds");
  const bytes = bytesOf(body);
  const [id, time, signatures] = STANDARD_HEADERS.map((name) => header(headers, name));
  const simple = header(headers, "x-signature");
  const hasStandard = [id, time, signatures].some((value) => value !== null);
  if (!hasStandard && options.allowUnsignedTimestamp && simple !== null) {
    await verifySimple(bytes, simple, all);
  } else {
    if (!id || !signatures || !/^\d+$/.test(time ?? "")) {
      throw new WebhookVerificationError(`${STANDARD_HEADERS.join(", ")}: one of them is missing or wrong`);
    }
    await verifyStandard(joined(`${id}.${time}.`, bytes), signatures, all);
    if (Math.abs(Date.now() / 1000 - Number(time)) > tolerance) {
      throw new WebhookVerificationError("the webhook is too old, or the clock of this machine is wrong");
    }
  }
  return readEvent(new TextDecoder().decode(bytes));
}

/** The headers with both signatures, as the product sends them. `timestamp` is now by default. */
export async function signWebhook(
  body: string | Uint8Array | ArrayBuffer,
  secret: string,
  { webhookId, timestamp = new Date() }: { webhookId: string; timestamp?: Date },
): Promise<Record<string, string>> {
  const bytes = bytesOf(body);
  const time = String(Math.floor(timestamp.getTime() / 1000));
  const standard = await sign(standardKey(secret), joined(`${webhookId}.${time}.`, bytes));
  const simple = await sign(new TextEncoder().encode(secret), bytes);
  return {
    "x-signature": `sha256=${Array.from(simple, (byte) => byte.toString(16).padStart(2, "0")).join("")}`,
    "webhook-id": webhookId,
    "webhook-timestamp": time,
    "webhook-signature": `v1,${btoa(String.fromCharCode(...standard))}`,
  };
}

async function verifyStandard(signed: Bytes, signatures: string, secrets: readonly string[]): Promise<void> {
  // After a rotation there is one signature for each secret in force, separated by spaces.
  const given = signatures.split(" ").filter((each) => each.startsWith("v1,")).map((each) => base64(each.slice(3)));
  if (!(await isAnyOf(given, secrets.map(standardKey), signed))) {
    throw new WebhookVerificationError("webhook-signature is not that of this body and secret");
  }
}

async function verifySimple(body: Bytes, signature: string, secrets: readonly string[]): Promise<void> {
  const hex = /^sha256=((?:[0-9a-f]{2})+)$/.exec(signature)?.[1] ?? "";
  const given = Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
  const keys = secrets.map((secret) => new TextEncoder().encode(secret));
  if (!(await isAnyOf([given], keys, body))) {
    throw new WebhookVerificationError("X-Signature is not that of this body and secret");
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Compares in constant time. */
async function isAnyOf(signatures: readonly (Bytes | null)[], keys: readonly Bytes[], data: Bytes): Promise<boolean> {
  let found = false;
  for (const key of await Promise.all(keys.map(imported))) {
    for (const signature of signatures) {
      if (signature !== null && (await crypto.subtle.verify("HMAC", key, signature, data))) found = true;
    }
  }
  return found;
}

async function sign(key: Bytes, data: Bytes): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await imported(key), data));
}

function imported(key: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
}

/** The base64-decoded rest of a `whsec_` secret, padded or not, else its UTF-8 bytes. It is never empty. */
function standardKey(secret: string): Bytes {
  const decoded = secret.startsWith("whsec_") ? base64(secret.slice(6)) : null;
  return decoded && decoded.length > 0 ? decoded : new TextEncoder().encode(secret);
}

function base64(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

function bytesOf(body: string | Uint8Array | ArrayBuffer): Bytes {
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return new Uint8Array(body as ArrayBuffer);
  throw new ConfigurationError("give the body as bytes or text, as it was received");
}

function joined(text: string, bytes: Bytes): Bytes {
  const head = new TextEncoder().encode(text);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}

/** The names may be in any case. A name that comes twice is not one of the product's. */
function header(headers: HeadersLike, name: string): string | null {
  if (typeof headers["get"] === "function") return (headers as { get(name: string): string | null }).get(name);
  const found = Object.entries(headers).filter(([each]) => each.toLowerCase() === name);
  const values = found.flatMap(([, value]) => value ?? []);
  return values.length === 1 ? (values[0] as string) : null;
}
