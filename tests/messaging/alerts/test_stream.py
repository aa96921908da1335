"""The stream that tells the pages of a member what there is, for as long as they may know it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from django.contrib.sessions.models import Session
from django.test import Client

from crmsolid.workspaces.models import Membership, Role, Workspace
from crmsolid.workspaces.sessions import recent_writes
from messaging.alerts import recording
from messaging.panel import alerts_stream
from messaging.streaming import stream_limits
from tests.messaging.alerts.helpers import actor_of, hear
from tests.messaging.streaming.listener import Listener, run_in_thread, wait_until_idle
from tests.panel import browser
from tests.tenants import Tenants

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
Watch = Callable[..., Any]


@pytest_asyncio.fixture
async def watch(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    """Opens streams as a browser does, with the cookie of a session."""
    monkeypatch.setattr(alerts_stream, "SETTLE_SECONDS", 0.05)
    opened: list[Listener] = []

    async def open_stream(client: Client | None, workspace: Workspace, **options: Any) -> Listener:
        side = "test" if workspace.live_id else "live"
        cookie = "" if client is None else f"sessionid={client.cookies['sessionid'].value}"
        path = f"/panel/{side}/alerts/stream"
        opened.append(Listener(None, path=path, query=f"workspace={workspace.pk}", cookie=cookie, **options))
        return await opened[-1].start()

    yield open_stream
    await asyncio.gather(*(listener.disconnect() for listener in opened))
    assert not stream_limits.limiter()
    await wait_until_idle()


async def state(listener: Listener) -> Any:
    """What the next event says; None at the end of the stream."""
    while (frame := await listener.frame()) is not None:
        if frame.event == "alerts":
            return json.loads(frame.data)
    return None


async def test_a_member_is_told_at_once_and_when_it_was_seen(tenants: Tenants, watch: Watch) -> None:
    account = await run_in_thread(tenants.sandbox)
    agent = await run_in_thread(lambda: tenants.member(Role.AGENT))
    client = await run_in_thread(lambda: browser(agent))
    stream = await watch(client, tenants.workspace)
    assert stream.headers["content-type"] == "text/event-stream"
    nothing = {"count": 0, "quiet": False, "sound": True, "waiting": "", "approvals": "", "approvals_version": 0}
    assert await state(stream) == {**nothing, "alerts": []}
    message = await run_in_thread(lambda: hear(account, "Is it open?"))
    told = await state(stream)
    (alert,) = told.pop("alerts")
    assert told == {**nothing, "count": 1, "waiting": "1"}
    assert {name: alert[name] for name in ("is_new", "kind", "thread", "title", "text")} == {
        "is_new": True,
        "kind": "message",
        "thread": message.thread_id,
        "title": "@alice",
        "text": "Is it open?",
    }
    await run_in_thread(lambda: recording.mark_seen(actor_of(agent, tenants.workspace), message.thread_id))
    assert (await state(stream))["count"] == 0


async def test_what_is_of_others_is_not_told(tenants: Tenants, watch: Watch) -> None:
    account, twin = await run_in_thread(lambda: (tenants.sandbox(tenants.other), tenants.sandbox(tenants.twin)))
    agent = await run_in_thread(lambda: tenants.member(Role.AGENT))
    client = await run_in_thread(lambda: browser(agent))
    live, test = await watch(client, tenants.workspace), await watch(client, tenants.twin)
    assert (await state(live))["count"] == (await state(test))["count"] == 0
    await run_in_thread(lambda: hear(account, who="theirs"))
    await run_in_thread(lambda: hear(twin, who="test"))
    assert [each["title"] for each in (await state(test))["alerts"]] == ["@test"]
    await run_in_thread(lambda: Membership.unscoped.create(workspace=tenants.other, user=agent, role=Role.AGENT))
    await run_in_thread(lambda: hear(account, who="both"))
    assert [each["title"] for each in (await state(live))["alerts"]] == ["@both (Rival)"]
    told = [each["title"] for each in (await state(test))["alerts"]]
    assert told == ["@both (Rival)", "@test"]


@pytest.mark.parametrize("reason", ["logged out", "removed"])
async def test_the_stream_ends_with_what_allows_it(
    tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    monkeypatch.setattr(alerts_stream, "PING_SECONDS", 0.1)
    agent = await run_in_thread(lambda: tenants.member(Role.AGENT))
    client = await run_in_thread(lambda: browser(agent))
    stream = await watch(client, tenants.workspace)
    assert (await state(stream))["count"] == 0
    ended = Session.objects.all() if reason == "logged out" else Membership.unscoped.filter(user=agent)
    await run_in_thread(ended.delete)
    assert await state(stream) is None


async def test_a_stream_is_no_sign_that_the_member_is_there(tenants: Tenants, watch: Watch) -> None:
    client = await run_in_thread(lambda: browser(tenants.owner))
    await run_in_thread(lambda: recent_writes.cache_clear())
    await state(await watch(client, tenants.workspace))
    member = await run_in_thread(lambda: Membership.unscoped.get(user=tenants.owner))
    assert member.last_seen_at is None
    await run_in_thread(lambda: client.get("/panel/live/"))
    member = await run_in_thread(lambda: Membership.unscoped.get(user=tenants.owner))
    assert member.last_seen_at is not None


async def test_refusals(tenants: Tenants, watch: Watch) -> None:
    client = await run_in_thread(lambda: browser(tenants.stranger))
    own = await run_in_thread(lambda: browser(tenants.owner))
    assert (await watch(None, tenants.workspace)).status == 403
    assert (await watch(client, tenants.workspace)).status == 403
    assert (await watch(own, tenants.workspace, method="POST")).status in (403, 405)
    for _ in range(alerts_stream.STREAMS_PER_MEMBER):
        assert (await watch(own, tenants.workspace)).status == 200
    assert (await watch(own, tenants.workspace)).status == 429
