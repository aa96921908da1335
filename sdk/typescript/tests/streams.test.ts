import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type APIError,
  type CanceledError,
  ConfigurationError,
  type Event,
  UnreadableEvent,
} from "../src/core/index.js";
import { failing, Fake, json, problem, type Responder, type Sent, silent, stream } from "./fake.js";

function event(number: number): Record<string, unknown> {
  return {
    event: "message.received",
    id: `evt_${number}`,
    created_at: "2026-06-04T09:00:00Z",
    data: { message: { id: "msg_1", text: "Привіт 🚀\nдва" } },
  };
}

function frame(number: number): string {
  return `id: p${number}\nevent: message\ndata: ${JSON.stringify(event(number))}\n\n`;
}

function sse(parts: readonly (string | Uint8Array)[], end: "break" | "end" = "break"): Responder {
  return () => new Response(stream(parts, end), { headers: { "content-type": "text/event-stream" } });
}

async function take(events: AsyncIterable<Event>, count: number): Promise<string[]> {
  const found: string[] = [];
  for await (const each of events) {
    found.push(each.id);
    if (found.length === count) break;
  }
  return found;
}

const positions = (sent: readonly Sent[]): (string | undefined)[] => sent.map((each) => each.headers["last-event-id"]);

test("a stream is read wherever its bytes are split, with any line ends", async () => {
  for (
    const [ends, text] of [["\n", `: hello\n\nid: p0\n\n${frame(1)}${frame(2)}`], ["\r\n", frame(1) + frame(2)], [
      "\r",
      frame(1) + frame(2),
    ]] as const
  ) {
    const bytes = new TextEncoder().encode(text.replaceAll("\n", ends));
    for (let split = 1; split < bytes.length; split++) {
      const fake = new Fake([sse([bytes.subarray(0, split), bytes.subarray(split), ends]), silent]);
      const messages = fake.crm.messages.stream();
      assert.deepEqual(await fake.run(take(messages, 2)), ["evt_1", "evt_2"], `split at ${split}`);
      assert.equal(messages.lastEventId, "p2");
    }
  }
  const bytes = new TextEncoder().encode(frame(1));
  const fake = new Fake([sse([...bytes].map((byte) => Uint8Array.of(byte))), silent]);
  const [first] = await fake.run(fake.crm.messages.stream().next().then(({ value }) => [value!]));
  assert.equal((first!.data as { message: { text: string } }).message.text, "Привіт 🚀\nдва");
});

test("a stream that is cut goes on right after its last event", async () => {
  const fake = new Fake([
    sse(["id: p0\n\n"]),
    sse([frame(1), frame(2).slice(0, 20)]),
    failing("ECONNREFUSED"),
    problem(503, ""),
    sse([frame(2)], "end"),
    sse([frame(3)]),
  ]);
  assert.deepEqual(await fake.run(take(fake.crm.messages.stream(), 3)), ["evt_1", "evt_2", "evt_3"]);
  assert.deepEqual(positions(fake.sent), [undefined, "p0", "p1", "p1", "p1", "p2"]);
});

test("a stream comes back after an outage of hours, with pauses of up to 30 s", async () => {
  const fake = new Fake((
    sent,
    request,
  ) => (sent.at < 7_200_000 ? failing("ECONNREFUSED")(sent, request) : sse([frame(1)])(sent, request)));
  assert.deepEqual(await fake.run(take(fake.crm.messages.stream(), 1)), ["evt_1"]);
  const pauses = fake.times.slice(1).map((time, index) => time - fake.times[index]!);
  assert.deepEqual(pauses.slice(0, 8), [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  assert.ok(fake.clock.time < 7_240_000);
});

test("pauses are jittered", async () => {
  const fake = new Fake([failing("ECONNREFUSED"), sse([frame(1)])]);
  fake.random = 0;
  await fake.run(take(fake.crm.messages.stream(), 1));
  assert.deepEqual(fake.times, [0, 250]);
});

test("what cannot be read can be passed by, and the position has moved past it", async () => {
  const parts = [frame(1), "id: p2\ndata: {broken\n\n", 'id: p3\ndata: {"event": "x", "data": []}\n\n', frame(4)];
  const fake = new Fake([sse(parts), silent]);
  const messages = fake.crm.messages.stream();
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    while (seen.length < 4) {
      try {
        for await (const each of messages) {
          seen.push(each.id);
          if (seen.length === 4) return;
        }
      } catch (error) {
        assert.ok(error instanceof UnreadableEvent);
        seen.push(`${error.type} ${error.raw} ${messages.lastEventId}`);
      }
    }
  };
  await fake.run(read());
  assert.deepEqual(seen, ["evt_1", "null {broken p2", 'x {"event": "x", "data": []} p3', "evt_4"]);

  const passed: string[] = [];
  const other = new Fake([sse(parts), silent]);
  const options = { onUnreadable: (each: UnreadableEvent) => void passed.push(each.raw) };
  assert.deepEqual(await other.run(take(other.crm.messages.stream(options), 2)), ["evt_1", "evt_4"]);
  assert.equal(passed.length, 2);
});

test("open connects, so that nothing from then on is missed", async () => {
  const fake = new Fake([failing("ECONNREFUSED"), sse(["id: p0\n\n"]), sse([frame(1)])]);
  const messages = await fake.run(fake.crm.messages.stream().open());
  assert.deepEqual([messages.lastEventId, fake.sent.length], ["p0", 2]);
  assert.deepEqual(await fake.run(take(messages, 1)), ["evt_1"]);
  assert.equal(fake.sent[2]!.headers["last-event-id"], "p0");
});

test("close and a signal end a stream that waits", async () => {
  const hanging = (): Response => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }));
  for (const answer of [hanging, silent, failing("ECONNREFUSED")]) {
    const fake = new Fake([answer]);
    const messages = fake.crm.messages.stream();
    void fake.clock.sleep(100).then(() => messages.close());
    assert.deepEqual(await fake.run(messages.next()), { done: true, value: undefined });
    assert.equal(fake.clock.time, 100);

    const controller = new AbortController();
    const other = new Fake([answer]);
    void other.clock.sleep(100).then(() => controller.abort());
    const error = await other.failure<CanceledError>(other.crm.messages.stream({ signal: controller.signal }).next());
    assert.deepEqual([error.name, other.clock.time], ["AbortError", 100]);
  }
});

/** A log of events that grows: a cursor is a number of events. One that begins in the future begins at its end. */
function log(size: { value: number }): Responder {
  return (sent) => {
    const query = new URLSearchParams(sent.path.split("?")[1]);
    assert.equal(query.get("limit"), "100");
    const start = query.get("since") === "2999-01-01T00:00:00Z" ? size.value : 0;
    const from = Number(query.get("cursor") ?? start);
    const to = Math.min(size.value, from + 100);
    const data = Array.from({ length: to - from }, (_, index) => event(from + index + 1));
    return json({ data, next_cursor: String(to) });
  };
}

const since = "2026-06-04T09:00:00Z";

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `evt_${from + index}`);

class Store {
  saved: string[] = [];
  load = (): string | undefined => this.saved.at(-1);
  save = async (position: string): Promise<void> => void this.saved.push(position);
}

test("events are followed for ever, and across restarts without gap or repeat", async () => {
  const size = { value: 150 };
  const store = new Store();
  const fake = new Fake(log(size));
  const events = fake.crm.events.follow({ store, since });
  assert.deepEqual(await fake.run(take(events, 102)), numbered(1, 102));
  await events.commit();
  const second = new Fake(log(size));
  void second.clock.sleep(2500).then(() => (size.value = 152));
  const more = second.crm.events.follow({ store, since });
  assert.deepEqual(await second.run(take(more, 50)), numbered(103, 152));
  assert.deepEqual([second.clock.time, second.sent.length], [3000, 4]);
});

test("an event is taken when the next one is asked for", async () => {
  const store = new Store();
  const fake = new Fake(log({ value: 3 }));
  await fake.run(take(fake.crm.events.follow({ store, since }), 2));
  const second = new Fake(log({ value: 3 }));
  const follower = second.crm.events.follow({ store, since });
  assert.deepEqual(await second.run(take(follower, 2)), ["evt_2", "evt_3"]);
  const third = new Fake(log({ value: 4 }));
  assert.deepEqual(await third.run(take(third.crm.events.follow({ position: follower.position }), 1)), ["evt_4"]);
});

test("an event that appears late on a page is not missed, and those that it pushes to the next do not come twice", async () => {
  const rows = Array.from({ length: 150 }, (_, index) => event(index + 1));
  const late = [event(1), event(1000), ...rows.slice(1)];
  const page = (from: readonly unknown[], sent: Sent): Response => {
    const start = Number(new URLSearchParams(sent.path.split("?")[1]).get("cursor") ?? 0);
    return json({ data: from.slice(start, start + 100), next_cursor: String(Math.min(from.length, start + 100)) });
  };
  const store = new Store();
  const fake = new Fake((sent) => page(rows, sent));
  const first = fake.crm.events.follow({ store, since });
  assert.deepEqual(await fake.run(take(first, 100)), numbered(1, 100));
  await first.commit();
  const second = new Fake((sent) => page(late, sent));
  assert.deepEqual(await second.run(take(second.crm.events.follow({ store, since }), 51)), [
    "evt_1000",
    ...numbered(101, 150),
  ]);
});

test("only events of the types that are asked for are given out", async () => {
  const rows = ["contact.created", "message.sent", "contact.tagged", "later.type"].map((type, index) => ({
    ...event(index + 1),
    event: type,
    data: {},
  }));
  const fake = new Fake((sent) => json({ data: sent.path.includes("cursor") ? [] : rows, next_cursor: "4" }));
  assert.deepEqual(await fake.run(take(fake.crm.events.follow({ since, types: ["contact.*", "message.sent"] }), 3)), [
    "evt_1",
    "evt_2",
    "evt_3",
  ]);
});

test("a follower passes by what cannot be read, comes back after outages, and its store's errors are the caller's", async () => {
  const rows = [event(1), { event: "x", id: "evt_2", data: 5 }, event(3)];
  const fake = new Fake([
    failing("ECONNREFUSED"),
    problem(502, ""),
    () => new Response("<html>"),
    json({ data: rows, next_cursor: "3" }),
    silent,
  ]);
  const events = fake.crm.events.follow({ since });
  assert.equal((await fake.run(events.next())).value!.id, "evt_1");
  const error = await fake.failure<UnreadableEvent>(events.next());
  assert.deepEqual([error.id, error.type, JSON.parse(events.position)], ["evt_2", "x", [
    "2026-06-04T09:00:00Z",
    null,
    "evt_1",
    "evt_2",
  ]]);
  assert.equal((await fake.run(events.next())).value!.id, "evt_3");
  const store = { load: () => "no position", save: () => undefined };
  const failed = await fake.failure(fake.crm.events.follow({ store, since }).next());
  assert.equal(failed.message, "the store of the position has failed");
  assert.throws(() => fake.crm.events.follow({ position: "[]" }), ConfigurationError);
  assert.throws(() => fake.crm.events.follow({ poll: 0 }), ConfigurationError);
});

test("without a position it begins with what happens from then on, also if it ends before anything has happened", async () => {
  const size = { value: 5 };
  const store = new Store();
  const fake = new Fake(log(size));
  await (await fake.run(fake.crm.events.follow({ store }).open())).close();
  size.value = 7;
  const second = new Fake(log(size));
  assert.deepEqual(await second.run(take(second.crm.events.follow({ store }), 2)), ["evt_6", "evt_7"]);
});

test("a cursor that does not belong to the type is not asked for again and again", async () => {
  const fake = new Fake([problem(400, "invalid_cursor")]);
  assert.equal(
    (await fake.failure<APIError>(fake.crm.events.follow({ since: new Date() }).next())).code,
    "invalid_cursor",
  );
  assert.equal(fake.sent.length, 1);
});
