"""GET /v1/messages/stream."""

import asyncio
import json
import threading
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.events.catalogue import event_type
from crmsolid.events.models import Event
from crmsolid.events.publishing import publish
from crmsolid.workspaces.scopes import Scope
from messaging.inbox import Incoming, receive
from messaging.models import Account
from messaging.sending import dispatch
from messaging.streaming import hub, stream
from tests.cast import Cast
from tests.messaging.listener import Frame, Key, Listen, Listener, do, happen, number
from tests.messaging.world import needs_postgresql, send

pytestmark = pytest.mark.django_db(transaction=True)


async def test_headers_come_at_once_and_then_messages_in_and_out(
    cast: Cast, sandbox: Account, listen: Listen, key: Key
) -> None:
    listener = await listen(await key())
    assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
    assert listener.headers["cache-control"] == "no-store"
    assert listener.headers["x-ratelimit-remaining"] == "599"
    assert "x-request-id" in listener.headers
    assert await listener.frame() == Frame(None, "", "connected")
    message = await do(lambda: send(sandbox, "@alice"))
    await do(dispatch.dispatch)
    sent = await listener.event()
    assert sent is not None and sent.event == "message.sent"
    assert json.loads(sent.data)["data"]["message"]["id"] == message.pk
    await do(lambda: receive(sandbox, Incoming(telegram_message_id=3, text="hi", at=clock.now(), username="alice")))
    came = await listener.event()
    assert came is not None and came.event == "message.received"
    assert came.id is not None and sent.id is not None and came.id > sent.id
    body = json.loads(came.data)
    assert (body["event"], body["data"]["message"]["text"]) == ("message.received", "hi")
    assert came.data.encode() == await do(lambda: bytes(Event.unscoped.get(pk=body["id"]).body))


async def test_what_is_older_or_somebody_elses_or_no_message_is_not_shown(cast: Cast, listen: Listen, key: Key) -> None:
    await do(lambda: happen(cast.workspace, 1))
    listener = await listen(await key())

    def others() -> None:
        happen(cast.other, 2)
        happen(cast.twin, 3)
        with transaction.atomic():
            publish(cast.workspace, event_type("contact.created"), {"number": 4})
        happen(cast.workspace, 5)

    await do(others)
    assert number(await listener.event()) == 5


async def test_last_event_id_resumes_without_a_gap(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid.events.feed.BATCH", 4)
    token = await key()
    first = await listen(token)
    await do(lambda: happen(cast.workspace, 0))
    last = await first.event()
    await first.leave()
    await do(lambda: [happen(cast.workspace, n) for n in range(1, 10)])
    second = await listen(token, last.id)
    assert [number(await second.event()) for _ in range(9)] == list(range(1, 10))
    await do(lambda: happen(cast.workspace, 10))
    assert number(await second.event()) == 10


async def test_events_while_the_backlog_is_read_come_once_and_in_order(cast: Cast, listen: Listen, key: Key) -> None:
    await do(lambda: [happen(cast.workspace, n) for n in range(30)])
    stop = threading.Event()

    def more() -> int:
        last = 29
        while not stop.is_set():
            last += 1
            happen(cast.workspace, last)
        return last

    writing = asyncio.create_task(do(more))
    try:
        listener = await listen(await key(), 0)
        seen = [number(await listener.event()) for _ in range(60)]
    finally:
        stop.set()
        last = await writing
    seen += [number(await listener.event()) for _ in range(last + 1 - len(seen))]
    assert seen == list(range(last + 1))


async def test_an_id_from_the_future_means_now(cast: Cast, listen: Listen, key: Key) -> None:
    listener = await listen(await key(), 10**17)
    await do(lambda: happen(cast.workspace, 1))
    assert number(await listener.event()) == 1


async def test_a_late_commit_is_seen_once_and_hides_nothing(cast: Cast, listen: Listen, key: Key) -> None:
    needs_postgresql()
    written, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            publish(cast.workspace, event_type("message.sent"), {"number": 0})
            written.set()
            assert commit.wait(20)

    token = await key()
    listener = await listen(token)
    late = asyncio.create_task(do(slow))
    assert await asyncio.to_thread(written.wait, 20)
    await do(lambda: [happen(cast.workspace, n) for n in (1, 2, 3)])
    early = [await listener.event() for _ in range(3)]
    commit.set()
    await late
    assert [number(frame) for frame in [*early, await listener.event()]] == [1, 2, 3, 0]
    await do(lambda: happen(cast.workspace, 4))
    assert number(await listener.event()) == 4
    again = await listen(token, early[-1].id)
    assert [number(await again.event()) for _ in range(2)] == [0, 4]


async def test_a_comment_keeps_the_line_awake(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PING_SECONDS", 0.05)
    listener = await listen(await key())
    assert [await listener.frame() for _ in range(3)] == [
        Frame(None, "", "connected"),
        Frame(None, "", "ping"),
        Frame(None, "", "ping"),
    ]


async def test_a_revoked_key_ends_at_the_next_comment_on_a_busy_stream_too(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PING_SECONDS", 0.3)
    quiet, busy = await listen(await key()), await listen(await key())
    await do(lambda: ApiKey.unscoped.update(revoked_at=clock.now()))
    stop = threading.Event()

    def more() -> None:
        while not stop.is_set():
            happen(cast.workspace, 1)

    writing = asyncio.create_task(do(more))
    try:
        while await busy.frame() is not None:
            pass
        while await quiet.frame() is not None:
            pass
    finally:
        stop.set()
        await writing


async def test_a_key_has_so_many_streams_and_no_more(cast: Cast, listen: Listen, key: Key, settings: Settings) -> None:
    settings.STREAMS_PER_KEY = 2
    token = await key()
    opened = await asyncio.gather(*(listen(token) for _ in range(4)))  # at once: no two take one place
    assert sorted(listener.status for listener in opened) == [200, 200, 429, 429]
    refused = next(listener for listener in opened if listener.status == 429)
    assert json.loads(await refused.body())["code"] == "rate_limited"
    assert refused.headers["retry-after"] == "15"
    assert (await listen(await key())).status == 200  # another key has its own
    await next(listener for listener in opened if listener.status == 200).leave()
    assert (await listen(token)).status == 200


async def test_a_client_that_leaves_early_gives_its_place_back(
    cast: Cast, listen: Listen, key: Key, settings: Settings
) -> None:
    settings.STREAMS_PER_KEY = 1
    token = await key()
    for _ in range(3):
        gone = Listener(token)
        await gone.leave()
    assert (await listen(token)).status == 200


async def test_a_slow_reader_is_ended_and_loses_nothing(
    cast: Cast, listen: Listen, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BACKLOG", 3)
    token = await key()
    slow, watch = await listen(token), await listen(await key())
    assert await slow.frame() == Frame(None, "", "connected")
    await do(lambda: happen(cast.workspace, 0))
    slow.hold()
    seen = [await slow.event()]
    for n in range(1, 11):
        await do(lambda n=n: happen(cast.workspace, n))  # type: ignore[misc]
        assert number(await watch.event()) in range(n + 1)
    slow.go_on()
    while (frame := await slow.event()) is not None:
        seen.append(frame)
    assert 1 <= len(seen) <= 5
    again = await listen(token, seen[-1].id)
    seen += [await again.event() for _ in range(11 - len(seen))]
    assert [number(frame) for frame in seen] == list(range(11))


@pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "DELETE"])
async def test_only_get_works(cast: Cast, listen: Listen, key: Key, method: str) -> None:
    listener = await listen(await key(), method=method)
    assert (listener.status, listener.headers["allow"]) == (405, "GET")
    assert listener.headers["content-type"] == "application/problem+json"
    assert listener.headers["x-ratelimit-remaining"] == "599"
    if method != "HEAD":
        assert json.loads(await listener.body())["code"] == "method_not_allowed"


async def test_refusals_are_problems(cast: Cast, listen: Listen, key: Key) -> None:
    async def refusal(token: str | None, last: str | None = None, **options: Any) -> tuple[int, str]:
        listener = await listen(token, last, **options)
        assert listener.headers["content-type"] == "application/problem+json"
        return listener.status, json.loads(await listener.body())["code"]

    assert await refusal(None) == (401, "token_missing")
    assert await refusal("cs_live_nonsense") == (401, "token_invalid")
    assert await refusal(await key([Scope.WRITE_MESSAGES])) == (403, "scope_missing")
    for last in ("abc", "-1", "1.5", "9" * 19):
        assert await refusal(await key(), last) == (400, "invalid_parameter")
    assert await refusal(await key(), query="limit=5") == (400, "invalid_parameter")
