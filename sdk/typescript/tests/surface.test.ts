import assert from "node:assert/strict";
import { test } from "node:test";
import { operations } from "../src/generated/operations.js";
import { Fake } from "./fake.js";
import { methods, operationOf, started, UPLOADS } from "./methods.js";

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
