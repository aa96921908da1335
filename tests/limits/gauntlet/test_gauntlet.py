"""Attacks by text that a contact writes, on an assistant that obeys everything it reads. With the approval `untrusted`
nothing reaches anybody else, and nothing is changed about anybody else, without a proposal. With `none` the same script
succeeds, so that each test can fail."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from crmsolid.core import clock
from crmsolid.limits.models import Proposal
from crmsolid.workspaces.limits import Approval
from messaging.models import Direction, Message
from tests.limits.gauntlet.assistant import Obedient, by_mcp, by_rest
from tests.limits.gauntlet.attacks import ATTACKS, PLACES, WAYS, World, in_message, order
from tests.oauth.flow import RESOURCE, Assistant
from tests.panel import browser
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

SCOPES = ("read:contacts", "read:messages", "write:contacts", "write:messages", "manage:sequences")
SCRIPTS = [
    pytest.param(name, place, surface, id=f"{name}, {place}, {surface}")
    for number, (name, attack) in enumerate(ATTACKS.items())
    for ways in [attack.ways or WAYS]
    for place, surface in {ways[(number * 3 + step * 5) % len(ways)]: None for step in range(4)}
]


@pytest.fixture
def assistant(db: None) -> Assistant:
    return Assistant()


@pytest.fixture
def world(tenants: Tenants) -> World:
    return World.make(tenants)


def runner(surface: str, token: str) -> Callable[[str, dict[str, Any]], Any]:
    return by_mcp(token) if surface == "MCP" else by_rest(Api(token))


def play(world: World, attack: str, place: str, surface: str, token: str) -> None:
    write, (tool, arguments) = PLACES[place]
    write(world, ATTACKS[attack].orders(world))
    Obedient(runner(surface, token)).read(tool, **arguments(world))


def test_there_are_sixty_attacks() -> None:
    assert len(SCRIPTS) >= 60
    assert {(place, surface) for _, place, surface in (script.values for script in SCRIPTS)} == set(WAYS)


@pytest.mark.parametrize(("attack", "place", "surface"), SCRIPTS)
def test_with_untrusted_it_waits_for_an_approval(world: World, attack: str, place: str, surface: str) -> None:
    play(world, attack, place, surface, world.tenants.key(approval=Approval.UNTRUSTED))
    assert not ATTACKS[attack].succeeded(world)
    assert Proposal.unscoped.exists()


@pytest.mark.parametrize(("attack", "place", "surface"), SCRIPTS)
def test_with_none_the_same_script_succeeds(world: World, attack: str, place: str, surface: str) -> None:
    play(world, attack, place, surface, world.tenants.key(approval=Approval.NONE))
    assert ATTACKS[attack].succeeded(world)
    assert not Proposal.unscoped.exists()


# --- Ways around it ---------------------------------------------------------------------------------------------------
HOST = urlsplit(RESOURCE).netloc  # that grants are for


def send_to_anna(world: World) -> dict[str, Any]:
    return {"account_id": world.account.pk, "to": "@anna_k", "text": "Hello"}


def read_mallory(world: World) -> dict[str, Any]:
    return {"contact_id": world.mallory.pk}


@pytest.mark.parametrize("surfaces", [("REST", "MCP"), ("MCP", "REST")])
def test_what_was_read_by_one_interface_counts_for_the_other(world: World, surfaces: tuple[str, str]) -> None:
    token = world.tenants.key(approval=Approval.UNTRUSTED)
    runner(surfaces[0], token)("list_messages", read_mallory(world))
    runner(surfaces[1], token)("send_message", send_to_anna(world))
    assert not world.sent_to(world.anna)
    assert Proposal.unscoped.count() == 1


def tokens_of_one_grant(world: World, assistant: Assistant) -> tuple[str, str]:
    """Two access tokens, as two clients of one grant have them."""
    first = assistant.connect(browser(world.tenants.owner), world.tenants.workspace, SCOPES)
    second = assistant.refresh(first["refresh_token"]).json()
    return str(first["access_token"]), str(second["access_token"])


def test_second_client_of_a_grant_does_not_escape(world: World, assistant: Assistant, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [HOST]
    _, token = tokens_of_one_grant(world, assistant)
    by_mcp(token, HOST)("list_messages", read_mallory(world))
    again = assistant.connect(browser(world.tenants.owner), world.tenants.workspace, SCOPES)["access_token"]
    for other in (token, again):  # also one that was made anew since
        by_mcp(other, HOST)("send_message", send_to_anna(world))
    assert not world.sent_to(world.anna)
    assert Proposal.unscoped.count() == 2


@pytest.mark.parametrize(("seconds", "waits"), [(29 * 60 + 59, True), (30 * 60 + 11, False)])
def test_what_was_read_counts_for_thirty_minutes(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: int, waits: bool
) -> None:
    run, now = by_rest(Api(world.tenants.key(approval=Approval.UNTRUSTED))), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    run("list_messages", read_mallory(world))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=seconds))
    run("send_message", send_to_anna(world))
    assert world.sent_to(world.anna) is not waits
    assert Proposal.unscoped.exists() is waits


def test_each_page_of_a_list_counts(world: World) -> None:
    run = by_rest(Api(world.tenants.key(approval=Approval.UNTRUSTED)))
    first = run("list_contacts", {"limit": 1, "sort": "created_at"})
    assert [each["id"] for each in first["data"]] == [world.mallory.pk]
    run("list_contacts", {"limit": 1, "sort": "created_at", "cursor": first["next_cursor"]})
    # After text of two people it may write to neither.
    for name in ("@mallory", "@anna_k"):
        run("send_message", {**send_to_anna(world), "to": name})
    assert not Message.unscoped.filter(direction=Direction.OUT).exists()
    assert Proposal.unscoped.count() == 2


def test_answer_to_whoever_wrote_is_sent_at_once(world: World) -> None:
    """So that the tests above say something about others, not about every write."""
    in_message(world, order("send_message", account_id=world.account.pk, to="@mallory", text="We answer tomorrow"))
    token = world.tenants.key(approval=Approval.UNTRUSTED)
    Obedient(by_mcp(token)).read("list_messages", **read_mallory(world))
    assert world.sent_to(world.mallory)
    assert not Proposal.unscoped.exists()
