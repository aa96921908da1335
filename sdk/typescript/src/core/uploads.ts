/** Files in forms. They are read in parts, and each attempt sends the same bytes. */

import { ConfigurationError } from "./errors.js";
import type { Upload } from "./requests.js";

type Parts = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A Blob (`await openAsBlob(path)` of `node:fs`, `Bun.file(path)`), bytes, or a function that opens a stream of them: it is
 * called once for each attempt. A stream itself can be read only once, so such a call has one attempt. */
export type UploadSource = Blob | Uint8Array | ArrayBuffer | Parts | (() => Parts);

export interface UploadFile {
  source: UploadSource;
  name: string;
  type: string;
}

/** A form with a file. Its boundary follows from the idempotency key, because a repeated request has the same bytes. */
export function form(fields: Record<string, string>, file: UploadFile, sendsStreams: boolean): (key: string) => Upload {
  const source = blobOf(file.source);
  if (!(source instanceof Blob) && !sendsStreams) {
    throw new ConfigurationError("fetch cannot send a stream here: give a Blob");
  }
  return (key) => {
    const boundary = boundaryOf(key);
    const headers = Object.entries(fields).map(
      ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    );
    const disposition = `Content-Disposition: form-data; name="file"; filename="${quoted(file.name)}"`;
    headers.push(`--${boundary}\r\n${disposition}\r\nContent-Type: ${quoted(file.type)}\r\n\r\n`);
    const head = new Blob(headers);
    const tail = new Blob([`\r\n--${boundary}--\r\n`]);
    return {
      type: `multipart/form-data; boundary=${boundary}`,
      isRepeatable: source instanceof Blob || typeof source === "function",
      open: () => {
        if (source instanceof Blob && !sendsStreams) return new Blob([head, source, tail]);
        return joined([head, typeof source === "function" ? source() : source, tail]);
      },
    };
  };
}

function blobOf(source: UploadSource): Blob | Parts | (() => Parts) {
  if (source instanceof Blob || typeof source === "function") return source;
  // A copy: the bytes may be changed before they are sent again.
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return new Blob([source as Uint8Array<ArrayBuffer>]);
  if (typeof source === "object" && source !== null && (Symbol.asyncIterator in source || "getReader" in source)) {
    return source;
  }
  throw new ConfigurationError("a file is a Blob, bytes, a stream of bytes or a function that opens one");
}

function joined(sources: readonly (Blob | Parts)[]): ReadableStream<Uint8Array> {
  const parts = all(sources);
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const part = await parts.next();
        if (part.done) controller.close();
        else controller.enqueue(part.value);
      },
      cancel: async () => {
        await parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}

async function* all(sources: readonly (Blob | Parts)[]): AsyncGenerator<Uint8Array, void, void> {
  for (const source of sources) {
    const stream = source instanceof Blob ? source.stream() : source;
    yield* Symbol.asyncIterator in stream ? (stream as AsyncIterable<Uint8Array>) : read(stream);
  }
}

async function* read(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } finally {
    await reader.cancel();
  }
}

function quoted(text: string): string {
  return text.replace(/["\r\n]/g, (character) => encodeURIComponent(character));
}

/** 128 bits of FNV-1a. */
function boundaryOf(key: string): string {
  const words = [1, 2, 3, 4].map((seed) => {
    let hash = 0x811c9dc5 ^ seed;
    for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  });
  return `crmsolid-${words.join("")}`;
}
