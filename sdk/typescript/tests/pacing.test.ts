import assert from "node:assert/strict";
import { test } from "node:test";
import { Fake, json, MESSAGE, problem, QUEUED } from "./fake.js";

/** A server that lets `limit` requests through in a window, which begins with the first of them. */
function limited(limit: number, seconds: number, latency = 0) {
  const state = { began: -Infinity, used: 0, refused: 0, most: 0 };
  const answer = async (fake: Fake): Promise<Response> => {
    await fake.clock.sleep(latency / 2);
    const { time } = fake.clock;
    if (time >= state.began + seconds * 1000) Object.assign(state, { began: time, used: 0 });
    const reset = String(Math.ceil((state.began + seconds * 1000 - time) / 1000));
    const headers = { "x-ratelimit-limit": String(limit), "x-ratelimit-reset": reset };
    const remaining = String(Math.max(0, limit - state.used - 1));
    const isRefused = state.used >= limit;
    if (isRefused) state.refused += 1;
    else state.most = Math.max(state.most, state.used += 1);
    await fake.clock.sleep(latency / 2);
    return isRefused
      ? problem(429, "rate_limited", { ...headers, "x-ratelimit-remaining": "0", "retry-after": reset })
      : json(QUEUED, 200, { ...headers, "x-ratelimit-remaining": remaining });
  };
  return { state, answer };
}

for (const [seconds, latency] of [[60, 300], [1, 10], [2, 50]] as const) {
  test(`200 sends at once, 50 a window of ${seconds} s with a latency of ${latency} ms, are at most 204 requests`, async () => {
    const server = limited(50, seconds, latency);
    const fake: Fake = new Fake(() => server.answer(fake));
    const sends = Array.from({ length: 200 }, () => fake.crm.messages.send(MESSAGE));
    await fake.run(Promise.all(sends));
    assert.ok(fake.sent.length <= 204, `${fake.sent.length} requests`);
    assert.ok(fake.clock.time < (seconds + 1) * 3500 + 2000, `${fake.clock.time} ms`);
  });
}

test("a client that comes into a window that others have used waits for the next one", async () => {
  const server = limited(50, 60);
  const fake: Fake = new Fake(() => server.answer(fake));
  await fake.run(fake.crm.me().catch(() => undefined));
  server.state.used = 50;
  await fake.run(fake.crm.messages.send(MESSAGE));
  const before = fake.sent.length;
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.equal(fake.sent.length - before, 1);
});

test("calls without a limit are made side by side", async () => {
  const fake: Fake = new Fake(async () => {
    await fake.clock.sleep(100);
    return json(QUEUED);
  });
  await fake.run(Promise.all(Array.from({ length: 20 }, () => fake.crm.messages.send(MESSAGE))));
  assert.ok(fake.clock.time <= 220, `${fake.clock.time} ms`);
});

test("a first request that is not answered holds the others up for a second", async () => {
  const fake: Fake = new Fake((sent) => (sent.at === 0 ? new Promise(() => undefined) : json(QUEUED)));
  const hanging = fake.crm.me().catch(() => undefined);
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.ok(fake.clock.time <= 1020, `${fake.clock.time} ms`);
  void hanging;
});

test("a busy server that has requests left delays only its own call", async () => {
  const busy = problem(429, "rate_limited", {
    "retry-after": "30",
    "x-ratelimit-limit": "600",
    "x-ratelimit-remaining": "500",
    "x-ratelimit-reset": "40",
  });
  const fake: Fake = new Fake((sent) => (sent.at === 0 && sent.path.includes("search") ? busy : json(QUEUED)));
  const slow = fake.crm.request("GET", "/v1/contacts?search=a");
  await fake.run(fake.crm.messages.send(MESSAGE));
  assert.ok(fake.clock.time < 1000);
  await fake.run(slow);
  assert.ok(fake.clock.time >= 30_000);
});
