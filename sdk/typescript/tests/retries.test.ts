import assert from "node:assert/strict";
import { test } from "node:test";
import {
  APIConnectionError,
  APIError,
  APITimeoutError,
  CanceledError,
  ConfigurationError,
  ConflictError,
  ServerError,
  TooManyRequestsError,
  UnexpectedAnswerError,
} from "../src/core/index.js";
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

test("retries end after eight of them", async () => {
  const fake = new Fake([problem(502, "")]);
  await fake.failure(fake.crm.me({ retryFor: 1000 }));
  assert.equal(fake.sent.length, 9);
});

for (const off of [{ retryFor: 0 }, { maxRetries: 0 }]) {
  test(`${JSON.stringify(off)} turns retries off, for a client and for a call`, async () => {
    const fake = new Fake([problem(503, "service_unavailable")], off);
    await fake.failure(fake.crm.me());
    assert.equal(fake.sent.length, 1);
    const other = new Fake([problem(503, "service_unavailable")]);
    await other.failure(other.crm.me(off));
    assert.equal(other.sent.length, 1);
  });
}

test("the wait is neither shorter than Retry-After nor than the back-off", async () => {
  for (const [retryAfter, expected] of [["3", 3250], ["0", 500], ["-1", 500], ["soon", 500]] as const) {
    const fake = new Fake([problem(503, "service_unavailable", { "retry-after": retryAfter }), json(QUEUED)]);
    await fake.run(fake.crm.messages.send(MESSAGE));
    assert.deepEqual(fake.times, [0, expected], retryAfter);
  }
});

test("a Retry-After that passes the deadline is raised at once", async () => {
  const fake = new Fake([problem(503, "service_unavailable", { "retry-after": "40" })]);
  const error = await fake.failure<APIError>(fake.crm.me());
  assert.deepEqual([error.retryAfter, fake.sent.length, fake.clock.time], [40, 1, 0]);
});

test("a date in Retry-After is read by the clock of the server", async () => {
  const headers = { date: "Thu, 04 Jun 2026 09:00:00 GMT", "retry-after": "Thu, 04 Jun 2026 09:00:07 GMT" };
  const fake = new Fake([problem(503, "", headers), json(QUEUED)]);
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.deepEqual(fake.times, [0, 7250]);
});

test("a wait for the rate limit of up to 60 s comes on top of the time for retries", async () => {
  const limited = problem(429, "rate_limited", { "retry-after": "55" });
  const fake = new Fake([limited, limited, json(QUEUED)]);
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.deepEqual(fake.times, [0, 55_250, 110_500]);
  const longer = new Fake([problem(429, "rate_limited", { "retry-after": "61" })]);
  assert.ok((await longer.failure(longer.crm.me())) instanceof TooManyRequestsError);
  assert.equal(longer.sent.length, 1);
});

test("what a day is waited for is raised at once", async () => {
  for (const code of ["account_daily_limit", "key_budget"]) {
    const fake = new Fake([problem(429, code, { "retry-after": "1" })]);
    const error = await fake.failure<APIError>(fake.crm.messages.send(MESSAGE));
    assert.deepEqual([error.code, error.isRetryable, fake.sent.length], [code, false, 1]);
  }
});

test("a request that still runs is waited for", async () => {
  const fake = new Fake([problem(409, "idempotency_in_progress"), json(QUEUED)]);
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.equal(fake.sent.length, 2);
  const other = new Fake([problem(409, "contact_conflict")]);
  assert.ok((await other.failure(other.crm.me())) instanceof ConflictError);
  assert.equal(other.sent.length, 1);
});

test("an attempt gets what is left of the call's time", async () => {
  const fake = new Fake([silent]);
  const error = await fake.failure<APITimeoutError>(fake.crm.messages.send(MESSAGE, { timeout: 4, retryFor: 10 }));
  assert.ok(error instanceof APITimeoutError && error.mayHaveHappened && error.isRetryable);
  assert.deepEqual([fake.times, fake.clock.time], [[0, 4500, 9500], 10_000]);
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

test("an unknown host and a bad certificate are tried three times", async () => {
  for (const code of ["ENOTFOUND", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT"]) {
    const fake = new Fake([failing(code)]);
    const error = await fake.failure<APIConnectionError>(fake.crm.messages.send(MESSAGE));
    assert.deepEqual([error.constructor, error.mayHaveHappened, fake.sent.length], [APIConnectionError, false, 3]);
  }
});

test("whether a write may have happened is told", async () => {
  for (const [answer, expected] of [[failing("ECONNREFUSED"), false], [failing("ECONNRESET"), true]] as const) {
    const fake = new Fake([answer], { retryFor: 0 });
    const error = await fake.failure<APIConnectionError>(fake.crm.messages.send(MESSAGE));
    assert.equal(error.mayHaveHappened, expected);
    assert.match(error.message, /^no answer from https:\/\/crm\.test\/base after 1 attempt: /);
  }
});

test("every error of a write has its key", async () => {
  const aborted = new AbortController();
  const cancel = (): Promise<Response> => {
    aborted.abort();
    return new Promise(() => undefined);
  };
  const cases = {
    refused: [problem(422, "validation_failed"), APIError],
    "timed out": [silent, APITimeoutError],
    cut: [() => new Response(stream(['{"id"'], "break")), APIConnectionError],
    "not connected": [failing("ECONNREFUSED"), APIConnectionError],
    canceled: [cancel, CanceledError],
    "no JSON": [() => new Response("<html>"), UnexpectedAnswerError],
    "no id": [json({}), UnexpectedAnswerError],
    "a list": [json([]), UnexpectedAnswerError],
    empty: [() => new Response(null, { status: 204 }), UnexpectedAnswerError],
    redirected: [
      () => new Response(null, { status: 302, headers: { location: "https://evil.test" } }),
      UnexpectedAnswerError,
    ],
  } as const;
  for (const [name, [answer, kind]] of Object.entries(cases)) {
    const fake = new Fake([answer], { retryFor: 0 });
    const options = { idempotencyKey: "invoice-17", signal: aborted.signal };
    const error = await fake.failure<APIError>(
      fake.crm.messages.send(MESSAGE, name === "canceled" ? options : { idempotencyKey: "invoice-17" }),
    );
    assert.ok(error instanceof kind, `${name}: ${error}`);
    assert.deepEqual([name, error.idempotencyKey, fake.sent.length], [name, "invoice-17", 1]);
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
