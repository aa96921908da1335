/** The methods of the client, each with the operation that it calls. */

import type { CrmSolidCore } from "../src/core/index.js";
import { operations } from "../src/generated/operations.js";
import type { Sent } from "./fake.js";

// What is made of other methods.
const NOT_AN_OPERATION = ["contacts.sync", "events.follow", "jobs.wait", "proposals.wait"];
export const UPLOADS = ["contacts.importFile", "files.upload"];

export type Method = (...values: unknown[]) => unknown;

/** All methods that make a call, by their paths. */
export function methods(crm: CrmSolidCore): [string, Method][] {
  const found: [string, Method][] = [["me", () => crm.me()]];
  for (const [resource, object] of Object.entries(crm)) {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(object))) {
      const path = `${resource}.${name}`;
      if (name === "constructor" || NOT_AN_OPERATION.includes(path)) continue;
      found.push([path, (...values) => (object as Record<string, Method>)[name]!(...values)]);
    }
  }
  return found;
}

/** Whatever a method returns, its first request is made. */
export function started(result: unknown): PromiseLike<unknown> {
  const { page, bytes, next } = result as { page?: Method; bytes?: Method; next?: Method };
  return (page ?? bytes ?? next ?? (() => result)).call(result) as PromiseLike<unknown>;
}

/** The operation whose path fits; the one without parameters if several do. */
export function operationOf({ method, path }: Sent): string {
  const found = Object.entries(operations).filter(([, [verb, template]]) =>
    verb === method && new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path.replace(/\?.*/, ""))
  );
  return found.sort(([, [, a]], [, [, b]]) => a.split("{").length - b.split("{").length)[0]?.[0] ?? "none";
}
