import assert from "node:assert/strict";
import { test } from "node:test";
import { APIConnectionError, APIError, CanceledError, ConfigurationError, ServerError } from "../src/core/index.js";
import { failing, Fake, json, MESSAGE, problem, QUEUED, silent, stream } from "./fake.js";

test("a write is repeated with the same key and the same bytes", async () => {
  const fake = new Fake([problem(503, "service_unavailable"), failing("ECONNRESET"), json(QUEUED)]);
  assert.equal((await fake.run(fake.crm.messages.send(MESSAGE))).id, "msg_1");
  assert.deepEqual(fake.times, [0, 500, 1500]);
  assert.equal(new Set(fake.sent.map((each) => `${each.headers["idempotency-key"]} ${each.body}`)).size, 1);
  assert.deepEqual(JSON.parse(fake.sent[0]!.body), MESSAGE);
  assert.deepEqual(fake.log.map((line) => line.replace(/ .*/, "")), ["the", "the"]);
});

test("arguments are read once", async () => {
  const fake = new Fake([problem(503, "service_unavailable"), json(QUEUED)]);
  const message = { ...MESSAGE };
  const sending = fake.crm.messages.send(message);
  message.text = "other";
  await fake.run(sending);
  assert.deepEqual(fake.sent.map((each) => JSON.parse(each.body).text), [MESSAGE.text, MESSAGE.text]);
});

test("retries end after 30 s, and no wait passes the deadline", async () => {
  const fake = new Fake([problem(500, "internal_error")]);
  const error = await fake.failure<ServerError>(fake.crm.messages.send(MESSAGE));
  assert.ok(error instanceof ServerError && error.isRetryable);
  assert.deepEqual(fake.times, [0, 500, 1500, 3500, 7500, 15500, 23500]);
});

test("a date in Retry-After is read by the clock of the server", async () => {
  const headers = { date: "Thu, 04 Jun 2026 09:00:00 GMT", "retry-after": "Thu, 04 Jun 2026 09:00:07 GMT" };
  const fake = new Fake([problem(503, "", headers), json(QUEUED)]);
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.deepEqual(fake.times, [0, 7250]);
});

test("what a day is waited for is raised at once", async () => {
  for (const code of ["account_daily_limit", "key_budget"]) {
    const fake = new Fake([problem(429, code, { "retry-after": "1" })]);
    const error = await fake.failure<APIError>(fake.crm.messages.send(MESSAGE));
    assert.deepEqual([error.code, error.isRetryable, fake.sent.length], [code, false, 1]);
  }
});

test("a longer timeout makes the call's time longer, and one attempt has all of it", async () => {
  const fake = new Fake([silent]);
  await fake.failure(fake.crm.me({ timeout: 120 }));
  assert.deepEqual([fake.times, fake.clock.time], [[0], 120_000]);
  const single = new Fake([silent], { retryFor: 0 });
  await single.failure(single.crm.me({ timeout: 7 }));
  assert.deepEqual([single.times, single.clock.time], [[0], 7000]);
});

test("a body that does not come to its end is asked for again", async () => {
  const half = new Response(stream(['{"id": "msg'], "break"));
  const never = new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
  const fake = new Fake([() => half, () => never, json(QUEUED)]);
  assert.equal((await fake.run(fake.crm.messages.send(MESSAGE, { timeout: 5 }))).id, "msg_1");
  assert.deepEqual(fake.times, [0, 500, 6500]);
});

test("whether a write may have happened is told", async () => {
  for (const [answer, expected] of [[failing("ECONNREFUSED"), false], [failing("ECONNRESET"), true]] as const) {
    const fake = new Fake([answer], { retryFor: 0 });
    const error = await fake.failure<APIConnectionError>(fake.crm.messages.send(MESSAGE));
    assert.equal(error.mayHaveHappened, expected);
    assert.match(error.message, /^no answer from https:\/\/crm\.test\/base after 1 attempt: /);
  }
  for (const [answer, expected] of [[problem(504, ""), true], [problem(429, "rate_limited"), false]] as const) {
    const fake = new Fake([answer, failing("ECONNREFUSED")], { maxRetries: 1 });
    const error = await fake.failure<APIConnectionError>(fake.crm.messages.send(MESSAGE));
    assert.equal(error.mayHaveHappened, expected);
  }
});

test("a signal ends a call while it waits, and before it is sent", async () => {
  const controller = new AbortController();
  const fake = new Fake([(sent) => (sent.at > 0 ? json(QUEUED) : problem(503, ""))]);
  const failing = fake.failure<CanceledError>(fake.crm.messages.send(MESSAGE, { signal: controller.signal }));
  void fake.clock.sleep(100).then(() => controller.abort());
  const error = await failing;
  assert.deepEqual([error.name, error.idempotencyKey, fake.clock.time, fake.sent.length], [
    "AbortError",
    "uuid-1",
    100,
    1,
  ]);
  const later = await fake.failure<CanceledError>(
    fake.crm.me({ signal: AbortSignal.abort(new DOMException("late", "TimeoutError")) }),
  );
  assert.deepEqual([later.name, fake.sent.length], ["TimeoutError", 1]);
});

test("what is wrong is refused when it is given", async () => {
  const fake = new Fake([json(QUEUED)]);
  const { crm } = fake;
  const wrong = [
    () => crm.me({ timeout: 0 }),
    () => crm.me({ timeout: Number.NaN }),
    () => crm.me({ retryFor: -1 }),
    () => crm.me({ maxRetries: 1.5 }),
    () => crm.me({ requestId: "a b" }),
    () => crm.me({ headers: { Authorization: "Bearer other" } }),
    () => crm.me({ headers: { "x-a": "1\r\nx-b: 2" } }),
    () => crm.messages.send(MESSAGE, { idempotencyKey: "" }),
    () => crm.messages.send(MESSAGE, { idempotencyKey: "ключ" }),
    () => crm.contacts.get(""),
    () => crm.contacts.get(".."),
    () => crm.request("GET", "https://evil.test/"),
    async () => void crm.contacts.list({}, { timeout: -1 }),
  ];
  for (const call of wrong) {
    await assert.rejects(async () => call(), ConfigurationError, String(call));
  }
  assert.equal(fake.sent.length, 0);
  for (
    const options of [
      { apiKey: "" },
      { apiKey: "a b" },
      { baseUrl: "crm.test" },
      { baseUrl: "https://crm.test/?a=1" },
      { baseUrl: "https://crm.test/#a" },
      { baseUrl: "https://a:b@crm.test" },
      { baseUrl: "http://crm.test" },
      { timeout: Infinity },
    ]
  ) {
    assert.throws(() => new Fake([], options), ConfigurationError, JSON.stringify(options));
  }
});
