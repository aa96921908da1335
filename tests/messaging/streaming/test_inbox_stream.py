"""The inbox's stream: which thread has changed, for as long as the member may see it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from crmsolid.core import clock
from crmsolid.events import feed, positions
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from messaging import typing
from messaging.models import Account
from messaging.panel import inbox_stream as inbox
from messaging.streaming import frames, stream_limits
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.streaming.listener import Listener, run_in_thread, wait_until_idle
from tests.panel import browser
from tests.tenants import Tenants

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

Watch = Callable[..., Any]


@pytest_asyncio.fixture
async def watch() -> AsyncIterator[Watch]:
    """Opens streams as a browser does, with the cookie of a session."""
    opened: list[Listener] = []

    async def open_stream(client: Client | None, workspace: Workspace | int | str, **options: Any) -> Listener:
        shown = workspace.pk if isinstance(workspace, Workspace) else workspace
        side = "test" if isinstance(workspace, Workspace) and workspace.live_id else "live"
        after, thread = options.pop("after", ""), options.pop("thread", "")
        cookie = "" if client is None else f"sessionid={client.cookies['sessionid'].value}"
        opened.append(
            Listener(
                None,
                path=f"/panel/{options.pop('side', side)}/inbox/stream",
                query=f"workspace={shown}&after={after}&thread={thread}",
                cookie=cookie,
                **options,
            )
        )
        return await opened[-1].start()

    yield open_stream
    await asyncio.gather(*(listener.disconnect() for listener in opened))
    assert not stream_limits.limiter()
    await wait_until_idle()


async def member(tenants: Tenants, role: Role = Role.AGENT) -> Client:
    return await run_in_thread(lambda: browser(tenants.member(role)))


_telegram_ids = iter(range(1000, 10**9))


async def hear(account: Account, text: str = "a secret") -> str:
    """A message from alice; returns the id of its thread."""

    def store() -> str:
        message = receive(account, Incoming(next(_telegram_ids), text, clock.now(), username="alice"))
        assert message is not None
        return message.thread_id

    return await run_in_thread(store)


async def account_of(tenants: Tenants, workspace: Workspace) -> Account:
    return await run_in_thread(lambda: tenants.sandbox(workspace))


async def thread_id(listener: Listener) -> Any:
    frame = await listener.event()
    assert frame is not None
    return json.loads(frame.data)["thread"]


@pytest.mark.parametrize("role", list(Role))
async def test_member_hears_which_thread_has_changed_and_nothing_else(
    tenants: Tenants, watch: Watch, role: Role
) -> None:
    ours, theirs = await account_of(tenants, tenants.workspace), await account_of(tenants, tenants.other)
    listener = await watch(await member(tenants, role), tenants.workspace)
    assert (listener.status, listener.headers["content-type"]) == (200, "text/event-stream")
    await hear(theirs)
    thread = await hear(ours)
    frame = await listener.event()
    assert frame is not None
    assert (frame.event, json.loads(frame.data)) == ("message", {"thread": thread, "event": "message.received"})


async def test_test_side_hears_the_test_workspace(tenants: Tenants, watch: Watch) -> None:
    live, test = await account_of(tenants, tenants.workspace), await account_of(tenants, tenants.twin)
    listener = await watch(await member(tenants), tenants.twin)
    await hear(live)
    thread = await hear(test)
    assert await thread_id(listener) == thread


async def test_stream_goes_on_from_where_the_page_was_made(tenants: Tenants, watch: Watch) -> None:
    account, client = await account_of(tenants, tenants.workspace), await member(tenants)

    def latest() -> int:
        positions.assign_positions()
        return feed.last_position()

    position = await run_in_thread(latest)
    thread = await hear(account)
    assert await thread_id(await watch(client, tenants.workspace, after=position)) == thread


async def test_stranger_and_signed_out_are_refused(tenants: Tenants, watch: Watch) -> None:
    stranger = await run_in_thread(lambda: browser(tenants.stranger))
    for client in (None, stranger):
        assert (await watch(client, tenants.workspace)).status == 403


async def test_page_of_another_workspace_than_the_sessions_is_refused(tenants: Tenants, watch: Watch) -> None:
    """A page that was opened before a switch to another workspace hears nothing of that one."""
    client = await member(tenants)
    for workspace in (tenants.other.pk, tenants.twin.pk, "", "x"):
        assert (await watch(client, workspace)).status == 403
    assert (await watch(client, tenants.workspace.pk, side="test")).status == 403


async def test_only_get_and_only_a_position_are_accepted(tenants: Tenants, watch: Watch) -> None:
    client = await member(tenants)
    assert (await watch(client, tenants.workspace, method="POST")).status in (403, 405)
    assert (await watch(client, tenants.workspace, after="x")).status == 400


async def remove(tenants: Tenants, user: User) -> None:
    await run_in_thread(lambda: Membership.unscoped.filter(user=user).delete())


def sign_out(client: Client) -> None:
    SessionStore(client.cookies["sessionid"].value).flush()


def leave(client: Client) -> None:
    Membership.unscoped.filter(user_id=client.session["_auth_user_id"]).delete()


def deactivate(client: Client) -> None:
    User.objects.filter(pk=client.session["_auth_user_id"]).update(is_active=False)


def change_password(client: Client) -> None:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.set_password("another long password")
    user.save()


def switch(client: Client) -> None:
    """To another workspace, in another tab."""
    other = Workspace.objects.get(slug="rival")
    Membership.unscoped.create(workspace=other, user_id=client.session["_auth_user_id"], role=Role.OWNER)
    session = client.session
    session["workspace"] = other.pk
    session.save()


@pytest.mark.parametrize("end", [sign_out, leave, deactivate, change_password, switch])
async def test_stream_ends_with_the_authority(
    tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch, end: Callable[[Client], None]
) -> None:
    monkeypatch.setattr(frames, "PING_SECONDS", 0.05)
    client = await member(tenants)
    listener = await watch(client, tenants.workspace)
    assert (await listener.frame()).data == "connected"
    assert (await listener.frame()).data == "ping"
    await run_in_thread(lambda: end(client))
    while await listener.frame() is not None:
        pass
    assert (await watch(client, tenants.workspace)).status == 403


async def test_streams_of_a_member_are_limited(tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "STREAMS_PER_MEMBER", 1)
    client, other = await member(tenants), await member(tenants)
    first = await watch(client, tenants.workspace)
    assert (await watch(client, tenants.workspace)).status == 429
    assert (await watch(other, tenants.workspace)).status == 200
    await first.disconnect()
    assert (await watch(client, tenants.workspace)).status == 200


async def test_who_types_is_told_and_has_no_place_in_the_log(watch: Watch, tenants: Tenants) -> None:
    """Notices of the own workspace only, and after them the events go on where they were."""
    ours, theirs = await account_of(tenants, tenants.workspace), await account_of(tenants, tenants.other)
    stream = await watch(await member(tenants), tenants.workspace)
    thread = await hear(ours)
    first = await stream.event()
    other = await hear(theirs)

    def tell() -> None:
        typing.tell_typing(tenants.other.pk, other, "contact")
        typing.tell_typing(tenants.workspace.pk, thread, "contact")

    await run_in_thread(tell)
    notice = await stream.frame()
    assert (notice.event, json.loads(notice.data)) == ("typing", {"thread": thread, "who": "contact", "member": False})
    assert notice.id is None
    await hear(await account_of(tenants, tenants.workspace))
    last = await stream.event()
    assert (first.event, last.event) == ("message", "message")
