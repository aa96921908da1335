"""The panel says why a queued message is not sent yet: in the list, in the conversation and on the message's page."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.workspaces.models import Plan, Workspace
from messaging.models import Account, AccountState, Message, WaitingFor
from messaging.sending import dispatch
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import send, stored
from tests.panel import browser
from tests.tenants import Tenants

NOON = datetime(2030, 6, 4, 12, tzinfo=UTC)
LIST = reverse("admin:messaging_message_changelist")


@pytest.fixture
def client(tenants: Tenants, frozen_time: FrozenTime) -> Client:
    client = browser(tenants.owner)
    frozen_time.now = NOON
    return client


def cells(page: Any, *classes: str) -> list[str]:
    """The text of the cells with one of these classes."""
    found = re.findall(
        rf'<td [^>]*class="[^"]*(?:{"|".join(classes)})[^"]*"[^>]*>(.*?)</td>', page.content.decode(), re.S
    )
    return [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in found]


def shown(client: Client, message: Message) -> str:
    """What the panel says about the message beside "Queued", the same on its three pages."""
    (reason,) = cells(client.get(LIST), "field-waiting")
    text_of_message = text_of(client, reverse("admin:messaging_message_change", args=[message.pk]))
    assert f"Queued. {reason}" in text_of_message
    assert reason in text_of(client, reverse("admin:inbox_thread", args=[message.thread_id]))
    return reason


def text_of(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", client.get(address).content.decode()).split())


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({}, "Waits for a worker"),
        ({"state": AccountState.PAUSED}, "Account is paused"),
        (
            {"state": AccountState.PAUSED, "paused_until": NOON + timedelta(minutes=5)},
            "Account is paused until 4 Jun 2030 12:05",
        ),
        ({"state": AccountState.NEEDS_LOGIN}, "Account needs a login"),
        ({"state": AccountState.BANNED}, "Account is banned"),
    ],
)
def test_state_of_the_account_is_the_reason(
    client: Client, tenants: Tenants, frozen_time: FrozenTime, state: dict[str, Any], reason: str
) -> None:
    account = tenants.sandbox()
    message = send(account)
    frozen_time.now += timedelta(seconds=10)  # the conversation says nothing of a moment
    Account.unscoped.filter(pk=account.pk).update(**state)
    assert shown(client, message) == reason


@pytest.mark.parametrize(
    ("delayed_by", "reason"),
    [
        ("eta", "Planned for"),
        ("daily_limit", "Waits for the daily limit, planned for"),
        ("gap", "Waits for the gap between sends, planned for"),
        ("account_paused", "Account was paused, planned for"),
        ("window", "Waits for the sending window, planned for"),
    ],
)
def test_time_of_a_delayed_message_is_shown_with_its_reason(
    client: Client, sandbox: Account, delayed_by: WaitingFor, reason: str
) -> None:
    message = send(sandbox, send_at=NOON + timedelta(hours=2, minutes=5))
    Message.unscoped.filter(pk=message.pk).update(delayed_by=delayed_by)
    assert shown(client, message) == f"{reason} 4 Jun 2030 14:05"


def test_ended_trial_is_the_reason(client: Client, tenants: Tenants, sandbox: Account) -> None:
    message = send(sandbox)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan=Plan.TRIAL, trial_ends_at=NOON)
    assert shown(client, message) == "The trial has ended"


def test_message_that_is_not_queued_shows_no_reason(client: Client, sandbox: Account) -> None:
    message = send(sandbox)
    dispatch.dispatch()
    assert stored(message).status == "sent"
    assert cells(client.get(LIST), "field-waiting") == [""]
    for address in (
        reverse("admin:messaging_message_change", args=[message.pk]),
        reverse("admin:inbox_thread", args=[message.thread_id]),
    ):
        assert "Waits" not in text_of(client, address)


def test_more_queued_messages_take_no_more_queries(client: Client, tenants: Tenants) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    account = tenants.sandbox()
    message = send(account, "@alice")
    send(account, "@bobby")  # another conversation in the list
    paths = [LIST, reverse("admin:inbox_thread", args=[message.thread_id])]
    before = [queries(path) for path in paths]
    for number in range(10):
        send(tenants.sandbox(), f"@person_{number}")
        send(account, "@alice")
    assert [queries(path) for path in paths] == before


def test_words_are_looked_for_in_the_newest_messages_and_an_id_in_all(
    client: Client, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = send(sandbox, "@first", text="Hello")
    frozen_time.now += timedelta(minutes=1)
    newer = send(sandbox, "@second", text="Hello")

    def found(words: str) -> list[str]:
        return [message.pk for message in client.get(LIST, {"q": words}).context["cl"].result_list]

    assert found("hello") == [newer.pk, older.pk]
    monkeypatch.setattr("messaging.panel.messages.SEARCHED", 1)
    assert (found("hello"), found(older.pk), found("nobody")) == ([newer.pk], [older.pk], [])


def test_an_address_sorts_by_no_column_without_a_link(client: Client, sandbox: Account) -> None:
    send(sandbox)
    with CaptureQueriesContext(connection) as queries:
        for number in range(8):
            assert client.get(LIST, {"o": str(number)}).status_code == 200
    sorts = {query["sql"].split("ORDER BY ")[1].split()[0] for query in queries if "LIMIT 51" in query["sql"]}
    assert sorts == {'"messaging_message"."created_at"'}
