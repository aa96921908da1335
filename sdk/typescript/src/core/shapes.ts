/** Reads answers so that a later or an older version of the API does not break the caller. */

import { events, shapes } from "../generated/operations.js";
import type { Event } from "../types.js";
import { UnreadableEvent } from "./errors.js";

export class Misfit extends Error {}

type Json = Record<string, unknown>;

/** The object, with null or an empty list or map for what is missing. What is unknown is kept. Throws Misfit if it cannot
 * be used: it has no id, or a list or an object is something else. */
export function readAnswer<T>(value: unknown, shape: string): T {
  if (shape === "") return value as T;
  if (!isObject(value)) throw new Misfit("it is no object");
  if ("id" in (shapes[shape] ?? {}) && (value["id"] ?? "") === "") throw new Misfit("it has no id");
  return filled(value, shape, "") as T;
}

/** The objects of a page, as `readAnswer`. */
export function readRows(value: unknown, shape: string): unknown[] {
  return rowsOf(value).map((row) => readAnswer(row, shape));
}

/** The rows of a page as they came; none if it has no list. */
export function rowsOf(value: unknown): unknown[] {
  const rows = isObject(value) ? value["data"] ?? [] : undefined;
  if (!Array.isArray(rows)) throw new Misfit("it has no list");
  return rows.filter((row) => row !== null);
}

/** Throws UnreadableEvent if it has no id or type, or does not fit. */
export function readEvent(raw: string): Event {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new UnreadableEvent(raw, null, "it is no JSON");
  }
  return eventOf(value, () => raw);
}

export function eventOf(value: unknown, raw: () => string): Event {
  try {
    if (!isObject(value)) throw new Misfit("it is no object");
    if (typeof value["event"] !== "string" || !value["event"]) throw new Misfit("it has no type");
    if (typeof value["id"] !== "string") throw new Misfit("it has no id");
    const shape = events[value["event"]];
    if (shape !== undefined) return readAnswer<Event>(value, shape);
    if (!isObject(value["data"] ?? {})) throw new Misfit("data is no object");
    return { actor: null, ...value, data: value["data"] ?? {} } as unknown as Event; // of a later version
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    throw new UnreadableEvent(raw(), value, error.message);
  }
}

function filled(value: Json, name: string, path: string): Json {
  const result: Json = { ...value };
  for (const [member, kind] of Object.entries(shapes[name] ?? {})) {
    result[member] = member in value || kind !== "" ? part(value[member], kind, `${path}${member}`) : null;
  }
  return result;
}

function part(value: unknown, kind: string, path: string): unknown {
  if (kind === "") return value;
  if (kind.startsWith("?")) return value === undefined || value === null ? null : part(value, kind.slice(1), path);
  if (kind.startsWith("[]")) {
    if (!Array.isArray(value ?? [])) throw new Misfit(`${path} is no list`);
    const rows = (value ?? []) as unknown[];
    return kind === "[]" ? rows : rows.map((row, index) => part(row, kind.slice(2), `${path}[${index}]`));
  }
  if (!isObject(value ?? {})) throw new Misfit(`${path} is no object`);
  if (kind === "{}") return value ?? {};
  return value === undefined || value === null ? null : filled(value as Json, kind, `${path}.`);
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
