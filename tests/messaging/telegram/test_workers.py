"""Workers that are killed at the worst moments: the next worker finishes what they began, once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.changes.services import delete_message, edit_message
from messaging.models import (
    Account,
    AccountLease,
    HistoryRequest,
    Message,
    MessageChange,
    TelegramSession,
    WorkerHeartbeat,
)
from messaging.telegram import leases
from messaging.telegram.services import begin_qr_login
from messaging.threads.services.older_messages import load_history
from tests.messaging.telegram.helpers import (
    ANNA,
    BOB,
    SHOP,
    connect_account,
    outcomes,
    received_texts,
    send,
    wait_for_status,
)
from tests.messaging.telegram.qr_codes import code, wait_for_state
from tests.messaging.telegram.worker_process import WorkerProcess, end_leases_of_killed
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants
from tests.waiting import another_transaction_waits, wait_until

Start = Callable[[str], WorkerProcess]
SECONDS = 40.0


@pytest.fixture
def rings(doorbell_reaches_broker: None) -> None:
    """Overrides a fixture of messaging: here doorbells do reach the broker."""


@pytest.fixture
def started(settings: Any) -> Iterator[list[WorkerProcess]]:
    """The workers of the test, which end with it."""
    settings.TELEGRAM_GAP_SECONDS = 0.0
    workers: list[WorkerProcess] = []
    yield workers
    for worker in workers:
        worker.close()


@pytest.fixture
def start(started: list[WorkerProcess], shop: Account, server: TelegramServer, tmp_path: Path) -> Start:
    """Starts a worker of this name. Of one that was killed before, the leases have ended."""

    def start(name: str) -> WorkerProcess:
        end_leases_of_killed(started)
        started.append(WorkerProcess(name, server, tmp_path))
        return started[-1]

    return start


def sent(message: Message) -> Message:
    return wait_for_status(message, "sent", seconds=SECONDS)


def worker_of(account: Account) -> str:
    """The name of the worker that holds the account."""
    return next(iter(leases.workers_of([account.pk])), "").partition("@")[0]


@pytest.mark.parametrize(("when", "last"), [("before", "sent"), ("after", "duplicate")])
def test_worker_killed_during_a_send(
    when: str, last: str, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """Before the request took effect, and after that but before the answer."""
    server.hang("messages.sendMessage", 60, when=when)
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    first.kill()
    assert Message.unscoped.get(pk=message.pk).status == "sending"
    start("two")
    settled = sent(message)
    assert (received_texts(server), outcomes(settled)) == (["Hello"], ["lost", last])
    assert settled.telegram_message_id == server.sent(SHOP)[0].id
    assert Event.unscoped.filter(type="message.sent").count() == 1
    assert Message.unscoped.count() == 1


def test_worker_killed_between_answer_and_settlement(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    server.hang("messages.sendMessage", 60, when="after")
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    with transaction.atomic():
        Message.unscoped.select_for_update().get(pk=message.pk)
        server.resume_hanging()
        wait_until(another_transaction_waits, seconds=SECONDS)
        first.kill()
    start("two")
    settled = sent(message)
    assert (received_texts(server), outcomes(settled)) == (["Hello"], ["lost", "duplicate"])
    assert Event.unscoped.filter(type="message.sent").count() == 1


def test_worker_killed_before_the_message_was_claimed(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    first = start("one")
    wait_until(lambda: worker_of(shop) == "one", seconds=SECONDS)
    first.kill()
    message = send(actor, shop)
    start("two")
    assert (outcomes(sent(message)), received_texts(server)) == (["sent"], ["Hello"])


@pytest.mark.parametrize("when", ["before", "after", "settling"])
@pytest.mark.parametrize("kind", ["edit", "delete"])
def test_worker_killed_while_it_changes_a_message(
    kind: str, when: str, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """Before the request took effect, after that but before the answer, and between the answer and its settlement."""
    first = start("one")
    message = sent(send(actor, shop))
    request = "messages.editMessage" if kind == "edit" else "messages.deleteMessages"
    server.hang(request, 60, when="before" if when == "before" else "after")
    if kind == "edit":
        edit_message(actor, message.pk, text="New")
    else:
        delete_message(actor, message.pk)
    server.wait(lambda: server.count(request) == 1, seconds=SECONDS)
    if when == "settling":
        with transaction.atomic():
            Message.unscoped.select_for_update().get(pk=message.pk)
            server.resume_hanging()
            wait_until(another_transaction_waits, seconds=SECONDS)
            first.kill()
    else:
        first.kill()
    assert MessageChange.unscoped.get().status == "queued"
    start("two")
    wait_until(lambda: MessageChange.unscoped.get().status == "done", seconds=SECONDS)
    message.refresh_from_db()
    texts = ["New"] if kind == "edit" else []
    assert (received_texts(server), message.text, message.change) == (texts, "New" if texts else "Hello", None)
    assert (message.deleted_at is None, server.count(request)) == (kind == "edit", 2)
    assert Event.unscoped.filter(type="message.edited" if texts else "message.deleted").count() == 1


def test_two_workers_share_accounts_and_one_takes_over(
    start: Start, shop: Account, server: TelegramServer, tenants: Tenants, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    second = connect_account(actor, server.authorize(BOB), server.find(BOB).id, name="Bob")
    workers = {name: start(name) for name in ("one", "two")}
    wait_until(lambda: {worker_of(shop), worker_of(second)} == {"one", "two"}, seconds=SECONDS)
    for account, text in ((shop, "from shop"), (second, "from bob")):
        sent(send(actor, account, text))
    before = AccountLease.unscoped.get(account=shop).epoch
    dead = worker_of(shop)
    workers[dead].kill()
    server.deliver(ANNA, SHOP, "while nobody held it")
    other = ({"one", "two"} - {dead}).pop()
    wait_until(lambda: worker_of(shop) == other, seconds=SECONDS)
    wait_until(lambda: Message.unscoped.filter(text="while nobody held it", direction="in").exists(), seconds=SECONDS)
    sent(send(actor, shop, "again"))
    assert sorted(received_texts(server)) == ["again", "from bob", "from shop"]
    assert AccountLease.unscoped.get(account=shop).epoch > before
    assert (server.peak_connected(SHOP), server.peak_connected(BOB)) == (1, 1)


def test_suspended_worker_does_not_send_beside_the_next(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """It resumes with a send in progress and a lease that another worker holds by now."""
    server.hang("messages.sendMessage", 60)
    first = start("one")
    message = send(actor, shop)
    server.wait(lambda: server.count("messages.sendMessage") == 1, seconds=SECONDS)
    first.suspend()
    start("two")
    settled = sent(message)
    later = sent(send(actor, shop, "later"))
    before = server.count("messages.sendMessage")
    first.resume()
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    assert (worker_of(shop), outcomes(settled), outcomes(later)) == ("two", ["lost", "sent"], ["sent"])
    sent(send(actor, shop, "last"))
    assert (received_texts(server), server.count("messages.sendMessage")) == (["Hello", "later", "last"], before + 1)
    assert first.terminate() == 0  # it had not crashed


def test_terminated_worker_releases_its_leases_at_once(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    first = start("one")
    wait_until(lambda: worker_of(shop) == "one", seconds=SECONDS)
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    assert first.terminate() == 0
    assert (worker_of(shop), server.connected(SHOP)) == ("", 0)
    start("two")
    sent(send(actor, shop))
    assert received_texts(server) == ["Hello"]


def test_doorbell_reaches_the_worker_that_holds_the_account(
    started: list[WorkerProcess], shop: Account, server: TelegramServer, actor: Actor, tmp_path: Path
) -> None:
    """A message accepted here is sent by a worker that does not look for due messages by itself."""
    started.append(WorkerProcess("one", server, tmp_path, ticks=False))
    wait_until(lambda: worker_of(shop) == "one", seconds=SECONDS)
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    for number in range(3):
        sent(send(actor, shop, f"number {number}"))
    assert received_texts(server) == ["number 0", "number 1", "number 2"]


def test_worker_killed_while_it_loads_older_messages(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    for number in range(3):
        server.deliver(ANNA, SHOP, f"past {number}", date=1_500_000_000 + number)
    TelegramSession.unscoped.update(pts=4)
    first = start("one")
    wait_until(lambda: worker_of(shop) == "one", seconds=SECONDS)
    server.wait(lambda: server.connected(SHOP) == 1, seconds=SECONDS)
    server.deliver(ANNA, SHOP, "today")
    thread = wait_until(lambda: Message.unscoped.filter(text="today").first(), seconds=SECONDS).thread
    asked = server.count("messages.getHistory")
    server.hang("messages.getHistory", 60)
    load_history(actor, thread.pk)
    server.wait(lambda: server.count("messages.getHistory") == asked + 1, seconds=SECONDS)
    first.kill()
    assert HistoryRequest.unscoped.get().state == "asked"
    start("two")
    wait_until(lambda: HistoryRequest.unscoped.filter(state="done").exists(), seconds=SECONDS)
    texts = Message.unscoped.order_by("created_at").values_list("text", flat=True)
    assert list(texts) == ["past 0", "past 1", "past 2", "today"]
    assert Event.unscoped.filter(type="message.received").count() == 1


@pytest.mark.parametrize("is_scanned", [False, True])
def test_worker_killed_while_a_qr_code_is_shown(
    is_scanned: bool, start: Start, server: TelegramServer, actor: Actor
) -> None:
    """The next one goes on with the same session: with a new code, or with what was scanned meanwhile."""
    server.create_user(BOB, username="bob_x", first_name="Bob")
    first = start("one")
    wait_until(lambda: WorkerHeartbeat.objects.exists(), seconds=SECONDS)
    attempt = begin_qr_login(actor)
    address = code(actor, attempt)
    keys = len(server.state.authorizations)
    first.kill()
    if is_scanned:
        server.scan_login_token(address, BOB)
    start("two")
    if not is_scanned:
        server.scan_login_token(code(actor, attempt, after=address), BOB)
    account = Account.unscoped.get(pk=wait_for_state(actor, attempt, "connected").account_id or 0)
    assert (account.name, account.state) == ("Bob", "connected")
    assert len(server.state.authorizations_of(server.find(BOB))) == 1
    assert len(server.state.authorizations) == keys
    server.deliver(ANNA, BOB, "Still there?")
    wait_until(lambda: Message.unscoped.filter(text="Still there?").exists(), seconds=SECONDS)
