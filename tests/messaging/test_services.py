"""Services keep to the actor's workspace. What a role or a scope may do is in tests/architecture/test_authority.py."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from messaging import accounts, services
from messaging.models import Account, Message, Thread
from messaging.threads.received import Incoming, receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import counts, send, stored
from tests.tenants import Tenants

SERVICES: dict[str, Callable[[Actor, Message], Any]] = {
    "send_message": lambda actor, row: services.send_message(
        actor, account_id=row.account_id, to="@bobby", text="hello"
    ),
    "cancel_message": lambda actor, row: services.cancel_message(actor, row.pk),
    "get_message": lambda actor, row: services.get_message(actor, row.pk),
    "list_messages": lambda actor, row: services.list_messages(actor, thread_id=row.thread_id),
    "list_threads": lambda actor, row: services.list_threads(actor, contact_id=row.contact_id),
    "list_thread_messages": lambda actor, row: services.list_thread_messages(actor, row.thread_id),
    "mark_thread_read": lambda actor, row: services.mark_thread_read(actor, row.thread_id),
    "list_accounts": lambda actor, row: accounts.list_accounts(actor),
    "get_account": lambda actor, row: accounts.get_account(actor, row.account_id),
}


@pytest.fixture
def message(sandbox: Account, frozen_time: FrozenTime) -> Message:
    """A queued message, in a thread with an unread one."""
    receive(sandbox, Incoming(telegram_message_id=1, text="hi", at=frozen_time.now, username="alice"))
    return send(sandbox, "@alice")


def state(message: Message) -> tuple[dict[str, int], str, int]:
    """Everything that a messaging service could change."""
    return counts(), stored(message).status, Thread.unscoped.get(pk=message.thread_id).unread_count


@pytest.mark.parametrize("name", SERVICES)
def test_service_does_not_reach_another_workspace(tenants: Tenants, message: Message, name: str) -> None:
    before = state(message)
    try:
        rows = SERVICES[name](tenants.actor(tenants.other), message).rows
    except DomainError as error:
        assert error.code == "not_found"
    else:
        assert rows == []
    assert state(message) == before
