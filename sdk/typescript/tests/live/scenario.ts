/** Every operation against a running product; `tests/sdk/live.py` of the repository says what is in it. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, openAsBlob, readFile, writeFile } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import {
  ApprovalPendingError,
  ConflictError,
  CrmSolid,
  type Event,
  NotFoundError,
  PreconditionFailedError,
  ValidationError,
  verifyWebhook,
  WaitTimeoutError,
} from "../../src/index.js";

const crm = new CrmSolid();
const run = `ts_${randomBytes(4).toString("hex")}`;
const account = Number(process.env["CRMSOLID_TEST_ACCOUNT"]);
const NAME = "Анна 🚀 Ковалёва";
const later = new Date(Date.now() + 3 * 3600_000).toISOString();
const earlier = new Date(Date.now() - 3600_000).toISOString();

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of list) found.push(each);
  return found;
}

async function until<T>(look: () => Promise<T | null | undefined | false> | T | null | undefined | false): Promise<T> {
  for (;;) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The `contact` or `message` of an event. */
function part(event: Event, name: string): Record<string, unknown> {
  return (event.data as unknown as Record<string, Record<string, unknown>>)[name]!;
}

test("the key and the accounts", async () => {
  const me = await crm.me();
  assert.deepEqual([me.mode, me.workspace.slug], ["live", "demo"]);
  const ids = (await all(crm.accounts.list())).map((each) => each.id);
  assert.ok(ids.includes(account));
  assert.equal((await crm.accounts.get(account)).kind, "sandbox");
  assert.ok((await all(crm.customFields.list())).some((each) => each.key === "city"));
  const { data, response } = await crm.request<{ mode: string }>("GET", "/v1/me", { requestId: run }).withResponse();
  assert.deepEqual([data.mode, response.status, response.requestId], ["live", 200, run]);
});

const made = { contact: "" };

test("contacts", async () => {
  const body = { username: `@anna_${run}`, name: NAME, tags: [run, "проба"], custom_fields: { city: "Київ 👩🏽‍🚀" } };
  const first = await crm.contacts.create(body, { idempotencyKey: `create-${run}` }).withResponse();
  const again = await crm.contacts.create(body, { idempotencyKey: `create-${run}` }).withResponse();
  assert.deepEqual([first.data.created, first.response.status, first.response.replayed], [true, 201, false]);
  assert.deepEqual([again.data, again.response.replayed], [first.data, true]);
  const id = (made.contact = first.data.id);
  const { data: contact, response } = await crm.contacts.get(id).withResponse();
  assert.deepEqual([contact.name, contact.first_name, contact.custom_fields], [NAME, "Анна", { city: "Київ 👩🏽‍🚀" }]);
  const ifMatch = response.etag!;
  assert.equal((await crm.contacts.update(id, { last_name: "Ковалёва" }, { ifMatch })).last_name, "Ковалёва");
  await assert.rejects(crm.contacts.update(id, { last_name: "Other" }, { ifMatch }), PreconditionFailedError);
  const onlyCreate = crm.contacts.create({ username: `@anna_${run}`, last_name: "Other" }, { ifNoneMatch: "*" });
  await assert.rejects(onlyCreate, PreconditionFailedError);
  assert.deepEqual((await crm.contacts.tag(id, { add: ["vip"], remove: ["проба"] })).tags?.sort(), [run, "vip"].sort());
  await crm.contacts.create({ email: `second_${run}@example.com`, tags: [run] });
  const list = crm.contacts.list({ tag: [run], sort: "created_at", limit: 1 });
  assert.deepEqual((await all(list.pages())).slice(0, 2).map((page) => page.data.length), [1, 1]);
  const found = await all(list);
  assert.deepEqual([found.length, found[0]!.id], [2, id]);
  const whole = crm.contacts.sync();
  assert.ok((await all(whole)).some((each) => each.id === id));
  await crm.contacts.update(id, { phone: "+380 44 000 00 00" });
  const changed = crm.contacts.sync(whole.syncedUntil);
  assert.ok((await all(changed)).some((each) => each.id === id && each.phone));
  assert.ok(changed.syncedUntil! > whole.syncedUntil!);
  assert.equal((await crm.contacts.data(id)).contact.name, NAME);
  assert.equal((await crm.contacts.score(id)).score, 0);
  assert.equal((await crm.contacts.addPoints(id, { points: 15, note: "met at a fair" })).score, 15);
  const rows = (await all(crm.contacts.export({ format: "ndjson", tag: [run, "vip"] }).lines())).map((line) =>
    JSON.parse(line)
  );
  assert.deepEqual(rows.map((row) => [row.id, row.name]), [[id, NAME]]);
});

test("notes and templates", async () => {
  const owner = (await all(crm.members.list())).find((each) => each.role === "owner")!;
  const note = await crm.notes.create(made.contact, { text: `Wants a demo. @${owner.name}` });
  assert.deepEqual((await all(crm.notes.list(made.contact))).map((each) => each.id), [note.id]);
  const ifMatch = (await crm.notes.get(note.id).withResponse()).response.etag!;
  assert.equal((await crm.notes.update(note.id, { text: "Wants two." }, { ifMatch })).text, "Wants two.");
  await assert.rejects(crm.notes.delete(note.id, { ifMatch }), PreconditionFailedError);
  assert.equal(await crm.notes.delete(note.id), undefined);
  const template = await crm.templates.create({ name: `Привіт ${run}`, text: "Hi {first_name|there} 🚀" });
  assert.deepEqual((await all(crm.templates.list({ search: run }))).map((each) => each.id), [template.id]);
  assert.equal((await crm.templates.get(template.id)).text, "Hi {first_name|there} 🚀");
  assert.equal((await crm.templates.update(template.id, { name: `Renamed ${run}` })).name, `Renamed ${run}`);
  await crm.templates.delete(template.id);
  await assert.rejects(crm.templates.get(template.id), NotFoundError);
});

test("imports and jobs", async () => {
  const file = new Blob([`Handle,Имя\n@boris_${run},Борис 🎈\nnot a username!,X\n`]);
  const mapping = { Handle: "username", Имя: "name" };
  const tried = await crm.jobs.wait((await crm.contacts.importFile(file, { mapping, dryRun: true })).id);
  assert.deepEqual([tried.state, tried.result?.["created"], tried.result?.["invalid"]], ["done", 1, 1]);
  const options = { mapping, idempotencyKey: `import-${run}` };
  const job = await crm.contacts.importFile(file, options);
  const again = await crm.contacts.importFile(() => file.stream(), options).withResponse();
  assert.deepEqual([again.data.id, again.response.replayed], [job.id, true]);
  assert.equal((await crm.jobs.wait(job.id)).state, "done");
  assert.match(await crm.jobs.failedRows(job.id).text(), /not a username!/);
  await assert.rejects(crm.jobs.cancel(job.id), ConflictError);
  assert.ok((await all(crm.jobs.list())).some((each) => each.id === job.id));
  const field = await crm.customFields.create({ key: run, label: "Size", type: "text" });
  assert.equal((await crm.customFields.update(run, { label: "Height" })).label, "Height");
  assert.deepEqual([field.label, (await crm.customFields.get(run)).label], ["Size", "Height"]);
  assert.match(await crm.contacts.export({ search: `boris_${run}` }).text(), /Борис 🎈/);
});

test("a write that waits for an approval", async () => {
  const held = new CrmSolid({ apiKey: process.env["CRMSOLID_TEST_HELD_KEY"]! });
  const message = { account_id: account, to: `@held_${run}`, text: "Hello" };
  const error = await held.messages.send(message).then(() => null, (caught: unknown) => caught);
  assert.ok(error instanceof ApprovalPendingError);
  const { proposal } = error;
  assert.deepEqual([proposal.status, proposal.reason, proposal.call.arguments], ["pending", "every_write", message]);
  assert.ok((await all(held.proposals.list({ status: "pending" }))).some((each) => each.id === proposal.id));
  assert.equal((await held.proposals.get(proposal.id)).expires_at, proposal.expires_at);
  await assert.rejects(held.proposals.wait(proposal.id, { waitFor: 0 }), WaitTimeoutError);
  assert.equal((await held.proposals.cancel(proposal.id)).status, "rejected");
  assert.equal((await held.proposals.wait(proposal.id)).status, "rejected");
});

test("segments", async () => {
  const filter = { all: [{ field: "tag" as const, op: "is" as const, value: run }] };
  assert.equal((await crm.segments.preview({ filter })).count, 2);
  const { data: segment, response } = await crm.segments.create({ name: `Сегмент ${run}`, filter }).withResponse();
  assert.ok((await all(crm.segments.list())).some((each) => each.id === segment.id));
  assert.equal((await crm.segments.get(segment.id)).count, 2);
  const ifMatch = response.etag!;
  assert.equal((await crm.segments.update(segment.id, { name: `New ${run}` }, { ifMatch })).name, `New ${run}`);
  assert.equal((await crm.segments.explain(segment.id, { contact_id: made.contact })).matches, true);
  assert.equal((await crm.jobs.wait((await crm.segments.tag(segment.id, { add: ["tagged"] })).id)).done, 2);
  const wrong = { all: [{ field: "tag", op: "gt", value: 1 }] } as unknown as typeof filter;
  await assert.rejects(crm.segments.create({ name: "Wrong", filter: wrong }), (error) => {
    assert.ok(error instanceof ValidationError && error.errors[0]!.field.startsWith("filter.all[0]"));
    return true;
  });
  await crm.segments.delete(segment.id);
});

test("tags", async () => {
  const name = `a/b ${run} 🚀?`;
  await crm.contacts.create({ email: `tagged_${run}@example.com`, tags: [name] });
  assert.ok((await all(crm.tags.list())).some((each) => each.name === name));
  const { data, response } = await crm.tags.get(name).withResponse();
  assert.deepEqual([data.contacts, data.contacts_is_minimum], [1, false]);
  const ifMatch = response.etag!;
  assert.equal((await crm.jobs.wait((await crm.tags.rename(name, `c ${run}`, { ifMatch })).id)).done, 1);
  await assert.rejects(crm.tags.get(name), NotFoundError);
  assert.equal((await crm.jobs.wait((await crm.tags.delete(`c ${run}`)).id)).done, 1);
});

test("messages, threads and the stream", async () => {
  const stream = await crm.messages.stream().open();
  const sent = await crm.messages.send({
    account_id: account,
    to: `@reply_${run}`,
    text: `Привіт {first_name|друже} 🚀 ${run}`,
  });
  assert.equal(sent.status, "queued");
  for await (const event of stream) {
    if (event.event !== "message.received" || part(event, "message")["in_reply_to"] !== sent.id) continue;
    break;
  }
  const message = await crm.messages.get(sent.id);
  assert.deepEqual([message.status, message.text], ["sent", `Привіт друже 🚀 ${run}`]);
  const { thread_id: thread, contact_id: contact } = message;
  const out = await all(crm.messages.list({ thread_id: thread, direction: "out", since: earlier }));
  assert.deepEqual(out.map((each) => each.id), [sent.id]);
  const planned = await crm.messages.send({ account_id: account, contact_id: contact, text: "x", send_at: later });
  assert.equal((await crm.messages.cancel(planned.id)).status, "canceled");
  assert.deepEqual((await all(crm.threads.list({ contact_id: contact, unread: true }))).map((each) => each.id), [
    thread,
  ]);
  assert.equal((await all(crm.threads.messages(thread, { sort: "created_at" }))).length, 3);
  assert.equal((await crm.threads.read(thread)).unread_count, 0);
  assert.equal((await crm.threads.unread(thread)).unread_count, 1);
  await assert.rejects(crm.threads.loadHistory(thread), { code: "invalid_state" }); // only Telegram has older messages
  await assert.rejects(crm.threads.history(thread), NotFoundError);
  await crm.threads.update(thread, { state: "closed" });
  assert.equal((await crm.threads.get(thread, { messages: 1 })).state, "closed");
});

test("files", async () => {
  const folder = await promisify(mkdtemp)(join(tmpdir(), "crmsolid-"));
  const path = join(folder, "offer.txt");
  await promisify(writeFile)(path, "Оферта");
  const uploaded = await crm.files.upload(await openAsBlob(path, { type: "text/plain" }), { name: "оферта 🚀.txt" });
  assert.deepEqual([uploaded.name, uploaded.type, uploaded.size], ["оферта 🚀.txt", "text/plain", 12]);
  const stream = await crm.messages.stream().open();
  const sent = await crm.messages.send({
    account_id: account,
    to: `@photo_${run}`,
    text: "*Hi*",
    format: "markdown",
    attachments: [uploaded.id],
    as: "document",
  });
  let answer = "";
  for await (const event of stream) {
    if (event.event !== "message.received") continue;
    answer = String(part(event, "message")["id"]);
    break;
  }
  const photo = (await crm.messages.get(answer)).attachments[0]!;
  await promisify(writeFile)(join(folder, "photo.jpg"), await crm.files.content(photo.id).bytes());
  assert.equal((await promisify(readFile)(join(folder, "photo.jpg"))).length, photo.size);
  await until(async () => (await crm.messages.get(answer)).attachments[0]!.thumbnail);
  assert.ok((await crm.files.thumbnail(photo.id).bytes()).length > 0);
  assert.equal(await crm.files.content(uploaded.id).text(), "Оферта");
  await crm.messages.react(answer, "👍");
  assert.deepEqual((await crm.messages.get(answer)).reactions.map((each) => each.emoji), ["👍"]);
  await crm.messages.edit(sent.id, { text: "**Hello**", format: "markdown" });
  assert.equal((await crm.messages.get(sent.id)).html, "<b>Hello</b>");
  await crm.messages.delete(sent.id);
  assert.ok((await crm.messages.get(sent.id)).deleted_at);
});

test("sequences and enrollments", async () => {
  const id = process.env["CRMSOLID_TEST_SEQUENCE"]!;
  const contact_id = made.contact;
  assert.ok((await all(crm.sequences.list())).some((each) => each.id === id));
  assert.deepEqual((await crm.sequences.get(id)).steps.map((each) => each.id), ["hello", "more"]);
  assert.deepEqual((await crm.sequences.preview(id, { contact_id })).steps.map((each) => each.text), [
    "Hello Анна",
    "One more thing",
  ]);
  const enrollment = await crm.sequences.enroll(id, { contact_id });
  await assert.rejects(crm.sequences.enroll(id, { contact_id }), { code: "already_enrolled" });
  assert.deepEqual((await all(crm.sequences.enrollments(id, { contact_id }))).map((each) => each.id), [enrollment.id]);
  assert.deepEqual((await all(crm.enrollments.list({ contact_id }))).map((each) => each.id), [enrollment.id]);
  assert.equal((await crm.enrollments.pause(enrollment.id)).status, "paused");
  assert.equal((await crm.enrollments.resume(enrollment.id, { mode: "restart_delay" })).status, "active");
  assert.equal((await crm.enrollments.stop(enrollment.id)).status, "stopped");
  assert.equal((await crm.enrollments.get(enrollment.id)).reason, "manual");
  const job = await crm.sequences.enrollMany(id, { contact_ids: [contact_id] });
  assert.deepEqual(Object.keys(job), Object.keys(await crm.jobs.get(job.id)));
  assert.equal((await crm.jobs.wait(job.id)).result?.["enrolled"], 1);
  assert.equal((await crm.sequences.pause(id)).status, "paused");
  assert.equal((await crm.sequences.resume(id)).status, "active");
  await assert.rejects(crm.sequences.start(id), { code: "invalid_state" });
});

test("a sequence is made and changed", async () => {
  const { data, response } = await crm.sequences.create({ name: `New ${run}`, steps: [{ text: "Hi" }] }).withResponse();
  assert.deepEqual([data.status, data.steps.map((each) => each.text)], ["draft", ["Hi"]]);
  const changed = await crm.sequences.update(data.id, { steps: [{ text: "Hello" }] }, { ifMatch: response.etag! });
  assert.deepEqual(changed.steps.map((each) => each.text), ["Hello"]);
  const replaced = await crm.sequences.replace(data.id, { name: `Newer ${run}`, steps: [{ text: "Hey" }] });
  assert.deepEqual([replaced.name, replaced.steps.length], [`Newer ${run}`, 1]);
});

test("broadcasts", async () => {
  const draft = {
    name: `Новини ${run}`,
    text: "Hi {first_name|there}",
    account_ids: [account],
    audience: { contact_ids: [made.contact] },
  };
  const preview = await crm.broadcasts.preview(draft);
  assert.deepEqual([preview.total, preview.eligible], [1, 1]);
  const sent = await crm.broadcasts.start({ ...draft, audience_hash: preview.audience_hash });
  assert.equal((await crm.jobs.wait(sent.job_id!)).state, "done");
  assert.deepEqual((await all(crm.broadcasts.recipients(sent.id))).map((each) => each.status), ["sent"]);
  const planned = await crm.broadcasts.start({ ...draft, name: `Later ${run}`, send_at: later });
  assert.ok((await all(crm.broadcasts.list({ status: "scheduled" }))).some((each) => each.id === planned.id));
  for (const change of ["pause", "resume", "retryFailed"] as const) {
    await assert.rejects(crm.broadcasts[change](planned.id), { code: "invalid_state" });
  }
  assert.equal((await crm.broadcasts.cancel(planned.id)).status, "canceled");
  assert.equal((await crm.broadcasts.get(planned.id)).status, "canceled");
});

test("webhooks, deliveries and events", async () => {
  const posts: { body: Buffer; headers: Record<string, string | string[] | undefined> }[] = [];
  const receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const each of request) parts.push(each as Buffer);
    posts.push({ body: Buffer.concat(parts), headers: request.headers });
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/${run}`;
    assert.ok((await crm.webhooks.events()).data.some((each) => each.type === "message.sent"));
    const endpoint = await crm.webhooks.create({ url, events: ["contact.created"] });
    assert.ok((await all(crm.webhooks.list())).some((each) => each.id === endpoint.id));
    assert.deepEqual((await crm.webhooks.get(endpoint.id)).events, ["contact.created"]);
    await crm.webhooks.update(endpoint.id, { events: ["contact.created", "contact.tagged"] });
    const contact = await crm.contacts.create({ username: `@hook_${run}`, name: NAME });
    const post = await until(() => posts[0]);
    const event = await verifyWebhook(post.body, post.headers, ["other", endpoint.secret!]);
    assert.deepEqual([event.event, part(event, "contact")["id"]], ["contact.created", contact.id]);
    const [delivery] = await all(crm.webhooks.deliveries(endpoint.id, { event: "contact.created" }));
    await until(async () => (await crm.deliveries.get(delivery!.id)).status === "succeeded");
    assert.equal((await crm.deliveries.get(delivery!.id)).body, post.body.toString());
    await crm.deliveries.replay(delivery!.id);
    await until(() => posts[1]);
    await crm.webhooks.rotateSecret(endpoint.id, { secret: `chosen-${run}`, overlap_seconds: 0 });
    assert.equal((await crm.webhooks.test(endpoint.id)).event, "ping");
    const ping = await until(() => posts[2]);
    assert.equal((await verifyWebhook(ping.body, ping.headers, `chosen-${run}`)).event, "ping");
    assert.equal((await crm.jobs.wait((await crm.webhooks.replay(endpoint.id, { since: earlier })).id)).state, "done");
    assert.ok((await all(crm.events.list({ type: "contact.created" }))).some((each) => each.id === event.id));
    assert.deepEqual((await crm.events.get(event.id)).data, event.data);
    await crm.webhooks.delete(endpoint.id);
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});

test("analytics", async () => {
  assert.ok((await crm.analytics.funnel({ interval: "week" })).series);
  assert.equal((await crm.analytics.broadcasts({ from: earlier })).from.slice(0, 19), earlier.slice(0, 19));
  for (const report of ["sequences", "accounts", "enrollments", "team", "conversations", "hours"] as const) {
    assert.ok((await crm.analytics[report]({ compare: true })).before);
  }
});

test("a person is erased", async () => {
  await crm.contacts.delete(made.contact);
  await assert.rejects(crm.contacts.get(made.contact), NotFoundError);
});
