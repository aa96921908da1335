"""POST and GET /v1/threads/{id}/history: older messages, which are at Telegram. What becomes of a request is tested in
telegram/test_requested_history.py."""

from typing import Any

import pytest

from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from messaging.models import Account, AccountKind, AccountState, HistoryRequest, Message, Thread
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.api.assertions import assert_problem
from tests.messaging.helpers import Ring, send
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(tenants: Tenants) -> Account:
    options: dict[str, Any] = {"kind": AccountKind.TELEGRAM, "state": AccountState.CONNECTED, "name": "Shop"}
    return Account.unscoped.create(workspace=tenants.workspace, **options)


@pytest.fixture
def thread(account: Account) -> Thread:
    incoming = Incoming(telegram_message_id=41, text="Hello", at=clock.now(), username="alice")
    receive(account, incoming)
    return Thread.unscoped.get()


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


def test_request_is_made_once_and_followed(ours: Api, thread: Thread, rings: list[Ring]) -> None:
    path = f"/v1/threads/{thread.pk}/history"
    assert_problem(ours.get(path), "not_found")
    asked = ours.post(path)
    request = HistoryRequest.unscoped.get()
    expected = {"thread_id": thread.pk, "state": "asked", "reason": None, "is_complete": False}
    assert (asked.status_code, asked.headers["Location"]) == (202, path)
    assert asked.json() == {**expected, "requested_at": clock.rfc3339(request.requested_at)}
    assert ours.post(path).json() == ours.get(path).json() == asked.json()
    assert AuditEntry.unscoped.filter(action="thread.history_requested", subject_kind="key").count() == 1
    HistoryRequest.unscoped.update(state="failed", reason="Telegram does not answer")
    failed = ours.get(path).json()
    assert (failed["state"], failed["reason"]) == ("failed", "Telegram does not answer")
    assert ours.post(path).json()["state"] == "asked"
    HistoryRequest.unscoped.update(state="done", is_complete=True)
    assert ours.post(path).json()["is_complete"] is True
    assert ours.get(path).json()["state"] == "done"


def test_thread_that_has_nothing_older_at_telegram_is_refused(
    ours: Api, tenants: Tenants, account: Account, thread: Thread
) -> None:
    sandbox = send(tenants.sandbox()).thread_id
    assert_problem(ours.post(f"/v1/threads/{sandbox}/history"), "invalid_state")
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.NEEDS_LOGIN)
    assert_problem(ours.post(f"/v1/threads/{thread.pk}/history"), "invalid_state")
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.CONNECTED)
    Message.unscoped.filter(thread=thread).update(telegram_message_id=None)
    assert_problem(ours.post(f"/v1/threads/{thread.pk}/history"), "invalid_state")
    assert not HistoryRequest.unscoped.exists()


def test_thread_of_another_workspace_is_not_found(api: Api, tenants: Tenants, ours: Api, thread: Thread) -> None:
    theirs = api(tenants.key(workspace=tenants.other))
    assert_problem(theirs.post(f"/v1/threads/{thread.pk}/history"), "not_found")
    assert_problem(ours.post(f"/v1/threads/{new_id('thr')}/history"), "not_found")
    assert not HistoryRequest.unscoped.exists()
    ours.post(f"/v1/threads/{thread.pk}/history")
    assert_problem(theirs.get(f"/v1/threads/{thread.pk}/history"), "not_found")


def test_scopes_are_those_of_messages(api: Api, tenants: Tenants, thread: Thread) -> None:
    path = f"/v1/threads/{thread.pk}/history"
    reader, writer = api(tenants.key([Scope.READ_MESSAGES])), api(tenants.key([Scope.WRITE_MESSAGES]))
    assert assert_problem(reader.post(path), "scope_missing")["required_scope"] == "write:messages"
    assert assert_problem(writer.get(path), "scope_missing")["required_scope"] == "read:messages"
    assert not HistoryRequest.unscoped.exists()
    assert writer.post(path).status_code == 202
    assert reader.get(path).status_code == 200


def test_reading_takes_two_statements(ours: Api, thread: Thread, django_assert_num_queries: Any) -> None:
    ours.post(f"/v1/threads/{thread.pk}/history")
    with django_assert_num_queries(2):  # the key, the request
        ours.get(f"/v1/threads/{thread.pk}/history")


def test_erasing_the_person_empties_the_stored_answer(ours: Api, tenants: Tenants, thread: Thread) -> None:
    path = f"/v1/threads/{thread.pk}/history"
    ours.post(path, idempotency_key="once")
    erase_contact(tenants.actor(), thread.contact_id)
    assert_problem(ours.post(path, idempotency_key="once"), "erased")
