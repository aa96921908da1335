"""Each service checks the actor's scopes itself, and keeps to the actor's workspace."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope
from messaging import services
from messaging.inbox import Incoming, receive
from messaging.models import Account, Message, Thread
from messaging.sending import dispatch
from tests.cast import Cast
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import counts, send, stored

READ, WRITE = Scope.READ_MESSAGES, Scope.WRITE_MESSAGES

SERVICES: list[tuple[Scope, Callable[[Actor, Message], Any]]] = [
    (WRITE, lambda actor, row: services.send_message(actor, account_id=row.account_id, to="@bobby", text="hello")),
    (WRITE, lambda actor, row: services.cancel_message(actor, row.pk)),
    (READ, lambda actor, row: services.get_message(actor, row.pk)),
    (READ, lambda actor, row: services.list_messages(actor)),
    (READ, lambda actor, row: services.list_threads(actor)),
    (READ, lambda actor, row: services.list_thread_messages(actor, row.thread_id)),
    (WRITE, lambda actor, row: services.mark_thread_read(actor, row.thread_id)),
    (READ, lambda actor, row: services.list_accounts(actor)),
    (READ, lambda actor, row: services.get_account(actor, row.account_id)),
]


@pytest.fixture
def message(sandbox: Account, frozen_time: FrozenTime) -> Message:
    """A queued message, in a thread with an unread one."""
    receive(sandbox, Incoming(telegram_message_id=1, text="hi", at=frozen_time.now, username="alice"))
    return send(sandbox, "@alice")


def state(message: Message) -> tuple[dict[str, int], str, int]:
    """Everything that a messaging service could change."""
    return counts(), stored(message).status, Thread.unscoped.get(pk=message.thread_id).unread_count


@pytest.mark.parametrize(("scope", "service"), SERVICES)
def test_service_requires_its_scope(
    cast: Cast, message: Message, scope: Scope, service: Callable[[Actor, Message], Any]
) -> None:
    before = state(message)
    with pytest.raises(DomainError) as refusal:
        service(replace(cast.actor(), scopes=ALL_SCOPES - {scope}), message)
    assert (refusal.value.code, refusal.value.extra) == ("scope_missing", {"required_scope": scope.value})
    assert state(message) == before
    service(replace(cast.actor(), scopes=frozenset({scope})), message)


@pytest.mark.parametrize(("scope", "service"), SERVICES)
def test_service_does_not_reach_another_workspace(
    cast: Cast, message: Message, scope: Scope, service: Callable[[Actor, Message], Any]
) -> None:
    before = state(message)
    try:
        rows = service(cast.actor(cast.other), message).rows
    except DomainError as error:
        assert error.code == "not_found"
    else:
        assert rows == []
    assert state(message) == before


def test_message_and_its_events_keep_the_request_id_of_the_call(cast: Cast, sandbox: Account) -> None:
    for to in ("@alice", "@fail_privacy"):
        actor = replace(cast.actor(), request_id=f"request {to}")
        message = services.send_message(actor, account_id=sandbox.pk, to=to, text="hello")
        assert stored(message).request_id == f"request {to}"
    dispatch.dispatch()
    recorded = {
        (event.type, event.request_id, json.loads(bytes(event.body))["data"]["message"]["status"])
        for event in Event.unscoped.filter(type__startswith="message.")
    }
    assert recorded == {
        ("message.sent", "request @alice", "sent"),
        ("message.failed", "request @fail_privacy", "failed"),
    }


@pytest.mark.parametrize("role", Role)
def test_only_admins_and_owners_create_sandbox_accounts(cast: Cast, role: Role) -> None:
    user = cast.owner if role == Role.OWNER else cast.member(role)
    membership = Membership.unscoped.get(user=user, workspace=cast.workspace)
    actor = Actor.member(membership, cast.workspace)
    before = Account.unscoped.count()
    if role in (Role.ADMIN, Role.OWNER):
        services.create_sandbox_account(actor, name="Demo")
        assert Account.unscoped.count() == before + 1
        return
    with pytest.raises(DomainError) as refusal:
        services.create_sandbox_account(actor, name="Demo")
    assert refusal.value.code == "forbidden"
    assert Account.unscoped.count() == before


def test_api_key_with_every_scope_creates_no_sandbox_account(cast: Cast) -> None:
    actor = replace(cast.actor(), surface="rest", role=None, scopes=ALL_SCOPES)
    with pytest.raises(DomainError) as refusal:
        services.create_sandbox_account(actor, name="Demo")
    assert refusal.value.code == "forbidden"
