/** The surroundings of Node.js, Deno, Bun and browsers. */

import type { Fetch, Runtime } from "./core/runtime.js";

/** `fetch` replaces the one of the runtime. */
export function defaultRuntime(
  fetch: Fetch = (url, request) => globalThis.fetch(url, request as RequestInit),
): Runtime {
  return {
    // Not the function itself: a browser's wants to be called without an object.
    fetch: (url, request) => fetch(url, request),
    sleep,
    now: () => performance.now(),
    random: Math.random,
    uuid,
    sendsStreams: !("document" in globalThis),
  };
}

const LONGEST_TIMER = 2 ** 31 - 1;

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER));
    signal?.addEventListener("abort", end);
  });
}

/** `crypto.randomUUID` is missing on pages without https. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
