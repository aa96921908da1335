"""Every method of the client against a running product.

It is written for the asynchronous client. The tests run it as it is, and turned into synchronous code by the tool that
makes the synchronous client.
"""

import asyncio
import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from crmsolid_client import AsyncCrmSolid, errors, verify_webhook
from tests.sdk.live import Live
from tests.waiting import wait_until

NAME = "Анна 🚀 Ковалёва"
CITY = "Київ 👩🏽‍🚀"
LATER = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=3)
EARLIER = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)


async def run(live: Live, run_name: str, folder: Path) -> None:
    async with AsyncCrmSolid(live.key, live.url) as crm:
        await accounts_and_key(crm, live)
        await custom_fields(crm, run_name)
        contact_id = await contacts(crm, run_name)
        await imports(crm, run_name, folder)
        await segments(crm, run_name, contact_id)
        await tags(crm, run_name)
        await messages(crm, live, run_name)
        await notes_and_templates(crm, live, run_name, contact_id)
        await files(crm, live, run_name, folder)
        await sequences(crm, live, run_name, contact_id)
        await broadcasts(crm, live, run_name, contact_id)
        await webhooks(crm, live, run_name)
        await analytics(crm)
        await erase(crm, contact_id)
    async with AsyncCrmSolid(live.held_key, live.url) as crm:
        await proposals(crm, live, run_name)


async def accounts_and_key(crm: AsyncCrmSolid, live: Live) -> None:
    me = await crm.me()
    assert (me.mode, me.plan, me.workspace.slug, len(me.scopes)) == ("live", "business", "demo", 7)
    ids = [account.id async for account in crm.accounts.list()]
    assert {live.account_id, live.limited_account_id} <= set(ids)
    account = await crm.accounts.get(live.limited_account_id)
    assert (account.kind, account.state, account.daily_limit) == ("sandbox", "connected", 1)
    assert "city" in [field.key async for field in crm.custom_fields.list()]


async def custom_fields(crm: AsyncCrmSolid, run_name: str) -> None:
    key = f"size_{run_name}"
    made = await crm.custom_fields.create(key=key, label="Size", type="choice", choices=["S", "L"])
    field = await crm.custom_fields.get(key)
    assert (field.key, field.label, field.type, field.choices) == (key, "Size", "choice", ["S", "L"])
    changed = await crm.custom_fields.update(key, choices=["S", "M", "L"], if_match=made.response.etag)
    assert (changed.label, changed.choices) == ("Size", ["S", "M", "L"])
    with pytest.raises(errors.PreconditionFailedError):
        await crm.custom_fields.update(key, label="Measure", if_match=made.response.etag)
    with pytest.raises(errors.ValidationFailedError):
        await crm.custom_fields.update(key, type="text")


async def contacts(crm: AsyncCrmSolid, run_name: str) -> str:
    tags = [run_name, "проба"]
    first = await crm.contacts.create(
        username=f"@anna_{run_name}",
        name=NAME,
        tags=tags,
        custom_fields={"city": CITY},
        idempotency_key=f"create-{run_name}",
    )
    again = await crm.contacts.create(
        username=f"@anna_{run_name}",
        name=NAME,
        tags=tags,
        custom_fields={"city": CITY},
        idempotency_key=f"create-{run_name}",
    )
    assert (first.created, first.response.status, first.response.replayed) == (True, 201, False)
    assert (again, again.response.replayed) == (first, True)
    contact = await crm.contacts.get(first.id)
    assert (contact.name, contact.first_name, contact.custom_fields) == (NAME, "Анна", {"city": CITY})
    assert (sorted(contact.tags), contact.created_at.tzinfo) == (sorted(tags), datetime.UTC)

    changed = await crm.contacts.update(contact.id, last_name="Ковалёва", if_match=contact.response.etag)
    assert changed.last_name == "Ковалёва"
    with pytest.raises(errors.PreconditionFailedError):
        await crm.contacts.update(contact.id, last_name="Other", if_match=contact.response.etag)
    with pytest.raises(errors.PreconditionFailedError):
        await crm.contacts.create(username=f"@anna_{run_name}", last_name="Other", if_none_match="*")
    assert (await crm.contacts.update(contact.id, last_name=None)).last_name == ""
    tagged = await crm.contacts.tag(contact.id, add=["vip"], remove=["проба"])
    assert tagged.tags is not None and sorted(tagged.tags) == sorted([run_name, "vip"])

    await crm.contacts.create(email=f"second_{run_name}@example.com", tags=[run_name])
    pages = [page async for page in crm.contacts.list(tag=[run_name], sort="created_at", limit=1).by_page()]
    assert [len(page.data) for page in pages][:2] == [1, 1]
    found = [one.id async for one in crm.contacts.list(tag=[run_name], sort="created_at", limit=1)]
    assert (len(found), found[0]) == (2, contact.id)
    assert [one.id async for one in crm.contacts.list(search="ковалёва", tag=[run_name, "vip"])] == [contact.id]
    is_vip = {"all": [{"field": "tag", "op": "is", "value": value} for value in (run_name, "vip")]}
    for exactly in ({"username": f"@ANNA_{run_name}"}, {"ids": [contact.id]}, {"filter": is_vip}):
        assert [one.id async for one in crm.contacts.list(**exactly)] == [contact.id]
    assert [one.id async for one in crm.contacts.list(email="nobody@example.com", phone="+49 30 1")] == []

    whole = crm.contacts.sync()
    assert {contact.id} < {one.id async for one in whole}
    await crm.contacts.update(contact.id, phone="+380 44 000 00 00")
    later = crm.contacts.sync(since=whole.synced_until)
    async for _ in later:
        break
    assert later.synced_until == whole.synced_until  # not all are read yet
    assert {one.id: one.phone async for one in later}[contact.id]
    assert whole.synced_until is not None and later.synced_until is not None
    assert later.synced_until >= whole.synced_until  # the same while one transaction runs all the time

    assert (await crm.contacts.data(contact.id)).contact.name == NAME
    assert (await crm.contacts.score(contact.id)).score == 0
    score = await crm.contacts.add_points(contact.id, points=15, note="met at a fair")
    assert (score.score, score.data[0].cause) == (15, "manual: met at a fair")
    rows = [json.loads(line) async for line in crm.contacts.export(format="ndjson", tag=[run_name, "vip"]).lines()]
    assert [(row["id"], row["name"]) for row in rows] == [(contact.id, NAME)]
    return contact.id


async def notes_and_templates(crm: AsyncCrmSolid, live: Live, run_name: str, contact_id: str) -> None:
    (owner,) = [member async for member in crm.members.list() if member.role == "owner"]
    note = await crm.notes.create(contact_id, text=f"Wants a demo. @{owner.name}")
    assert [(each.id, each.name) for each in note.mentions] == [(owner.id, owner.name)]
    assert note.author is not None and note.author.type == "key"
    assert [each.id async for each in crm.notes.list(contact_id)] == [note.id]
    read = await crm.notes.get(note.id)
    changed = await crm.notes.update(note.id, text="Wants two demos.", if_match=read.response.etag)
    assert (changed.text, changed.edited_at is None) == ("Wants two demos.", False)
    with pytest.raises(errors.PreconditionFailedError):
        await crm.notes.delete(note.id, if_match=read.response.etag)
    await crm.notes.delete(note.id)
    with pytest.raises(errors.NotFoundError):
        await crm.notes.get(note.id)

    template = await crm.templates.create(name=f"Привіт {run_name}", text="Hi {first_name|there} 🚀")
    assert [each.id async for each in crm.templates.list(search=f"привіт {run_name}")] == [template.id]
    stored = await crm.templates.get(template.id)
    assert (stored.text, stored.format, stored.attachments) == ("Hi {first_name|there} 🚀", "plain", [])
    renamed = await crm.templates.update(template.id, name=f"Renamed {run_name}", if_match=stored.response.etag)
    assert (renamed.name, renamed.text) == (f"Renamed {run_name}", stored.text)
    await crm.templates.delete(template.id)
    with pytest.raises(errors.NotFoundError):
        await crm.templates.get(template.id)


async def imports(crm: AsyncCrmSolid, run_name: str, folder: Path) -> None:
    rows = f"Handle,Имя\n@boris_{run_name},Борис 🎈\nnot a username!,X\n"
    mapping = {"Handle": "username", "Имя": "name"}
    tried = await crm.jobs.wait((await crm.contacts.import_file(rows.encode(), mapping=mapping, dry_run=True)).id)
    assert (tried.state, tried.result["created"], tried.result["invalid"]) == ("done", 1, 1)
    parts = [f"{line}\n".encode() for line in rows.splitlines()]
    job = await crm.contacts.import_file(iter(parts), mapping=mapping, idempotency_key=f"import-{run_name}")
    ended = await crm.jobs.wait(job.id)
    assert (ended.result["created"], ended.result["invalid"]) == (1, 1)
    again = await crm.contacts.import_file(iter(parts), mapping=mapping, idempotency_key=f"import-{run_name}")
    assert (again.id, again.response.replayed) == (job.id, True)
    assert (await crm.jobs.get(job.id)).state == "done"
    assert job.id in [each.id async for each in crm.jobs.list(kind="import", state="done")]
    assert "not a username!" in (await crm.jobs.failed_rows(job.id).read()).decode()
    with pytest.raises(errors.InvalidStateError):
        await crm.jobs.cancel(job.id)

    exported = folder / f"{run_name}.csv"
    size = await crm.contacts.export(search=f"boris_{run_name}").save(exported)
    assert size == exported.stat().st_size
    assert "Борис 🎈" in exported.read_text()
    back = await crm.jobs.wait((await crm.contacts.import_file(exported)).id)
    assert (back.state, back.result.get("created")) == ("done", 0)


async def segments(crm: AsyncCrmSolid, run_name: str, contact_id: str) -> None:
    condition = {"all": [{"field": "tag", "op": "is", "value": run_name}]}
    assert (await crm.segments.preview(filter=condition)).count == 2
    segment = await crm.segments.create(name=f"Сегмент {run_name}", filter=condition)
    assert segment.id in [one.id async for one in crm.segments.list()]
    assert (await crm.segments.get(segment.id)).count == 2
    renamed = await crm.segments.update(segment.id, name=f"Renamed {run_name}", if_match=segment.response.etag)
    assert renamed.name == f"Renamed {run_name}"
    with pytest.raises(errors.PreconditionFailedError):
        await crm.segments.delete(segment.id, if_match=segment.response.etag)
    explanation = await crm.segments.explain(segment.id, contact_id=contact_id)
    assert (explanation.matches, explanation.leaves[0].field) == (True, "tag")
    job = await crm.jobs.wait((await crm.segments.tag(segment.id, add=["tagged"])).id)
    assert (job.state, job.done) == ("done", 2)
    with pytest.raises(errors.ValidationFailedError) as refused:
        await crm.segments.create(name="Wrong", filter={"all": [{"field": "tag", "op": "gt", "value": 1}]})
    assert refused.value.errors[0].field.startswith("filter.all[0]")
    await crm.segments.delete(segment.id)
    with pytest.raises(errors.NotFoundError):
        await crm.segments.get(segment.id)


async def tags(crm: AsyncCrmSolid, run_name: str) -> None:
    name = f"a/b {run_name} 🚀?"
    await crm.contacts.create(email=f"tagged_{run_name}@example.com", tags=[name])
    assert name in [tag.name async for tag in crm.tags.list(limit=1)]
    tag = await crm.tags.get(name)
    assert (tag.name, tag.contacts, tag.contacts_is_minimum) == (name, 1, False)
    job = await crm.jobs.wait((await crm.tags.rename(name, to=f"c {run_name}", if_match=tag.response.etag)).id)
    assert (job.state, job.done) == ("done", 1)
    with pytest.raises(errors.NotFoundError):
        await crm.tags.get(name)
    with pytest.raises(errors.PreconditionFailedError):
        await crm.tags.delete(f"c {run_name}", if_match=tag.response.etag)
    assert (await crm.jobs.wait((await crm.tags.delete(f"c {run_name}")).id)).done == 1


async def messages(crm: AsyncCrmSolid, live: Live, run_name: str) -> None:
    text = f"Привіт {{first_name|друже}} 🚀 {run_name}"
    async with crm.messages.stream() as stream:
        sent = await crm.messages.send(account_id=live.account_id, to=f"@reply_{run_name}", text=text)
        assert sent.status == "queued"
        event = await anext(stream)
        while event.event != "message.received":
            event = await anext(stream)
    assert event.message is not None and event.message.in_reply_to == sent.id
    message = await crm.messages.get(sent.id)
    assert (message.status, message.text) == ("sent", f"Привіт друже 🚀 {run_name}")
    thread_id = message.thread_id
    listed = [one.id async for one in crm.messages.list(thread_id=thread_id, direction="out", since=EARLIER)]
    assert listed == [sent.id]
    assert sent.id in [one.id async for one in crm.messages.list(thread_id=thread_id, search=f"ДРУ {run_name}")]
    planned = await crm.messages.send(account_id=live.account_id, to=f"@reply_{run_name}", text="x", send_at=LATER)
    assert planned.eta == LATER
    assert (await crm.messages.cancel(planned.id)).status == "canceled"
    again = await crm.messages.send(
        account_id=live.account_id, contact_id=message.contact_id, text="By its id", send_at=LATER
    )
    assert (await crm.messages.get(again.id)).thread_id == thread_id
    assert (await crm.messages.cancel(again.id)).status == "canceled"
    with pytest.raises(errors.ValidationFailedError) as refused:
        await crm.messages.send(account_id=live.account_id, to=message.contact_id, text="An id is no username")
    assert [(one.field, one.code) for one in refused.value.errors] == [("to", "is_an_id")]
    threads = [one async for one in crm.threads.list(contact_id=message.contact_id, unread=True)]
    assert [one.id for one in threads] == [thread_id]
    assert len([one async for one in crm.threads.messages(thread_id, sort="created_at")]) == 4
    assert (await crm.threads.read(thread_id)).unread_count == 0
    assert (await crm.threads.unread(thread_id)).unread_count == 1
    with pytest.raises(errors.InvalidStateError):  # only Telegram has older messages
        await crm.threads.load_history(thread_id)
    with pytest.raises(errors.NotFoundError):
        await crm.threads.history(thread_id)
    assert (await crm.threads.update(thread_id, state="closed")).id == thread_id
    assert (await crm.threads.get(thread_id, messages=1)).state == "closed"
    await crm.threads.update(thread_id, state="open")


async def files(crm: AsyncCrmSolid, live: Live, run_name: str, folder: Path) -> None:
    uploaded = await crm.files.upload("Оферта".encode(), name="оферта 🚀.txt")
    assert (uploaded.name, uploaded.type, uploaded.size) == ("оферта 🚀.txt", "text/plain", 12)
    async with crm.messages.stream() as stream:
        sent = await crm.messages.send(
            account_id=live.account_id,
            to=f"@photo_{run_name}",
            text="*Hi*",
            format="markdown",
            attachments=[uploaded.id],
            as_="document",
        )
        event = await anext(stream)
        while event.event != "message.received":
            event = await anext(stream)
    answer = event.message
    assert answer is not None and answer.attachments is not None
    photo = answer.attachments[0]
    assert (answer.kind, photo.kind, photo.state, photo.width) == ("photo", "photo", "stored", 640)
    assert await crm.files.download(photo.id, folder / "photo.jpg") == photo.size
    assert (folder / "photo.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    while (await crm.messages.get(answer.id)).attachments[0].thumbnail is None:
        await asyncio.sleep(0.1)
    assert len(await crm.files.thumbnail(photo.id).read()) > 0

    message = await crm.messages.get(sent.id)
    assert (message.kind, message.text, message.html) == ("document", "Hi", "<i>Hi</i>")
    assert [(one.id, one.name) for one in message.attachments] == [(uploaded.id, "оферта 🚀.txt")]
    assert await crm.files.content(uploaded.id).read() == "Оферта".encode()
    await crm.messages.react(answer.id, "👍")
    assert [(one.emoji, one.by) for one in (await crm.messages.get(answer.id)).reactions] == [("👍", "account")]
    await crm.messages.edit(sent.id, text="**Hello**", format="markdown", if_match=message.response.etag)
    assert (await crm.messages.get(sent.id)).html == "<b>Hello</b>"
    await crm.messages.delete(sent.id)
    assert (await crm.messages.get(sent.id)).deleted_at is not None


async def sequences(crm: AsyncCrmSolid, live: Live, run_name: str, contact_id: str) -> None:
    sequence_id = live.sequence_id
    assert (sequence_id, "Welcome") in [(one.id, one.name) async for one in crm.sequences.list()]
    assert [step.id for step in (await crm.sequences.get(sequence_id)).steps] == ["hello", "more"]
    made = await crm.sequences.create(name=f"Sequence {run_name}", steps=[{"text": "Hello", "format": "markdown"}])
    assert (made.status, made.version, made.account_ids) == ("draft", 1, [])
    window = {"days": ["mon"], "from": "09:00", "to": "24:00"}
    changed = await crm.sequences.update(made.id, window=window, if_match=made.response.etag)
    again = await crm.sequences.replace(made.id, name=made.name, steps=changed.steps, window=changed.window)
    assert (again.version, again.response.etag) == (2, changed.response.etag)
    with pytest.raises(errors.PreconditionFailedError):
        await crm.sequences.update(made.id, in_flight="move", pass_on=True, if_match=made.response.etag)
    preview = await crm.sequences.preview(sequence_id, contact_id=contact_id)
    assert [step.text for step in preview.steps] == ["Hello Анна", "One more thing"]
    enrollment = await crm.sequences.enroll(sequence_id, contact_id=contact_id)
    assert enrollment.status == "active"
    with pytest.raises(errors.AlreadyEnrolledError):
        await crm.sequences.enroll(sequence_id, contact_id=contact_id)
    assert [one.id async for one in crm.sequences.enrollments(sequence_id, contact_id=contact_id)] == [enrollment.id]
    assert [one.id async for one in crm.enrollments.list(contact_id=contact_id)] == [enrollment.id]
    assert (await crm.enrollments.pause(enrollment.id)).status == "paused"
    assert (await crm.enrollments.resume(enrollment.id, mode="restart_delay")).status == "active"
    assert (await crm.enrollments.stop(enrollment.id)).status == "stopped"
    assert (await crm.enrollments.get(enrollment.id)).reason == "manual"
    job = await crm.jobs.wait((await crm.sequences.enroll_many(sequence_id, contact_ids=[contact_id])).id)
    assert (job.state, job.result) == ("done", {"enrolled": 1, "skipped": {}})
    job = await crm.jobs.wait((await crm.sequences.enroll_many(sequence_id, filter={"any": []})).id)
    assert (job.total, job.kind, job.object_id) == (0, "sequences.enroll", sequence_id)
    assert (await crm.sequences.pause(sequence_id)).status == "paused"
    with pytest.raises(errors.SequenceNotActiveError):
        await crm.sequences.enroll(sequence_id, contact_id=contact_id)
    assert (await crm.sequences.resume(sequence_id)).status == "active"
    with pytest.raises(errors.InvalidStateError):
        await crm.sequences.start(sequence_id)


async def broadcasts(crm: AsyncCrmSolid, live: Live, run_name: str, contact_id: str) -> None:
    audience = {"contact_ids": [contact_id]}
    accounts = [live.account_id]
    text = "Hi {first_name|there}"
    preview = await crm.broadcasts.preview(name="News", text=text, account_ids=accounts, audience=audience)
    assert (preview.total, preview.eligible) == (1, 1)
    sent = await crm.broadcasts.start(
        name=f"Новини {run_name}",
        text=text,
        account_ids=accounts,
        audience=audience,
        audience_hash=preview.audience_hash,
    )
    assert sent.job_id is not None
    assert (await crm.jobs.wait(sent.job_id, timeout=60)).state == "done"
    assert [(one.contact_id, one.status) async for one in crm.broadcasts.recipients(sent.id)] == [(contact_id, "sent")]

    broadcast = await crm.broadcasts.start(
        name=f"Later {run_name}", text="Hi", account_ids=accounts, audience=audience, send_at=LATER
    )
    assert (broadcast.status, broadcast.send_at) == ("scheduled", LATER)
    assert broadcast.id in [one.id async for one in crm.broadcasts.list(status="scheduled")]
    for change in (crm.broadcasts.pause, crm.broadcasts.resume, crm.broadcasts.retry_failed):
        with pytest.raises(errors.InvalidStateError):
            await change(broadcast.id)
    assert (await crm.broadcasts.cancel(broadcast.id)).status == "canceled"
    assert (await crm.broadcasts.get(broadcast.id)).status == "canceled"


async def webhooks(crm: AsyncCrmSolid, live: Live, run_name: str) -> None:
    assert "message.sent" in [kind.type for kind in await crm.webhooks.events()]
    path = f"/{run_name}"
    endpoint = await crm.webhooks.create(
        url=live.receiver.url(path), events=["contact.created"], headers={"X-Team": "a"}, description=NAME
    )
    assert (endpoint.header_names, endpoint.description, endpoint.account_ids) == (["X-Team"], NAME, [])
    assert endpoint.secret is not None and endpoint.secret not in repr(endpoint)
    assert endpoint.id in [one.id async for one in crm.webhooks.list()]
    assert (await crm.webhooks.get(endpoint.id)).events == ["contact.created"]
    changed = await crm.webhooks.update(
        endpoint.id, events=["contact.*"], headers={"X-Team": None, "X-Run": run_name}, if_match=endpoint.response.etag
    )
    assert (changed.events, changed.header_names) == (["contact.*"], ["X-Run"])

    contact = await crm.contacts.create(username=f"@hook_{run_name}", name=NAME)
    post = wait_until(lambda: live.receiver.to(path), "a webhook")[0]
    assert post.headers["x-run"] == run_name
    event = verify_webhook(post.body, post.headers, endpoint.secret)
    assert event.contact is not None and (event.contact.id, event.contact.name) == (contact.id, NAME)
    deliveries = [one.id async for one in crm.webhooks.deliveries(endpoint.id, event="contact.created")]
    delivery_id = deliveries[0]
    await ended_delivery(crm, delivery_id)
    detail = await crm.deliveries.get(delivery_id)
    assert (detail.body, len(detail.attempt_log)) == (post.body.decode(), 1)
    await crm.deliveries.replay(delivery_id)
    wait_until(lambda: len(live.receiver.to(path)) == 2, "the replayed webhook")
    replayed = live.receiver.to(path)[1]
    assert verify_webhook(replayed.body, replayed.headers, endpoint.secret) == event

    rotated = await crm.webhooks.rotate_secret(endpoint.id, secret=f"chosen-{run_name}", overlap_seconds=0)
    assert rotated.secret is None
    ping = await crm.webhooks.test(endpoint.id)
    assert ping.event == "ping"
    post = wait_until(lambda: live.receiver.to(path)[2:], "the ping")[0]
    assert verify_webhook(post.body, post.headers, f"chosen-{run_name}").event == "ping"
    job = await crm.jobs.wait((await crm.webhooks.replay(endpoint.id, since=EARLIER)).id)
    assert job.state == "done"

    logged = [one async for one in crm.events.list(type="contact.created", limit=1)]
    assert event.id in [one.id for one in logged]
    assert (await crm.events.get(event.id)).contact == event.contact
    await crm.webhooks.delete(endpoint.id)
    with pytest.raises(errors.NotFoundError):
        await crm.webhooks.get(endpoint.id)


async def ended_delivery(crm: AsyncCrmSolid, delivery_id: str) -> None:
    while (await crm.deliveries.get(delivery_id)).status != "succeeded":
        await asyncio.sleep(0.05)


async def analytics(crm: AsyncCrmSolid) -> None:
    funnel = await crm.analytics.funnel(interval="week")
    assert (funnel.stages[0].stage, funnel.series is not None) == ("new", True)
    assert (await crm.analytics.sequences()).series is None
    assert (await crm.analytics.broadcasts(from_=EARLIER)).from_ == EARLIER
    figures = (await crm.analytics.accounts(from_=EARLIER, to=LATER)).data
    assert sum(account.sent for account in figures) > 0
    conversations = await crm.analytics.conversations(compare=True)
    assert conversations.before is not None
    assert conversations.everyone.new == sum(each.new for each in conversations.accounts)
    assert conversations.backlog.waiting == sum(age.waiting for age in conversations.backlog.ages)
    team = await crm.analytics.team(compare=True)
    assert team.before is not None and team.everyone.written == sum(each.written for each in team.data) > 0
    assert (await crm.analytics.enrollments()).before is None
    hours = await crm.analytics.hours(compare=True)
    assert hours.before is not None and len(hours.data[0].hours) == 24
    assert sum(hours.data[0].hours) == hours.data[0].received > 0


async def proposals(crm: AsyncCrmSolid, live: Live, run_name: str) -> None:
    message: dict[str, Any] = {"account_id": live.account_id, "to": f"@held_{run_name}", "text": "Hello"}
    with pytest.raises(errors.ApprovalPendingError) as held:
        await crm.messages.send(**message, idempotency_key=f"held-{run_name}")
    waiting = held.value.proposal
    assert (waiting.status, waiting.reason, waiting.call.operation) == ("pending", "every_write", "send_message")
    assert waiting.call.arguments == message
    assert waiting.response.status == 202 and held.value.request_id == waiting.response.request_id
    assert held.value.idempotency_key == f"held-{run_name}"
    with pytest.raises(errors.ApprovalPendingError) as again:
        await crm.messages.send(**message, idempotency_key=f"held-{run_name}")
    assert again.value.proposal == waiting
    assert waiting.id in [one.id async for one in crm.proposals.list(status="pending")]
    assert await crm.proposals.get(waiting.id) == waiting
    with pytest.raises(errors.WaitTimeoutError):
        await crm.proposals.wait(waiting.id, timeout=0)
    assert (await crm.proposals.cancel(waiting.id)).status == "rejected"
    assert (await crm.proposals.wait(waiting.id)).status == "rejected"
    assert [one.id async for one in crm.messages.list(search=f"held_{run_name}")] == []


async def erase(crm: AsyncCrmSolid, contact_id: str) -> None:
    await crm.contacts.delete(contact_id)
    with pytest.raises(errors.APIError) as gone:
        await crm.contacts.get(contact_id)
    assert gone.value.code == "not_found"
