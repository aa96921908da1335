"""Older messages that a member asks for: they are stored as what they are, the past."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from contacts.models import Contact, Erasure
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.periods import Period
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Role
from messaging.models import Account, HistoryRequest, Message, OptOutWord, PeerHash, TelegramSession, Thread
from messaging.services import send_message
from messaging.stats import account_report
from messaging.telegram import requested_history
from messaging.telegram.account_worker import AccountWorker
from messaging.threads.services.older_messages import load_history
from tests.messaging.helpers import Ring
from tests.messaging.telegram.helpers import ANNA, SHOP, ready_accounts, wait_for_status
from tests.panel import browser, flash_messages
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import wait_until

YEARS_AGO = 1_500_000_000


def hear_first(shop: Account, worker: AccountWorker, server: TelegramServer) -> Thread:
    """Let the worker, which has read nothing yet, receive the first message that is stored."""
    TelegramSession.unscoped.update(pts=server.find(SHOP).mailbox.pts)
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    server.deliver(ANNA, SHOP, "today", date=int(clock.now().timestamp()) - 120)
    thread: Thread = wait_until(lambda: Message.unscoped.filter(text="today").first()).thread
    return thread


def write_long_ago(server: TelegramServer, count: int = 3) -> None:
    """Messages in turn, ours first: past 0, past 1 and so on, a minute apart."""
    for number in range(count):
        sender, recipient = (ANNA, SHOP) if number % 2 else (SHOP, ANNA)
        server.deliver(sender, recipient, f"past {number}", date=YEARS_AGO + 60 * number)


def settled(thread: Thread) -> HistoryRequest:
    rows = HistoryRequest.unscoped.filter(thread=thread).exclude(state="asked")
    request: HistoryRequest = wait_until(rows.first)
    return request


def texts(thread: Thread) -> list[str]:
    return [each.text for each in Message.unscoped.filter(thread=thread).order_by("created_at", "id")]


def test_older_messages_are_stored_without_consequences(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    server.deliver(ANNA, SHOP, "STOP", date=YEARS_AGO + 600)
    assert "stop" in set(OptOutWord.unscoped.values_list("word", flat=True))
    thread = hear_first(shop, worker, server)
    before = Thread.unscoped.filter(pk=thread.pk).values().get()
    contact_before = Contact.unscoped.values().get()
    events, used = Event.unscoped.count(), Message.unscoped.filter(slot_at__isnull=False).count()
    load_history(actor, thread.pk)
    request = settled(thread)
    assert (request.state, request.is_complete, request.reason) == ("done", True, "")
    assert texts(thread) == ["past 0", "past 1", "past 2", "STOP", "today"]
    oldest, answer = Message.unscoped.order_by("created_at")[:2]
    assert (oldest.direction, oldest.status, oldest.source) == ("out", "sent", "phone")
    assert (answer.direction, answer.status, answer.in_reply_to_id) == ("in", "received", None)
    assert oldest.created_at == oldest.sent_at == datetime.fromtimestamp(YEARS_AGO, UTC)
    assert Thread.unscoped.filter(pk=thread.pk).values().get() == before
    assert Contact.unscoped.values().get() == contact_before
    assert Event.unscoped.count() == events
    assert Message.unscoped.filter(slot_at__isnull=False).count() == used


def test_each_request_loads_one_page_until_the_beginning(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server, 130)
    thread = hear_first(shop, worker, server)
    load_history(actor, thread.pk)
    assert settled(thread).is_complete is False
    assert texts(thread) == [*(f"past {number}" for number in range(30, 130)), "today"]
    load_history(actor, thread.pk)
    assert settled(thread).is_complete is True
    assert texts(thread) == [*(f"past {number}" for number in range(130)), "today"]
    asked = server.count("messages.getHistory")
    assert load_history(actor, thread.pk).state == "done"  # there is nothing more to ask for
    assert AuditEntry.objects.for_workspace(actor.workspace).filter(action="thread.history_requested").count() == 2
    assert server.count("messages.getHistory") == asked


def test_asking_twice_reads_one_page(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, rings: list[Ring]
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    asked = server.count("messages.getHistory")
    server.hang("messages.getHistory", 60)
    first = load_history(actor, thread.pk)
    server.wait(lambda: server.count("messages.getHistory") == asked + 1)
    assert load_history(actor, thread.pk).pk == first.pk
    server.resume_hanging()
    assert settled(thread).is_complete is True
    assert (texts(thread), server.count("messages.getHistory")) == (["past 0", "past 1", "past 2", "today"], asked + 1)
    assert [each.name for each in rings if each.queue].count("messaging.send_for_account") == 1
    assert AuditEntry.objects.for_workspace(actor.workspace).filter(action="thread.history_requested").count() == 1


def test_sends_do_not_wait_for_older_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, no_gap: None
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    asked = server.count("messages.getHistory")
    server.hang("messages.getHistory", 60)
    load_history(actor, thread.pk)
    server.wait(lambda: server.count("messages.getHistory") == asked + 1)
    sent = wait_for_status(send_message(actor, account_id=shop.pk, to="@anna_x", text="Hello"), "sent")
    assert sent.telegram_message_id == server.sent(SHOP)[-1].id
    assert HistoryRequest.unscoped.get().state == "asked"
    server.resume_hanging()
    assert settled(thread).state == "done"


def test_own_send_without_an_id_gets_it_and_is_not_stored_twice(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    at = datetime.fromtimestamp(YEARS_AGO, UTC)
    own = Message(workspace=shop.workspace, account=shop, thread=thread, contact=thread.contact, direction="out")
    own.text, own.status, own.created_at, own.sent_at, own.unsettled_since = "past 0 ", "sent", at, at, at
    own.save()
    load_history(actor, thread.pk)
    settled(thread)
    own.refresh_from_db()
    assert own.telegram_message_id == server.sent(SHOP)[0].id
    assert texts(thread) == ["past 0 ", "past 1", "past 2", "today"]


def test_messages_from_before_an_erasure_do_not_come_back(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    erased = hear_first(shop, worker, server)
    load_history(actor, erased.pk)
    settled(erased)
    erase_contact(actor, erased.contact_id)
    assert (HistoryRequest.unscoped.count(), Message.unscoped.count()) == (0, 0)
    Erasure.unscoped.update(created_at=clock.now() - timedelta(minutes=1))
    server.deliver(ANNA, SHOP, "me again", date=int(clock.now().timestamp()) - 30)
    server.deliver(ANNA, SHOP, "still me")
    thread = wait_until(lambda: Message.unscoped.filter(text="still me").first()).thread
    Message.unscoped.filter(text="me again").delete()
    load_history(actor, thread.pk)
    assert settled(thread).is_complete is True
    assert texts(thread) == ["me again", "still me"]


def test_contact_erased_while_the_page_is_read_stays_erased(
    shop: Account,
    worker: AccountWorker,
    server: TelegramServer,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    store, stored = requested_history.store, threading.Event()

    def store_and_tell(*args: Any) -> None:
        store(*args)
        stored.set()

    monkeypatch.setattr(requested_history, "store", store_and_tell)
    asked = server.count("messages.getHistory")
    server.hang("messages.getHistory", 60)
    load_history(actor, thread.pk)
    server.wait(lambda: server.count("messages.getHistory") == asked + 1)
    erase_contact(actor, thread.contact_id)
    server.resume_hanging()
    assert stored.wait(10)
    assert (Contact.unscoped.count(), Message.unscoped.count(), PeerHash.unscoped.count()) == (0, 0, 0)


def test_short_flood_wait_is_waited_out(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    server.fail("messages.getHistory", "FLOOD_WAIT_2")
    load_history(actor, thread.pk)
    assert settled(thread).state == "done"
    assert texts(thread) == ["past 0", "past 1", "past 2", "today"]
    shop.refresh_from_db()
    assert shop.state == "connected"  # sends go on


def test_long_flood_wait_is_told_and_may_be_tried_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    server.fail("messages.getHistory", "FLOOD_WAIT_600")
    load_history(actor, thread.pk)
    request = settled(thread)
    assert (request.state, request.reason) == ("failed", "Telegram asks to wait 10 minutes. Try again then.")
    assert texts(thread) == ["today"]
    load_history(actor, thread.pk)
    assert settled(thread).state == "done"


def test_refusal_that_lasts_is_told_and_logged(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    server.fail("messages.getHistory", "MSG_ID_INVALID")
    load_history(actor, thread.pk)
    request = settled(thread)
    assert (request.state, request.reason) == (
        "failed",
        "These messages could not be loaded. Ask whoever runs this installation; the log says why.",
    )
    assert "older messages cannot be loaded: msg_id_invalid: MSG_ID_INVALID" in caplog.messages
    assert texts(thread) == ["today"]


def test_access_hash_that_is_out_of_date_is_resolved_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    known = PeerHash.unscoped.get()
    PeerHash.unscoped.update(access_hash=1)
    load_history(actor, thread.pk)
    assert settled(thread).state == "done"
    assert texts(thread) == ["past 0", "past 1", "past 2", "today"]
    assert PeerHash.unscoped.get().access_hash == known.access_hash


def test_lost_connection_is_tried_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requested_history, "RETRY_SECONDS", 0.1)
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    server.fail("messages.getHistory", "INTERNAL_ERROR", code=500)
    load_history(actor, thread.pk)
    assert settled(thread).state == "done"
    assert texts(thread) == ["past 0", "past 1", "past 2", "today"]


def test_ended_session_is_told(shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor) -> None:
    thread = hear_first(shop, worker, server)
    server.fail("messages.getHistory", "SESSION_REVOKED")
    load_history(actor, thread.pk)
    request = settled(thread)
    assert request.reason == "Telegram has ended the session of this account. Log it in again, then try again."
    shop.refresh_from_db()
    assert shop.state == "needs_login"
    with pytest.raises(DomainError, match="is not connected to Telegram"):
        load_history(actor, thread.pk)


def test_statistics_count_older_messages_on_the_day_they_were_written(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    load_history(actor, thread.pk)
    settled(thread)
    today = Period(clock.now() - timedelta(days=1), clock.now() + timedelta(days=1))
    figures = account_report(actor, [today]).total[0]
    assert (figures.sent, figures.replies, figures.account.used) == (0, 0, 0)


def test_page_offers_loads_and_shows_older_messages(
    shop: Account, worker: AccountWorker, server: TelegramServer, client: Client, tenants: Tenants
) -> None:
    write_long_ago(server)
    thread = hear_first(shop, worker, server)
    address = f"/panel/live/inbox/{thread.pk}/"
    assert "Load older messages from Telegram" in client.get(address).content.decode()
    viewers = browser(tenants.member(Role.VIEWER))
    assert "Load older messages" not in viewers.get(address).content.decode()
    asked = server.count("messages.getHistory")
    server.hang("messages.getHistory", 60)
    response = client.post(address, {"action": "history"})
    assert response["Location"] == f"{address}#inbox-history"
    server.wait(lambda: server.count("messages.getHistory") == asked + 1)
    part: dict[str, Any] = {"part": "messages", "workspace": tenants.workspace.pk}
    loading = client.get(address, part).content.decode()
    assert "Loading older messages…" in loading and "data-again" in loading and "usual" not in loading
    HistoryRequest.unscoped.update(requested_at=clock.now() - timedelta(minutes=1))
    assert "This takes longer than usual." in client.get(address, part).content.decode()
    server.resume_hanging()
    settled(thread)
    page = client.get(address, part).content.decode()
    assert "This is the beginning of the conversation." in page and "data-again" not in page
    assert page.index("past 0") < page.index("past 2") < page.index("today")


def test_conversation_of_a_sandbox_has_no_older_messages(client: Client, tenants: Tenants, db: None) -> None:
    account = tenants.sandbox()
    contact = Contact.unscoped.create(workspace=tenants.workspace, name="Anna")
    thread = Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=contact)
    Message.unscoped.create(
        workspace=tenants.workspace, account=account, thread=thread, contact=contact, direction="in",
        status="received", telegram_message_id=7, text="hi",
    )  # fmt: skip
    address = f"/panel/live/inbox/{thread.pk}/"
    assert "inbox-history" not in client.get(address).content.decode()
    response = client.post(address, {"action": "history"})
    assert flash_messages(response) == ["Only conversations of Telegram accounts have older messages."]
    assert not HistoryRequest.unscoped.exists()
