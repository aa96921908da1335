// The compiled nodes against a running product.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { choosing, executing, triggering } from "./fake.mjs";

const require = createRequire(import.meta.url);
const { CrmSolid } = require("../dist/nodes/CrmSolid/CrmSolid.node.js");
const { CrmSolidTrigger } = require("../dist/nodes/CrmSolidTrigger/CrmSolidTrigger.node.js");
const { signWebhook } = require("../dist/client/webhooks.js");
const account = Number(process.env.CRMSOLID_TEST_ACCOUNT);
const [node, trigger] = [new CrmSolid(), new CrmSolidTrigger()];

/** What the node puts out for one item. */
async function run(resource, operation, fields, given) {
  const [items] = await node.execute.call(executing([{ resource, operation, ...fields }], given));
  return items.map((item) => item.json);
}

const one = async (...call) => (await run(...call))[0];
const sentTo = (contact) => run("message", "getAll", { returnAll: true, filters: { contact, direction: "out" } });

/** What `find` finds, once it finds something. */
async function eventually(find) {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await find();
    if (found) return found;
  }
  throw new Error("it does not happen");
}

async function fault(command, body) {
  const answer = await fetch(`${process.env.CRMSOLID_TEST_CONTROL}/${command}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200);
}

async function requests(line) {
  const all = await (await fetch(`${process.env.CRMSOLID_TEST_CONTROL}/requests`)).json();
  return all.filter((each) => each.line.startsWith(line));
}

test("a contact is created, found, changed, tagged and listed", async () => {
  const fields = { name: "Anna N", tags: "lead, web", custom_fields: '{"city": "Porto"}' };
  const given = { username: "@anna_n8n", email: "anna_n8n@example.com", fields };
  const created = await one("contact", "upsert", given, { execution: "c1" });
  assert.deepEqual([created.name, created.tags, created.custom_fields.city, created.created], [
    "Anna N",
    ["lead", "web"],
    "Porto",
    true,
  ]);
  for (const contact of [created.id, "@anna_n8n", "anna_n8n@example.com"]) {
    assert.equal((await one("contact", "get", { contact })).id, created.id);
  }
  const again = await one("contact", "upsert", { ...given, fields: { tags: "more" } }, { execution: "c2" });
  assert.deepEqual([again.id, again.created, again.tags], [created.id, false, ["lead", "more", "web"]]);
  const updated = await one("contact", "update", {
    contact: "@anna_n8n",
    fields: { stage: "qualified", tags: "lead" },
  });
  assert.deepEqual([updated.stage, updated.tags], ["qualified", ["lead"]]);
  const tagged = await one("contact", "tag", { contact: created.id, addTags: "vip", removeTags: "lead" }, {
    execution: "c3",
  });
  assert.deepEqual(tagged.tags, ["vip"]);
  const filter = '{"all": [{"field": "tag", "op": "is", "value": "vip"}]}';
  const filters = { search: "anna_n8n", tag: "vip", stage: "qualified", filter };
  assert.deepEqual((await run("contact", "getAll", { returnAll: true, filters })).map((each) => each.id), [created.id]);
  assert.deepEqual(await run("contact", "getAll", { limit: 1, filters: { ...filters, stage: "lost" } }), []);
});

test("limit and return all hold over pages", async () => {
  const people = Array.from({ length: 102 }, (_, index) => ({
    resource: "contact",
    operation: "upsert",
    username: "",
    email: `page_n8n_${index}@example.com`,
    fields: { tags: "page_n8n" },
  }));
  await node.execute.call(executing(people, { execution: "pages" }));
  const filters = { tag: "page_n8n" };
  assert.equal((await run("contact", "getAll", { returnAll: true, filters })).length, 102);
  assert.equal((await run("contact", "getAll", { limit: 101, filters })).length, 101);
});

test("a retry of the node sends nothing twice, another run or execution sends", async () => {
  const fields = {
    account,
    to: "@twice_n8n",
    text: "Hi *there*",
    format: "markdown",
    options: { link_preview: false },
  };
  const first = await one("message", "send", fields, { execution: "s1" });
  assert.equal(first.status, "queued");
  assert.equal((await one("message", "send", fields, { execution: "s1" })).id, first.id);
  const looped = await one("message", "send", fields, { execution: "s1", run: 1 });
  const other = await one("message", "send", fields, { execution: "s2" });
  const chosen = { ...fields, idempotencyKey: "lead-1" };
  const own = await one("message", "send", chosen, { execution: "s3" });
  assert.equal((await one("message", "send", chosen, { execution: "s4" })).id, own.id);
  const sent = await sentTo("@twice_n8n");
  assert.deepEqual(sent.map((each) => each.id).sort(), [first, looped, other, own].map((each) => each.id).sort());
  await eventually(async () => (await sentTo("@twice_n8n")).every((each) => each.html === "Hi <i>there</i>"));
});

test("a lost answer is asked for again with the same key", async () => {
  await fault("drop", { match: "POST /v1/messages/send", times: 2 });
  await one("message", "send", { account, to: "@lost_n8n", text: "Once", format: "plain" }, { execution: "lost" });
  const keys = (await requests("POST /v1/messages/send")).map((each) => each.headers["idempotency-key"]).slice(-3);
  assert.equal(new Set(keys).size, 1);
  assert.match(keys[0], /^n8n-workflow-lost-[0-9a-f]{12}-0-0$/);
  assert.equal((await sentTo("@lost_n8n")).length, 1);
});

test("binary data is sent as files, once", async () => {
  const binary = { data: { about: { mimeType: "text/plain", fileName: "Zażółć.txt" }, bytes: Buffer.from("content") } };
  const fields = { account, to: "@file_n8n", text: "", format: "plain", binaryProperties: "data" };
  const first = await one("message", "send", fields, { execution: "f", binary });
  assert.equal((await one("message", "send", fields, { execution: "f", binary })).id, first.id);
  const [message] = await sentTo("@file_n8n");
  const [[item]] = await node.execute.call(
    executing([{ resource: "message", operation: "download", message: message.id }]),
  );
  assert.deepEqual([item.json.id, Object.keys(item.binary)], [message.id, ["attachment_0"]]);
  assert.deepEqual(item.binary.attachment_0, { bytes: "content", name: "Zażółć.txt", type: "text/plain" });
  assert.deepEqual(message.attachments.map((file) => [file.name, file.size]), [["Zażółć.txt", 7]]);
});

test("conversations are listed, assigned and closed", async () => {
  await one("message", "send", { account, to: "@reply_n8n", text: "Are you there?", format: "plain" }, {
    execution: "t",
  });
  const contact = await one("contact", "get", { contact: "@reply_n8n" });
  const filters = { account_id: account };
  const { id: conversation } = await eventually(async () => {
    const waiting = await run("conversation", "getAll", { onlyWaiting: true, returnAll: true, filters });
    return waiting.find((each) => each.contact_id === contact.id);
  });
  const [member] = await node.methods.loadOptions.getMembers.call(choosing());
  const assigned = await one("conversation", "assign", { conversation, member: member.value }, { execution: "t1" });
  assert.equal(assigned.assignee.id, member.value);
  assert.equal((await one("conversation", "assign", { conversation, member: "" }, { execution: "t2" })).assignee, null);
  assert.equal((await one("conversation", "close", { conversation }, { execution: "t3" })).state, "closed");
});

test("a contact is enrolled once", async () => {
  await one("contact", "upsert", { username: "@enroll_n8n", fields: {} }, { execution: "e" });
  const offered = await node.methods.loadOptions.getSequences.call(choosing());
  const sequence = offered.find(({ value }) => value === process.env.CRMSOLID_TEST_SEQUENCE);
  assert.equal(sequence.name, "Welcome");
  const fields = { contact: "@enroll_n8n", sequence: sequence.value };
  const enrolled = await one("sequence", "enroll", fields, { execution: "e1" });
  assert.equal((await one("sequence", "enroll", fields, { execution: "e1" })).id, enrolled.id);
  await assert.rejects(one("sequence", "enroll", fields, { execution: "e2" }), /already/);
});

test("any call can be made", async () => {
  const body = '{"name": "n8n", "text": "Hello"}';
  const fields = { method: "POST", path: "/v1/templates", body };
  const created = await one("api", "call", fields, { execution: "a" });
  assert.equal((await one("api", "call", fields, { execution: "a" })).id, created.id);
  const listed = await one("api", "call", { method: "GET", path: "/v1/templates", query: { limit: 1 } });
  assert.equal(listed.data.length, 1);
  const path = `/v1/templates/${created.id}`;
  assert.deepEqual(await one("api", "call", { method: "DELETE", path }, { execution: "a1" }), { success: true });
});

test("dropdowns offer what there is", async () => {
  const { getAccounts, getSegments } = node.methods.loadOptions;
  assert.ok((await getAccounts.call(choosing())).some(({ value }) => value === account));
  const body = '{"name": "Of n8n", "filter": {"field": "tag", "op": "is", "value": "n8n"}}';
  const { id } = await one("api", "call", { method: "POST", path: "/v1/segments", body }, { execution: "s" });
  const segments = await getSegments.call(choosing());
  assert.deepEqual(segments.find(({ value }) => value === id), { name: "Of n8n", value: id });
  const events = (await trigger.methods.loadOptions.getEvents.call(choosing())).map(({ value }) => value);
  for (const event of ["*", "contact.*", "contact.created"]) assert.ok(events.includes(event), event);
});

test("a write that waits for an approval is an error, and nothing is put out", async () => {
  const given = { execution: "h", credential: { apiKey: process.env.CRMSOLID_TEST_HELD_KEY } };
  const fields = { account, to: "@held_n8n", text: "Hello", format: "plain" };
  const error = await one("message", "send", fields, given).catch((caught) => caught);
  assert.equal(error.constructor.name, "NodeApiError");
  assert.match(error.message, /^this waits for an approval as prp_\w+, and nothing was done yet/);
  assert.match(error.description, /^proposal: prp_\w+, request_id: [0-9a-f]{32}, idempotency_key: n8n-workflow-h-/);
  const again = await one("message", "send", fields, given).catch((caught) => caught);
  assert.equal(again.description.split(", ")[0], error.description.split(", ")[0]);
});

test("errors say code and request", async () => {
  const fields = { account, to: "@error_n8n", text: "x".repeat(5000), format: "plain" };
  const error = await one("message", "send", fields, { execution: "x" }).catch((caught) => caught);
  assert.equal(error.constructor.name, "NodeApiError");
  assert.match(error.description, /^code: \w+, .*request_id: [0-9a-f]{32}, idempotency_key: n8n-workflow-x-/);
  assert.equal(error.httpCode, "422");
  assert.equal(error.context.itemIndex, 0);
  const items = [{ contact: "@nobody_n8n" }, { contact: `con_${"0".repeat(26)}` }, { contact: "@anna_n8n" }]
    .map((item) => ({ resource: "contact", operation: "get", ...item }));
  const [results] = await node.execute.call(executing(items, { continueOnFail: true }));
  assert.deepEqual(results.map(({ pairedItem }) => pairedItem.item), [0, 1, 2]);
  assert.equal(results[0].json.error, "There is no contact @nobody_n8n");
  assert.equal(results[1].json.code, "not_found");
  assert.equal(results[2].json.username, "anna_n8n");
  const wrong = { credential: { apiKey: "cs_live_0000_wrong" } };
  await assert.rejects(one("contact", "get", items[1], wrong), { httpCode: "401" });
  const json = { username: "@json_n8n", fields: { custom_fields: "{" } };
  await assert.rejects(one("contact", "upsert", json), /custom_fields is no JSON object/);
  await assert.rejects(one("contact", "get", { contact: " " }), /The contact is empty/);
  const redirected = { status: 302, headers: { location: "http://127.0.0.1:1/" } };
  await fault("answer", { match: "GET /v1/contacts/", ...redirected });
  await assert.rejects(one("contact", "get", items[1]), /redirects/);
});

const received = [];
let server, url;
const parameters = { events: ["contact.*"], accounts: [] };
const memory = {};
const methods = trigger.webhookMethods.default;
const call = (name, given = parameters, known = memory) => methods[name].call(triggering(given, known, url).context);
const endpoints = async () =>
  (await one("api", "call", { method: "GET", path: "/v1/webhooks" })).data.filter((each) => each.url === url);

/** What the trigger answers, and puts out. */
async function webhook(body, headers, known = memory) {
  const { context, answer } = triggering(parameters, known, url, { body: Buffer.from(body), headers });
  const result = await trigger.webhook.call(context);
  return {
    status: answer.status,
    items: result.workflowData?.[0].map((item) => item.json) ?? [],
    ended: result.noWebhookResponse,
  };
}

before(async () => {
  server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const result = await webhook(Buffer.concat(parts), request.headers);
    received.push(result);
    response.writeHead(result.status, { "content-length": 0 }).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/webhook/n8n`;
});
after(() => server.close());

test("the trigger makes its endpoint, gets events, and deletes it", async () => {
  assert.equal(await call("checkExists"), false);
  assert.equal(await call("create"), true);
  assert.equal(await call("checkExists"), true);
  const [endpoint] = await endpoints();
  assert.deepEqual([endpoint.events, endpoint.description, endpoint.enabled], [["contact.*"], "n8n: Leads", true]);
  assert.equal(await call("checkExists", { ...parameters, events: ["message.received"] }), false);
  assert.equal(await call("checkExists", { ...parameters, accounts: [String(account)] }), false);

  await one("contact", "upsert", { username: "@event_n8n", fields: {} }, { execution: "trigger" });
  const isIt = ({ items }) => items[0]?.event === "contact.created" && items[0].data.contact.username === "event_n8n";
  await eventually(() => received.some(isIt));
  assert.equal(received.filter(isIt).length, 1);
  assert.ok(received.every(({ status }) => status === 200));

  assert.equal(await call("create", parameters, {}), true); // by an n8n that has forgotten the first
  assert.equal((await endpoints()).length, 1);
  assert.equal(await call("checkExists"), false);
  assert.equal(await call("create"), true);
  assert.equal(await call("delete"), true);
  assert.deepEqual([await endpoints(), memory], [[], {}]);
  assert.equal(await call("delete"), true);
});

test("the trigger refuses what is not signed with its secret", async () => {
  const known = { [url]: { id: "end_1", secret: "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvZiBuOG4=" } };
  const { secret } = known[url];
  const body = '{"event": "contact.created", "id": "evt_1", "data": {"name": "Мария"}}';
  const signed = await signWebhook(body, secret, { webhookId: "evt_1" });
  const good = await webhook(body, signed, known);
  assert.deepEqual([good.status, good.items[0].id], [200, "evt_1"]);
  const ping = '{"event": "ping", "id": "evt_2", "data": {}}';
  const pinged = await webhook(ping, await signWebhook(ping, secret, { webhookId: "evt_2" }), known);
  assert.deepEqual([pinged.status, pinged.items, pinged.ended], [200, [], undefined]);
  const old = await signWebhook(body, secret, { webhookId: "evt_1", timestamp: new Date(Date.now() - 301_000) });
  const { "x-signature": simple } = signed;
  const forged = await signWebhook(body, `${secret}x`, { webhookId: "evt_1" });
  for (
    const [text, headers, of] of [
      [`${body} `, signed, known],
      [body, {}, known],
      [body, old, known],
      [body, forged, known],
      [body, { "x-signature": simple }, known],
      [body, signed, {}],
    ]
  ) {
    assert.deepEqual(await webhook(text, headers, of), { status: 401, items: [], ended: true });
  }
});
