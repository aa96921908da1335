import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfigurationError,
  signWebhook,
  UnreadableEvent,
  verifyWebhook,
  WebhookVerificationError,
} from "../src/index.js";

const SECRET = "your-chosen-signing-secret";
const BODY = new TextEncoder().encode(
  '{"event": "ping", "id": "evt_1", "created_at": "2026-06-04T09:00:00Z", "data": {"є": "🚀"}}',
);
const refused = { name: "WebhookVerificationError" };

test("a signed webhook is read, as bytes and as text, with any case of the names", async () => {
  const headers = await signWebhook(BODY, SECRET, { webhookId: "evt_1" });
  const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
  for (const given of [headers, upper, new Headers(headers)]) {
    const event = await verifyWebhook(BODY, given, SECRET);
    assert.deepEqual([event.event, event.id], ["ping", "evt_1"]);
  }
  assert.equal((await verifyWebhook(new TextDecoder().decode(BODY), headers, SECRET)).id, "evt_1");
  assert.equal((await verifyWebhook(Buffer.from(BODY), headers, ["other", SECRET])).id, "evt_1");
});

test("the signatures are those of the documentation and of Standard Webhooks", async () => {
  const timestamp = new Date(1614265330000);
  const simple = await signWebhook('{"event":"ping"}', SECRET, { webhookId: "a", timestamp });
  assert.equal(simple["x-signature"], "sha256=d7c3fba024de2e373b573b9dacec988b8858c78329de7e46d2cfbd9468587d13");
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const standard = await signWebhook('{"test": 2432232314}', secret, {
    webhookId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp,
  });
  assert.equal(standard["webhook-signature"], "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("what is not signed with the secret is refused", async () => {
  const headers = await signWebhook(BODY, SECRET, { webhookId: "evt_1" });
  const other = Uint8Array.of(...BODY, 32);
  const cases: [Uint8Array, Record<string, string>, string][] = [
    [other, headers, SECRET],
    [BODY, headers, "other"],
    [BODY, { ...headers, "webhook-id": "evt_2" }, SECRET],
    [BODY, { ...headers, "webhook-timestamp": "1" }, SECRET],
    [BODY, { ...headers, "webhook-timestamp": "soon" }, SECRET],
    [BODY, { ...headers, "webhook-signature": "v1,??? v2,x" }, SECRET],
    [BODY, { ...headers, "webhook-signature": "" }, SECRET],
    [BODY, {}, SECRET],
  ];
  for (const [body, given, secret] of cases) await assert.rejects(verifyWebhook(body, given, secret), refused);
});

test("an old webhook is refused, and one from a clock that is ahead", async () => {
  for (const seconds of [-301, 305]) { // time passes until it is checked, and signing leaves out parts of a second
    const timestamp = new Date(Date.now() + seconds * 1000);
    const headers = await signWebhook(BODY, SECRET, { webhookId: "evt_1", timestamp });
    await assert.rejects(verifyWebhook(BODY, headers, SECRET), /too old/);
    assert.equal((await verifyWebhook(BODY, headers, SECRET, { tolerance: 310 })).id, "evt_1");
  }
});

test("X-Signature alone is accepted only if the caller allows it", async () => {
  const { "x-signature": signature = "", ...standard } = await signWebhook(BODY, SECRET, { webhookId: "evt_1" });
  const alone = { "X-Signature": signature };
  await assert.rejects(verifyWebhook(BODY, alone, SECRET), refused);
  const allowed = { allowUnsignedTimestamp: true };
  assert.equal((await verifyWebhook(BODY, alone, [SECRET], allowed)).id, "evt_1");
  await assert.rejects(verifyWebhook(BODY, alone, "other", allowed), refused);
  await assert.rejects(verifyWebhook(BODY, { "x-signature": "sha256=" }, SECRET, allowed), refused);
  // Where a signature with a time is there, it counts.
  await assert.rejects(
    verifyWebhook(BODY, { ...alone, ...standard, "webhook-signature": "v1,AAAA" }, SECRET, allowed),
    refused,
  );
});

test("each signature of a rotation is tried", async () => {
  const [old, next] = await Promise.all(
    ["old", "new"].map((secret) => signWebhook(BODY, secret, { webhookId: "evt_1" })),
  );
  const headers = { ...next, "webhook-signature": `${next!["webhook-signature"]} ${old!["webhook-signature"]}` };
  for (const secret of ["old", "new"]) assert.equal((await verifyWebhook(BODY, headers, secret)).id, "evt_1");
});

test("what is signed and cannot be read is told apart", async () => {
  for (
    const body of ["{", "[]", '{"id": "evt_1"}', '{"event": "message.sent", "id": "evt_1", "data": {"message": []}}']
  ) {
    const headers = await signWebhook(body, SECRET, { webhookId: "evt_1" });
    await assert.rejects(verifyWebhook(body, headers, SECRET), (error) => {
      assert.ok(error instanceof UnreadableEvent && !(error instanceof WebhookVerificationError));
      assert.equal(error.raw, body);
      return true;
    });
  }
});

test("an empty secret is refused", async () => {
  for (const secrets of ["", [], ["a", ""]]) await assert.rejects(verifyWebhook(BODY, {}, secrets), ConfigurationError);
});
