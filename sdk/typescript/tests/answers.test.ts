import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  type APIError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  GoneError,
  NotFoundError,
  PreconditionFailedError,
  ServerError,
  TooManyRequestsError,
  UnauthorizedError,
  UnexpectedAnswerError,
  UnreadableEvent,
  ValidationError,
} from "../src/core/index.js";
import { failing, Fake, json, KEY, MESSAGE, problem, QUEUED, URL_OF_FAKE } from "./fake.js";

const EVENT = {
  event: "message.received",
  id: "evt_1",
  created_at: "2026-06-04T09:00:00Z",
  data: { message: { id: "msg_1" } },
};

test("a call is sent to the address with its path, the key and its options", async () => {
  const fake = new Fake([json(QUEUED)], { headers: { "X-Of-Client": "a" } });
  await fake.run(
    fake.crm.messages.send(MESSAGE, {
      idempotencyKey: "k 1",
      requestId: "r.1",
      ifMatch: '"e"',
      headers: { "X-Own": "b" },
    }),
  );
  assert.deepEqual(fake.sent[0], {
    at: 0,
    method: "POST",
    path: "/v1/messages/send",
    headers: {
      "user-agent": "crmsolid-client-typescript/1.0.0",
      "x-of-client": "a",
      accept: "application/json",
      "idempotency-key": "k 1",
      "if-match": '"e"',
      "x-request-id": "r.1",
      "content-type": "application/json",
      "x-own": "b",
      authorization: `Bearer ${KEY}`,
    },
    body: JSON.stringify(MESSAGE),
  });
});

test("ids and queries are encoded", async () => {
  const fake = new Fake([json({ id: "1", data: [] })]);
  await fake.run(fake.crm.contacts.get("a/b?c"));
  await fake.run(fake.crm.contacts.list({ tag: ["ä", "b&c"], search: "+1" }).page());
  const since = new Date("2026-06-04T09:00:00Z");
  await fake.run(fake.crm.request("get", "/v1/events", { query: { since, type: undefined, a: null, b: true } }));
  assert.deepEqual(fake.sent.map((each) => `${each.method} ${each.path}`), [
    "GET /v1/contacts/a%2Fb%3Fc",
    "GET /v1/contacts?limit=100&tag=%C3%A4&tag=b%26c&search=%2B1",
    "GET /v1/events?since=2026-06-04T09%3A00%3A00.000Z&b=true",
  ]);
  assert.ok(fake.sent.every((each) => !("idempotency-key" in each.headers)));
});

test("the answer is beside the object", async () => {
  const headers = { "x-request-id": "req_7", etag: '"e"', "idempotency-replayed": "true" };
  const fake = new Fake([json({ ...QUEUED, later: 1 }, 201, headers)]);
  const { data, response } = await fake.run(fake.crm.messages.send(MESSAGE).withResponse());
  assert.deepEqual(data, { ...QUEUED, later: 1 });
  assert.deepEqual([response.status, response.requestId, response.etag, response.replayed], [
    201,
    "req_7",
    '"e"',
    true,
  ]);
  assert.equal(response.headers.get("Content-Type"), "application/json");
});

test("one contact is enrolled, or many by a job, and the answer has the members of its kind alone", async () => {
  const enrolled = new Fake([json({ id: "enr_1" }, 201)]);
  const enrollment = await enrolled.run(enrolled.crm.sequences.enroll("seq_1", { contact_id: "con_1" }));
  assert.deepEqual([enrollment.id, enrollment.reason, "state" in enrollment], ["enr_1", null, false]);
  const row = { id: "job_1", state: "queued", result: {} };
  const started = new Fake([json(row, 202)]);
  const job = await started.run(started.crm.sequences.enrollMany("seq_1", { contact_ids: ["con_1"] }));
  const fetched = new Fake([json(row)]);
  assert.deepEqual(job, await fetched.run(fetched.crm.jobs.get("job_1")));
  assert.equal("contact_id" in job, false);
});

test("what is missing is null or empty, what is unknown is kept", async () => {
  const fake = new Fake([json({ id: "msg_1", status: "on the moon", attachments: null, stars: 5, author: { id: 1 } })]);
  const message = await fake.run(fake.crm.messages.get("msg_1"));
  assert.equal(message.status, "on the moon");
  assert.deepEqual([message.attachments, message.reactions, message.html, message.contact], [[], [], null, null]);
  assert.deepEqual(message.author, { id: 1, type: null, name: null });
  assert.equal((message as { stars?: number }).stars, 5);
  const other = new Fake([json({ id: "con_1" })]);
  const contact = await other.run(other.crm.contacts.get("con_1"));
  assert.deepEqual([contact.tags, contact.custom_fields, contact.email], [[], {}, null]);
});

test("an answer that cannot be used says what is wrong", async () => {
  const answers = {
    "it has no id": {},
    "attachments is no list": { id: "a", attachments: {} },
    "contact is no object": { id: "a", contact: 5 },
  };
  for (const [reason, answer] of Object.entries(answers)) {
    const fake = new Fake([json(answer, 200, { "x-request-id": "req_7" })]);
    const error = await fake.failure<UnexpectedAnswerError>(fake.crm.messages.get("a"));
    assert.ok(error instanceof UnexpectedAnswerError && error.message.includes(reason), error.message);
    assert.deepEqual([error.status, error.requestId, fake.sent.length], [200, "req_7", 1]);
  }
});

test("the HTTP status decides the class of a refusal", async () => {
  const classes = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    412: PreconditionFailedError,
    422: ValidationError,
    429: TooManyRequestsError,
    501: ServerError,
  };
  for (const [status, kind] of Object.entries(classes)) {
    const answer = json(
      { status: 200, code: "later_code", detail: "Because.", request_id: "req_1", why: 1 },
      Number(status),
    );
    const fake = new Fake([answer], { retryFor: 0 });
    const error = await fake.failure<APIError>(fake.crm.me());
    assert.equal(error.constructor, kind);
    assert.deepEqual([error.name, error.status, error.code, error.requestId], [
      kind.name,
      Number(status),
      "later_code",
      "req_1",
    ]);
    assert.deepEqual([error.message, error.extra], [`${status} later_code: Because. (request req_1)`, { why: 1 }]);
  }
});

test("a body that is no problem, or half of one, is a refusal with what is known", async () => {
  const html = new Fake([
    new Response("<html>", { status: 404, headers: { "content-type": "text/html", "x-request-id": "req_2" } }),
  ]);
  const error = await html.failure<APIError>(html.crm.me());
  assert.deepEqual([error.constructor, error.code, error.requestId, error.errors], [NotFoundError, "", "req_2", []]);
  assert.match(error.message, /^404 error: the server answered text\/html instead of a problem/);
  for (const body of [null, [], "text", { code: 5, detail: {}, errors: ["a", { field: "to" }] }]) {
    const fake = new Fake([json(body, 422)]);
    assert.ok((await fake.failure(fake.crm.me())) instanceof ValidationError);
  }
  const fake = new Fake([
    json({ code: "validation_failed", errors: [{ field: "to", code: "is_an_id", detail: "No." }] }, 422),
  ]);
  const refused = await fake.failure<APIError>(fake.crm.messages.send(MESSAGE));
  assert.deepEqual(refused.errors, [{ field: "to", code: "is_an_id", detail: "No." }]);
  const scope = new Fake([json({ code: "scope_missing", required_scope: "write:messages" }, 403)]);
  assert.equal((await scope.failure<APIError>(scope.crm.me())).requiredScope, "write:messages");
});

test("pages are requested at 100 as they are needed", async () => {
  const pages: Record<string, unknown> = {
    "/v1/contacts?limit=100&tag=a": { data: [{ id: "1" }, { id: "2" }], next_cursor: "x&y" },
    "/v1/contacts?limit=100&tag=a&cursor=x%26y": { data: [], next_cursor: "z" },
    "/v1/contacts?limit=100&tag=a&cursor=z": { data: [{ id: "3" }], next_cursor: null, synced_until: "t" },
  };
  const fake = new Fake((sent) => json(pages[sent.path]));
  const query = { tag: ["a"] };
  const list = fake.crm.contacts.list(query);
  query.tag.push("b");
  const ids = async (): Promise<string[]> => {
    const found = [];
    for await (const contact of list) found.push(contact.id);
    return found;
  };
  assert.deepEqual(await fake.run(ids()), ["1", "2", "3"]);
  assert.deepEqual(await fake.run(ids()), ["1", "2", "3"]);
  assert.equal((await fake.run(list.page())).next_cursor, "x&y");
  assert.equal(fake.sent.length, 7);
});

test("a sync says where to go on once all has been read", async () => {
  const fake = new Fake([json({ data: [{ id: "1" }], next_cursor: null, synced_until: "2026-06-04T10:00:00Z" })]);
  const changes = fake.crm.contacts.sync(new Date("2026-06-04T09:00:00Z"));
  const all = async (): Promise<void> => {
    for await (const _ of changes) assert.equal(changes.syncedUntil, "2026-06-04T09:00:00.000Z");
  };
  await fake.run(all());
  assert.equal(changes.syncedUntil, "2026-06-04T10:00:00Z");
  assert.equal(fake.sent[0]!.path, "/v1/contacts?limit=100&sort=updated_at&updated_since=2026-06-04T09%3A00%3A00.000Z");
});

test("an event of a list that cannot be read is passed by, if the caller says so", async () => {
  const rows = [EVENT, { event: "message.received", id: "evt_2", data: { message: 5 } }, { id: "evt_3" }, {
    ...EVENT,
    id: "evt_4",
    event: "later.event",
  }];
  const fake = new Fake((sent) => json({ data: sent.path.includes("cursor") ? [] : rows, next_cursor: "x" }));
  await assert.rejects(fake.run(fake.crm.events.list().page()), UnreadableEvent);
  const passed: UnreadableEvent[] = [];
  const read = async (): Promise<string[]> => {
    const found = [];
    for await (const event of fake.crm.events.list({}, { onUnreadable: (each) => passed.push(each) })) {
      found.push(event.id);
    }
    return found;
  };
  assert.deepEqual(await fake.run(read()), ["evt_1", "evt_4"]);
  assert.deepEqual(passed.map((each) => [each.id, each.type, JSON.parse(each.raw)]), [[
    "evt_2",
    "message.received",
    rows[1],
  ], ["evt_3", null, rows[2]]]);
});

test("redirects are not followed, and one that fetch has followed is an error", async () => {
  const answers = [
    new Response(null, { status: 307, headers: { location: "https://evil.test" } }),
    Object.assign(json(QUEUED), {
      clone: () => ({
        ...QUEUED,
        status: 200,
        redirected: true,
        headers: new Headers(),
        body: null,
        text: async () => "{}",
      }),
    }),
    {
      status: 0,
      type: "opaqueredirect",
      headers: new Headers(),
      body: null,
      text: async () => "",
      clone() {
        return this;
      },
    },
    {
      status: 200,
      url: "https://evil.test/",
      headers: new Headers(),
      body: null,
      text: async () => "{}",
      clone() {
        return this;
      },
    },
  ];
  for (const answer of answers) {
    const fake = new Fake([answer as unknown as Response]);
    const error = await fake.failure<UnexpectedAnswerError>(fake.crm.messages.send(MESSAGE));
    assert.match(`${error.name}: ${error.message}`, /^UnexpectedAnswerError: .*redirect/);
    assert.deepEqual([error.idempotencyKey, fake.sent.length], ["uuid-1", 1]);
  }
});

test("nothing shows the key", async () => {
  const leaky = failing("ECONNRESET", `cannot send Bearer ${KEY} to`);
  const fake = new Fake([leaky, problem(503, "service_unavailable")], { maxRetries: 1 });
  const errors = [await fake.failure(fake.crm.me()), await fake.failure(fake.crm.messages.send(MESSAGE))];
  const { crm } = fake;
  const shown = [
    crm,
    crm.contacts,
    crm.messages.stream(),
    crm.contacts.export(),
    crm.files.content("fil_1"),
    crm.contacts.list(),
    ...errors,
  ];
  const texts = shown.flatMap((
    each,
  ) => [inspect(each, { depth: 20, showHidden: true }), JSON.stringify(each), String(each)]);
  for (const text of [...texts, ...fake.log, ...errors.map((each) => each.stack ?? "")]) {
    assert.ok(!text.includes("thesecretpart"), text);
  }
  assert.equal(JSON.stringify(crm), JSON.stringify({ baseUrl: URL_OF_FAKE, apiKey: "cs_live_a4f9_…" }));
  assert.match(inspect(crm), /cs_live_a4f9_…/);
});

test("a job is waited for", async () => {
  const fake = new Fake((sent) => json({ id: "job_1", state: sent.at < 3000 ? "running" : "done" }));
  assert.equal((await fake.run(fake.crm.jobs.wait("job_1"))).state, "done");
  const other = new Fake([json({ id: "job_1", state: "running" })]);
  const error = await other.failure(other.crm.jobs.wait("job_1", { waitFor: 20 }));
  assert.deepEqual([error.name, error.message, other.clock.time], [
    "WaitTimeoutError",
    "job_1 is still running after 20 s",
    20_000,
  ]);
});
