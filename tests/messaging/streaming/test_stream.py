"""GET /v1/messages/stream."""

import asyncio
import gc
import json
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.events.catalogue import event_type
from crmsolid.events.models import Event
from crmsolid.events.publishing import publish
from crmsolid.workspaces.actor import Scope
from messaging.models import Account
from messaging.sending import dispatch
from messaging.streaming import frames, hub
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.helpers import send
from tests.messaging.streaming.listener import Frame, Key, Listen, Listener, number, publish_numbered, run_in_thread
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)


async def test_stream_starts_at_once_and_sends_messages_in_and_out(
    tenants: Tenants, sandbox: Account, listen: Listen, key: Key
) -> None:
    listener = await listen(await key())
    assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
    assert listener.headers["cache-control"] == "no-store"
    assert listener.headers["x-ratelimit-remaining"] == "599"
    assert "x-request-id" in listener.headers
    assert await listener.frame() == Frame(None, "", "connected")
    message = await run_in_thread(lambda: send(sandbox, "@alice"))
    await run_in_thread(dispatch.dispatch)
    sent = await listener.event()
    assert sent is not None and sent.event == "message.sent"
    assert json.loads(sent.data)["data"]["message"]["id"] == message.pk
    await run_in_thread(
        lambda: receive(sandbox, Incoming(telegram_message_id=3, text="hi", at=clock.now(), username="alice"))
    )
    received = await listener.event()
    assert received is not None and received.event == "message.received"
    assert received.id is not None and sent.id is not None and received.id > sent.id
    body = json.loads(received.data)
    assert (body["event"], body["data"]["message"]["text"]) == ("message.received", "hi")
    assert received.data.encode() == await run_in_thread(lambda: bytes(Event.unscoped.get(pk=body["id"]).body))


async def test_older_events_other_workspaces_and_other_types_are_not_sent(
    tenants: Tenants, listen: Listen, key: Key
) -> None:
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    listener = await listen(await key())

    def publish_others() -> None:
        publish_numbered(tenants.other, 2)
        publish_numbered(tenants.twin, 3)
        with transaction.atomic():
            publish(tenants.workspace, event_type("contact.created"), {"number": 4})
        publish_numbered(tenants.workspace, 5)

    await run_in_thread(publish_others)
    assert number(await listener.event()) == 5


async def test_last_event_id_resumes_without_a_gap(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid.events.feed.BATCH", 4)
    token = await key()
    first = await listen(token)
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 0))
    last = await first.event()
    await first.disconnect()
    await run_in_thread(lambda: [publish_numbered(tenants.workspace, n) for n in range(1, 10)])
    second = await listen(token, last.id)
    assert [number(await second.event()) for _ in range(9)] == list(range(1, 10))
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 10))
    assert number(await second.event()) == 10


async def test_client_that_is_cut_off_before_the_first_event_resumes_without_a_gap(
    tenants: Tenants, listen: Listen, key: Key
) -> None:
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 0))
    token = await key()
    first = await listen(token)
    await first.frame()
    await first.disconnect()
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    second = await listen(token, first.position)
    assert number(await second.event()) == 1


async def test_events_published_while_the_backlog_is_read_come_once_and_in_order(
    tenants: Tenants, listen: Listen, key: Key
) -> None:
    await run_in_thread(lambda: [publish_numbered(tenants.workspace, n) for n in range(30)])
    stop = threading.Event()

    def publish_until_stopped() -> int:
        last = 29
        while not stop.is_set():
            last += 1
            publish_numbered(tenants.workspace, last)
        return last

    writing = asyncio.create_task(run_in_thread(publish_until_stopped))
    try:
        listener = await listen(await key(), 0)
        seen = [number(await listener.event()) for _ in range(60)]
    finally:
        stop.set()
        last = await writing
    seen += [number(await listener.event()) for _ in range(last + 1 - len(seen))]
    assert seen == list(range(last + 1))


async def test_last_event_id_from_the_future_means_now(tenants: Tenants, listen: Listen, key: Key) -> None:
    listener = await listen(await key(), 10**17)
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 1))
    assert number(await listener.event()) == 1


async def test_event_that_commits_late_is_sent_once(tenants: Tenants, listen: Listen, key: Key) -> None:
    written, commit = threading.Event(), threading.Event()

    def publish_slowly() -> None:
        with transaction.atomic():
            publish(tenants.workspace, event_type("message.sent"), {"number": 0})
            written.set()
            assert commit.wait(20)

    token = await key()
    listener = await listen(token)
    late = asyncio.create_task(run_in_thread(publish_slowly))
    assert await asyncio.to_thread(written.wait, 20)
    await run_in_thread(lambda: [publish_numbered(tenants.workspace, n) for n in (1, 2, 3)])
    early = [await listener.event() for _ in range(3)]
    commit.set()
    await late
    assert [number(frame) for frame in [*early, await listener.event()]] == [1, 2, 3, 0]
    await run_in_thread(lambda: publish_numbered(tenants.workspace, 4))
    assert number(await listener.event()) == 4
    resumed = await listen(token, early[-1].id)
    assert [number(await resumed.event()) for _ in range(2)] == [0, 4]


async def test_idle_stream_sends_pings(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PING_SECONDS", 0.05)
    listener = await listen(await key())
    assert [await listener.frame() for _ in range(3)] == [
        Frame(None, "", "connected"),
        Frame(None, "", "ping"),
        Frame(None, "", "ping"),
    ]


async def test_revoked_key_ends_its_streams_at_the_next_ping(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PING_SECONDS", 0.3)
    idle, busy = await listen(await key()), await listen(await key())
    await run_in_thread(lambda: ApiKey.unscoped.update(revoked_at=clock.now()))
    stop = threading.Event()

    def publish_until_stopped() -> None:
        while not stop.is_set():
            publish_numbered(tenants.workspace, 1)

    writing = asyncio.create_task(run_in_thread(publish_until_stopped))
    try:
        while await busy.frame() is not None:
            pass
        while await idle.frame() is not None:
            pass
    finally:
        stop.set()
        await writing


async def test_number_of_streams_per_key_is_limited(
    tenants: Tenants, listen: Listen, key: Key, settings: Settings
) -> None:
    settings.STREAMS_PER_KEY = 2
    token = await key()
    opened = await asyncio.gather(*(listen(token) for _ in range(4)))  # concurrently
    assert sorted(listener.status for listener in opened) == [200, 200, 429, 429]
    refused = next(listener for listener in opened if listener.status == 429)
    assert json.loads(await refused.body())["code"] == "rate_limited"
    assert refused.headers["retry-after"] == "15"
    assert (await listen(await key())).status == 200  # another key has its own limit
    await next(listener for listener in opened if listener.status == 200).disconnect()
    assert (await listen(token)).status == 200


async def test_client_that_disconnects_early_frees_its_slot(
    tenants: Tenants, listen: Listen, key: Key, settings: Settings
) -> None:
    settings.STREAMS_PER_KEY = 1
    token = await key()
    for _ in range(3):
        gone = Listener(token)
        await gone.disconnect()
    assert (await listen(token)).status == 200


async def test_stream_of_a_slow_client_ends_and_can_be_resumed(
    tenants: Tenants, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MAX_QUEUED_EVENTS", 3)
    monkeypatch.setattr(frames, "PING_SECONDS", 0.05)
    token = await key()
    slow, watch = await listen(token), await listen(await key())
    for listener in (slow, watch):  # a stream sends pings once it takes events from its queue, no longer from the log
        while await listener.frame() != Frame(None, "", "ping"):
            pass
    slow.stop_reading()
    for n in range(11):
        await run_in_thread(lambda n=n: publish_numbered(tenants.workspace, n))  # type: ignore[misc]
        assert number(await watch.event()) == n
    slow.read_on()
    seen = []
    while (frame := await slow.event()) is not None:
        seen.append(frame)
    assert 3 <= len(seen) <= 4  # those in the queue, and one that was being sent
    resumed = await listen(token, seen[-1].id)
    seen += [await resumed.event() for _ in range(11 - len(seen))]
    assert [number(frame) for frame in seen] == list(range(11))


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE"])
async def test_other_methods_are_refused(tenants: Tenants, listen: Listen, key: Key, method: str) -> None:
    listener = await listen(await key(), method=method)
    assert (listener.status, listener.headers["allow"]) == (405, "GET")
    assert listener.headers["content-type"] == "application/problem+json"
    assert listener.headers["x-ratelimit-remaining"] == "599"
    if method != "HEAD":
        assert json.loads(await listener.body())["code"] == "method_not_allowed"


async def test_refused_requests_leave_no_connection_to_the_database(tenants: Tenants, listen: Listen, key: Key) -> None:
    def count() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            return int(cursor.fetchone()[0])

    token, other = await key(), await key([Scope.WRITE_MESSAGES])
    gc.collect()  # closes what nobody of the tests before holds any more
    gc.disable()  # and would close what these requests leave
    try:
        before = await run_in_thread(count)
        refused = [*[(token, "POST"), (token, "HEAD"), (other, "GET")] * 5]
        assert {(await listen(key, method=method)).status for key, method in refused} == {405, 403}
        assert await run_in_thread(count) == before
    finally:
        gc.enable()


async def test_refusals_are_problem_documents(tenants: Tenants, listen: Listen, key: Key) -> None:
    async def error(token: str | None, last: str | None = None, **options: Any) -> tuple[int, str]:
        listener = await listen(token, last, **options)
        assert listener.headers["content-type"] == "application/problem+json"
        return listener.status, json.loads(await listener.body())["code"]

    assert await error(None) == (401, "token_missing")
    assert await error("cs_live_nonsense") == (401, "token_invalid")
    assert await error(await key([Scope.WRITE_MESSAGES])) == (403, "scope_missing")
    for last in ("abc", "-1", "1.5", "9" * 19):
        assert await error(await key(), last) == (400, "invalid_parameter")
    assert await error(await key(), query="limit=5") == (400, "invalid_parameter")
