import assert from "node:assert/strict";
import { test } from "node:test";
import { CrmSolidCore } from "../src/core/index.js";
import { operations } from "../src/generated/operations.js";
import { Fake, type Sent } from "./fake.js";

// What is made of other methods.
const NOT_AN_OPERATION = ["contacts.sync", "events.follow", "jobs.wait"];
const UPLOADS = ["contacts.importFile", "files.upload"];

type Method = (...values: unknown[]) => unknown;

function methods(crm: CrmSolidCore): [string, Method][] {
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
function started(result: unknown): PromiseLike<unknown> {
  const { page, bytes, next } = result as { page?: Method; bytes?: Method; next?: Method };
  return (page ?? bytes ?? next ?? (() => result)).call(result) as PromiseLike<unknown>;
}

/** The operation whose path fits; the one without parameters if several do. */
function operationOf({ method, path }: Sent): string {
  const found = Object.entries(operations).filter(([, [verb, template]]) =>
    verb === method && new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path.replace(/\?.*/, ""))
  );
  return found.sort(([, [, a]], [, [, b]]) => a.split("{").length - b.split("{").length)[0]?.[0] ?? "none";
}

test("every operation has one method", async () => {
  const called: string[] = [];
  for (const [name] of methods(new Fake([]).crm)) {
    const fake = new Fake([new Response(null, { status: 403 })]);
    const method = methods(fake.crm).find(([each]) => each === name)![1];
    await fake.failure(started(method(UPLOADS.includes(name) ? new Blob(["a"]) : "x_1", {})));
    const [sent] = fake.sent;
    assert.equal(fake.sent.length, 1, name);
    assert.equal(sent!.method !== "GET", "idempotency-key" in sent!.headers, name);
    called.push(operationOf(sent!));
  }
  // One contact is enrolled, or many.
  assert.deepEqual(called.sort(), [...Object.keys(operations), "enroll_contact"].sort());
});
