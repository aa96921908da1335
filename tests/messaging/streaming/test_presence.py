"""Who has a conversation open and who writes in it: told to the members who may write, and to nobody else."""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.redis import build_client
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, User, Workspace
from messaging import notices
from messaging.models import Thread
from messaging.streaming import frames
from messaging.threads import drafts, presence
from messaging.threads.drafts import Content
from tests.messaging.streaming.listener import Listener, run_in_thread
from tests.messaging.streaming.test_inbox_stream import Watch, account_of, hear, watch
from tests.panel import browser
from tests.servers import free_port
from tests.tenants import Tenants

__all__ = ["watch"]
pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


async def user(tenants: Tenants, role: Role = Role.AGENT, name: str = "") -> User:
    def make() -> User:
        made = tenants.member(role)
        made.name = name
        made.save(update_fields=["name"])
        return made

    return await run_in_thread(make)


async def client_of(user: User) -> Client:
    return await run_in_thread(lambda: browser(user))


async def post(client: Client, workspace: Workspace, thread: str, action: str) -> int:
    address = f"/panel/{'test' if workspace.live_id else 'live'}/inbox/{thread}/"

    def send() -> int:
        body = {"member": client.session["_auth_user_id"], "workspace": workspace.pk, "action": action}
        return client.post(address, body, headers={"Accept": "application/json"}).status_code

    return await run_in_thread(send)


def actor_of(user: User, workspace: Workspace) -> Actor:
    return Actor.member(Membership.unscoped.get(user=user, workspace=workspace.owner_workspace), workspace)


async def others(user: User, workspace: Workspace, thread: str) -> dict[int, bool]:
    found = await run_in_thread(lambda: presence.others(actor_of(user, workspace), thread))
    return {each.user_id: each.is_writing for each in found}


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.02)


async def notice(stream: Listener) -> tuple[str, Any]:
    """The next notice, but that somebody has read the conversation."""
    while (frame := await stream.frame()) is not None:
        if frame.id is None and frame.event and frame.data not in ("connected", "ping") and '"read"' not in frame.data:
            return frame.event, json.loads(frame.data)
    raise AssertionError("the stream has ended")


async def test_members_see_each_other_come_write_and_go(tenants: Tenants, watch: Watch) -> None:
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera, tom = await user(tenants, name="Vera"), await user(tenants, name="Tom")
    of_vera, of_tom = await client_of(vera), await client_of(tom)
    mine = await watch(of_tom, workspace, thread=thread)
    assert await others(vera, workspace, thread) == {tom.pk: False}
    hers = await watch(of_vera, workspace, thread=thread)
    assert await notice(mine) == ("present", {"thread": thread})
    assert await others(tom, workspace, thread) == {vera.pk: False}
    assert await post(of_vera, workspace, thread, "typing") == 204
    assert await notice(mine) == ("typing", {"thread": thread, "who": "Vera", "member": True})
    assert await others(tom, workspace, thread) == {vera.pk: True}
    page = await run_in_thread(lambda: of_tom.get(f"/panel/live/inbox/{thread}/").content.decode())
    assert '<span class="cs-here" title="Vera has it open too" data-writing="Vera">' in page
    await hers.disconnect()
    assert await notice(mine) == ("present", {"thread": thread})
    assert await others(tom, workspace, thread) == {}
    # Nobody is told what they do themselves: the last that the other stream has is about its own page.
    assert await post(of_tom, workspace, thread, "typing") == 204
    again = await watch(of_vera, workspace, thread=thread)
    assert await notice(mine) == ("present", {"thread": thread})
    assert await others(vera, workspace, thread) == {tom.pk: True}
    await again.disconnect()


async def test_of_two_pages_of_a_member_one_may_close(tenants: Tenants, watch: Watch) -> None:
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera, tom = await user(tenants), await user(tenants)
    client = await client_of(vera)
    first = await watch(client, workspace, thread=thread)
    second = await watch(client, workspace, thread=thread)
    visitor = await watch(await client_of(tom), workspace)
    await first.disconnect()
    assert await notice(visitor) == ("present", {"thread": thread})
    assert await others(tom, workspace, thread) == {vera.pk: False}
    await second.disconnect()
    assert await notice(visitor) == ("present", {"thread": thread})
    assert await others(tom, workspace, thread) == {}


async def test_visit_that_the_page_does_not_renew_expires_and_that_is_told(
    tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a browser that has gone without closing its connection: its stream still pings."""
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera, tom = await user(tenants), await user(tenants)
    of_vera = await client_of(vera)
    monkeypatch.setattr(frames, "PING_SECONDS", 0.05)
    mine = await watch(await client_of(tom), workspace)
    monkeypatch.setattr(presence, "VISIT_SECONDS", 0.3)
    await watch(of_vera, workspace, thread=thread)
    assert await notice(mine) == ("present", {"thread": thread})
    await until(lambda: _is_empty(tom, workspace, thread))
    assert await notice(mine) == ("present", {"thread": thread})
    # The page is there again, and says so.
    monkeypatch.setattr(presence, "VISIT_SECONDS", 60)
    assert await post(of_vera, workspace, thread, "present") == 204
    assert await notice(mine) == ("present", {"thread": thread})
    assert await others(tom, workspace, thread) == {vera.pk: False}


async def _is_empty(user: User, workspace: Workspace, thread: str) -> bool:
    return await others(user, workspace, thread) == {}


async def test_viewer_is_not_seen_and_sees_nothing_more(tenants: Tenants, watch: Watch) -> None:
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    viewer, tom = await user(tenants, Role.VIEWER), await user(tenants, name="Tom")
    of_viewer, of_tom = await client_of(viewer), await client_of(tom)
    watching = await watch(of_viewer, workspace, thread=thread)
    mine = await watch(of_tom, workspace, thread=thread)
    assert await others(tom, workspace, thread) == {}
    assert await others(viewer, workspace, thread) == {}
    assert await post(of_viewer, workspace, thread, "typing") == 403
    assert await post(of_viewer, workspace, thread, "keep") == 403
    assert await post(of_viewer, workspace, thread, "present") == 403
    assert await post(of_tom, workspace, thread, "typing") == 204
    await run_in_thread(lambda: drafts.keep(actor_of(tom, workspace), thread, **_draft()))
    await run_in_thread(lambda: notices.tell(notices.Notice(workspace.pk, thread, notices.CHANGED)))
    assert await notice(watching) == ("message", {"thread": thread, "event": "changed"})
    assert (await notice(mine))[0] == "draft"
    page = await run_in_thread(lambda: of_viewer.get(f"/panel/live/inbox/{thread}/").content.decode())
    assert "has it open too" not in page
    assert "&amp;thread=" not in page


def _draft() -> dict[str, Any]:
    return {"message_id": "msg_01HZ0000000000000000000000", "content": Content(text="Secret"), "revision": "desk:1"}


async def test_member_who_may_write_no_more_is_seen_no_more(
    tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "PING_SECONDS", 0.05)
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera, tom = await user(tenants), await user(tenants)
    stream = await watch(await client_of(vera), workspace, thread=thread)
    assert await others(tom, workspace, thread) == {vera.pk: False}
    await run_in_thread(lambda: Membership.unscoped.filter(user=vera).update(role=Role.VIEWER))
    await until(lambda: _is_empty(tom, workspace, thread))
    await stream.disconnect()


async def test_nothing_of_another_workspace_or_side_is_seen_or_told(tenants: Tenants, watch: Watch) -> None:
    """A stream that names a conversation of another workspace, or of the other side, shows nobody in it."""
    live, test = tenants.workspace, tenants.twin
    threads = {each.pk: await hear(await account_of(tenants, each)) for each in (live, test, tenants.other)}
    vera, tom, stranger = await user(tenants), await user(tenants), tenants.stranger
    of_vera, of_stranger = await client_of(vera), await client_of(stranger)
    for workspace, client in ((live, of_vera), (tenants.other, of_stranger)):
        for thread in threads.values():
            await watch(client, workspace, thread=thread)
    assert await others(tom, live, threads[live.pk]) == {vera.pk: False}
    assert await others(tom, test, threads[test.pk]) == {}
    assert await others(tom, live, threads[tenants.other.pk]) == {}
    # Neither are notices of them.
    in_test, in_other = await watch(of_vera, test), await watch(of_stranger, tenants.other)
    assert await post(of_vera, live, threads[live.pk], "typing") == 204
    await run_in_thread(lambda: drafts.keep(actor_of(vera, live), threads[live.pk], **_draft()))
    for stream, workspace in ((in_test, test), (in_other, tenants.other)):
        last = notices.Notice(workspace.pk, threads[workspace.pk], notices.CHANGED)
        await run_in_thread(partial(notices.tell, last))
        assert await notice(stream) == ("message", {"thread": threads[workspace.pk], "event": "changed"})
    assert await post(of_vera, live, threads[tenants.other.pk], "typing") == 404
    assert await post(of_vera, live, threads[test.pk], "keep") == 404
    assert await post(of_vera, live, threads[test.pk], "present") == 404


async def test_draft_is_told_to_its_own_member_alone(tenants: Tenants, watch: Watch) -> None:
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera, tom = await user(tenants), await user(tenants)
    hers, mine = await watch(await client_of(vera), workspace), await watch(await client_of(tom), workspace)
    kept = await run_in_thread(lambda: drafts.keep(actor_of(vera, workspace), thread, **_draft()))
    assert kept.draft is not None
    assert await notice(hers) == ("draft", {"thread": thread, "revision": kept.draft.revision})
    await run_in_thread(lambda: notices.tell(notices.Notice(workspace.pk, thread, notices.CHANGED)))
    assert await notice(mine) == ("message", {"thread": thread, "event": "changed"})


async def test_without_redis_the_inbox_works_and_nobody_is_seen(
    tenants: Tenants, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tenants.workspace
    thread = await hear(await account_of(tenants, workspace))
    vera = await user(tenants)
    dead = build_client(f"redis://127.0.0.1:{free_port()}/0"), CircuitBreaker(5.0)
    monkeypatch.setattr(notices, "_redis", lambda: dead)
    client = await client_of(vera)
    stream = await watch(client, workspace, thread=thread)
    assert stream.status == 200
    assert await post(client, workspace, thread, "typing") == 204
    assert await others(tenants.owner, workspace, thread) == {}
    page = await run_in_thread(lambda: client.get(f"/panel/live/inbox/{thread}/"))
    assert page.status_code == 200
    kept = await run_in_thread(lambda: drafts.keep(actor_of(vera, workspace), thread, **_draft()))
    assert kept.state == "kept"
    assert await run_in_thread(lambda: Thread.unscoped.count()) == 1
