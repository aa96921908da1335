"""Fetching files from Telegram: within bounds, resumed by whoever holds the account, and without a rest."""

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging import notices
from messaging.files import downloads, retention, services, storage
from messaging.files.storage import open_file
from messaging.models import Account, File, Message, StoredObject, TelegramDownload
from messaging.telegram import client as client_module
from messaging.telegram import downloading
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import (
    ANNA,
    BOB,
    OTHER_DC,
    SHOP,
    connect_account,
    ready_accounts,
    send,
    wait_for_status,
)
from tests.messaging.telegram.worker_process import WorkerProcess, end_leases_of_killed
from tests.telegram_server import MAIN_DC, TelegramServer
from tests.waiting import wait_until

PART = client_module.PART_BYTES
PDF = b"%PDF-1.7 " + b"page" * 100
GET_FILE = "upload.getFile"


@pytest.fixture
def connected(shop: Account, worker: AccountWorker, no_gap: None) -> AccountWorker:
    """A worker that has connected the account."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


def large(parts: float) -> bytes:
    """A document of so many parts, each of another content."""
    return b"%PDF-1.7 " + b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(int(parts * PART / 32)))


def stored() -> File:
    file: File = wait_until(lambda: File.unscoped.filter(state="stored").first())
    return file


def content_of(file: File) -> bytes:
    with open_file(file) as content:
        return content.read()


def failed(error: str) -> TelegramDownload:
    """The download, once it waits because of this."""
    download: TelegramDownload = wait_until(lambda: TelegramDownload.unscoped.filter(error=error).first())
    return download


def try_again() -> None:
    """As if the time until the next attempt had passed."""
    TelegramDownload.unscoped.update(not_before=clock.now())


def automatic(account: Account) -> TelegramDownload:
    """A download that nobody has asked for, of a worker that does not run."""
    file = {"workspace": account.workspace, "type": "x/y", "kind": "document", "state": "on_demand", "size": len(PDF)}
    where = {"telegram_message_id": 1, "dc_id": 2, "media_id": 3, "access_hash": 4, "file_reference": b"r"}
    download: TelegramDownload = TelegramDownload.unscoped.create(
        workspace=account.workspace,
        account=account,
        file=File.unscoped.create(**file),
        wanted_at=clock.now(),
        is_automatic=True,
        **where,
    )
    return download


def contents(account: Account) -> set[str]:
    """The names of all that lies in the storage for the account's workspace."""
    folder = Path(default_storage.path(str(account.workspace_id)))
    return {f"{account.workspace_id}/{each.name}" for each in folder.rglob("*")}


def test_file_above_the_bound_is_fetched_on_demand(
    connected: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_FETCH_MAX_BYTES = PART
    content = large(1.5)
    server.deliver_media(ANNA, SHOP, "document", content)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    small = stored()  # the large one, which is older, was passed over
    assert (small.size, server.count(GET_FILE)) == (len(PDF), 1)
    [on_demand] = File.unscoped.filter(state="on_demand")
    services.want(actor, on_demand)
    wait_until(lambda: File.unscoped.filter(state="stored").count() == 2)
    on_demand.refresh_from_db()
    assert content_of(on_demand) == content


def test_file_above_the_highest_bound_is_not_fetched(
    connected: AccountWorker, server: TelegramServer, settings: Any
) -> None:
    settings.TELEGRAM_FILE_MAX_BYTES = len(PDF) - 1
    server.deliver_media(ANNA, SHOP, "document", PDF)
    file = wait_until(lambda: File.unscoped.first())
    assert (file.state, TelegramDownload.unscoped.count(), server.count(GET_FILE)) == ("too_large", 0, 0)


def test_expired_reference_is_renewed_from_the_message(connected: AccountWorker, server: TelegramServer) -> None:
    server.hang(GET_FILE, 60)
    server.deliver_media(ANNA, SHOP, "photo", PDF)
    server.wait(lambda: server.count(GET_FILE) == 1)
    server.expire_file_references(SHOP)
    server.resume_hanging()
    assert content_of(stored()) == PDF
    assert server.count("messages.getMessages") == 1


def test_file_that_has_moved_to_another_data_center_is_fetched_there(
    connected: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_FETCH_MAX_BYTES = 1
    content = large(1.5)
    server.deliver_media(ANNA, SHOP, "document", content, dc_id=OTHER_DC)
    file = wait_until(lambda: File.unscoped.filter(state="on_demand").first())
    TelegramDownload.unscoped.update(dc_id=MAIN_DC)
    services.want(actor, file)
    assert content_of(stored()) == content


def test_file_that_telegram_has_lost_is_gone(connected: AccountWorker, server: TelegramServer) -> None:
    server.hang(GET_FILE, 60)
    ids = server.deliver_media(ANNA, SHOP, "document", PDF)
    server.wait(lambda: server.count(GET_FILE) == 1)
    server.lose_file(SHOP, ids.recipient_message_id)
    server.resume_hanging()
    wait_until(lambda: File.unscoped.filter(state="gone").exists())
    assert not TelegramDownload.unscoped.exists()


def test_flood_wait_holds_back_files_and_no_messages(
    shop: Account, connected: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.fail(GET_FILE, "FLOOD_WAIT_3600")
    server.deliver_media(ANNA, SHOP, "document", PDF)
    download = failed("flood_wait")
    assert (download.not_before - clock.now()).total_seconds() > 3500
    server.deliver_media(ANNA, SHOP, "document", PDF)
    wait_until(lambda: TelegramDownload.unscoped.count() == 2)
    wait_for_status(send(actor, shop, "Hello"), "sent")
    assert (server.count(GET_FILE), Account.unscoped.get(pk=shop.pk).state) == (1, "connected")


def test_slowed_download_waits_and_asks_for_the_same_part(connected: AccountWorker, server: TelegramServer) -> None:
    content = large(2.5)
    server.fail(GET_FILE, "FLOOD_PREMIUM_WAIT_1", skip=1)
    server.deliver_media(ANNA, SHOP, "document", content)
    assert content_of(stored()) == content
    assert server.count(GET_FILE) == 3 + 1


def test_part_that_is_never_answered_is_asked_for_again(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "PART_SECONDS", 2.0)
    server.ignore(GET_FILE)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    failed("timeout")
    try_again()
    assert content_of(stored()) == PDF


def test_sends_go_on_while_a_file_is_fetched(
    shop: Account, connected: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.hang(GET_FILE, 60)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    server.wait(lambda: server.count(GET_FILE) == 1)
    wait_for_status(send(actor, shop, "Hello"), "sent")
    server.resume_hanging()
    assert content_of(stored()) == PDF


def test_without_space_on_the_disk_it_waits(connected: AccountWorker, server: TelegramServer, settings: Any) -> None:
    enough, settings.FILES_FREE_BYTES = settings.FILES_FREE_BYTES, 2**62
    server.deliver_media(ANNA, SHOP, "document", PDF)
    failed("disk_full")
    assert (File.unscoped.get().state, server.count(GET_FILE)) == ("on_demand", 0)
    settings.FILES_FREE_BYTES = enough
    try_again()
    assert content_of(stored()) == PDF


def test_files_that_nobody_asks_for_leave_half_of_the_quota(
    connected: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.FILES_QUOTA = 3 * len(PDF)
    for _ in range(3):
        server.deliver_media(ANNA, SHOP, "document", PDF)
    wait_until(lambda: TelegramDownload.unscoped.filter(wanted_at=None, error="file_quota_exceeded").count() == 2)
    assert (stored().size, server.count(GET_FILE)) == (len(PDF), 1)
    upload = services.upload(actor, io.BytesIO(PDF), "ours.pdf")
    first, second = File.unscoped.filter(state="on_demand").order_by("pk")
    services.want(actor, first)
    wait_until(lambda: File.unscoped.filter(state="stored").count() == 3)
    # The quota is full now: what is asked for waits until there is room.
    services.want(actor, second)
    wait_until(lambda: TelegramDownload.unscoped.filter(file=second, attempts=1, wanted_at__isnull=False).exists())
    assert (failed("file_quota_exceeded").file_id, server.count(GET_FILE)) == (second.pk, 2)
    retention.delete([upload])
    try_again()
    wait_until(lambda: File.unscoped.filter(state="stored").count() == 3)


def test_what_somebody_asks_for_while_it_is_left_on_demand_stays_wanted(
    shop: Account, actor: Actor, settings: Any
) -> None:
    settings.FILES_QUOTA = len(PDF)
    download = automatic(shop)
    with pytest.raises(downloads.Refused) as refused:
        downloads.begin(download)
    services.want(actor, download.file)
    downloads.put_off(download, refused.value.code)
    asked = TelegramDownload.unscoped.get()
    assert (asked.wanted_at, asked.is_automatic, asked.not_before) == (download.wanted_at, False, download.not_before)
    downloads.begin(asked)  # within the quota


def test_accounts_that_fetch_at_once_exceed_the_half_by_one_file_each(shop: Account, settings: Any) -> None:
    settings.FILES_QUOTA = 4 * len(PDF)
    first, second, third, fourth = (automatic(shop) for _ in range(4))
    downloads.begin(first)
    downloads.store(first, PDF)
    for download in (second, third):
        downloads.begin(download)
    for download in (second, third):
        downloads.store(download, PDF)
    with pytest.raises(downloads.Refused):
        downloads.begin(fourth)
    assert File.unscoped.filter(state="stored").count() == 3


def test_storage_that_cannot_be_written_loses_nothing(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(default_storage.path(""))
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    folder.write_text("no folder")
    server.deliver_media(ANNA, SHOP, "document", PDF)
    failed("storage_unavailable")
    folder.unlink()
    try_again()
    assert content_of(stored()) == PDF


def test_photo_that_is_larger_than_telegram_says_is_kept_whole(
    connected: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_FETCH_MAX_BYTES = 1
    content = large(1.5)
    server.deliver_media(ANNA, SHOP, "photo", content)
    file = wait_until(lambda: File.unscoped.filter(state="on_demand").first())
    File.unscoped.update(size=PART)
    services.want(actor, file)
    assert (content_of(stored()), stored().size) == (content, len(content))


def test_document_that_is_shorter_than_telegram_says_is_not_kept(
    shop: Account, connected: AccountWorker, server: TelegramServer
) -> None:
    server.hang(GET_FILE, 60)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    server.wait(lambda: server.count(GET_FILE) == 1)
    File.unscoped.update(size=len(PDF) + 1)
    TelegramDownload.unscoped.update(attempts=downloads.MOST_INCOMPLETE - 2)
    server.resume_hanging()
    wait_until(lambda: File.unscoped.filter(state="on_demand").exists())


@pytest.fixture
def rings(doorbell_reaches_broker: None) -> None:
    """Overrides a fixture of messaging: here doorbells do reach the broker."""


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "SEGMENT_BYTES", 2 * PART)


def test_large_file_is_kept_in_segments_until_it_is_complete(
    shop: Account, connected: AccountWorker, server: TelegramServer, small_segments: None
) -> None:
    content = large(5.5)
    server.hang(GET_FILE, 60, skip=5)
    server.deliver_media(ANNA, SHOP, "document", content, dc_id=OTHER_DC)
    wait_until(lambda: TelegramDownload.unscoped.filter(fetched=4 * PART).exists())
    assert StoredObject.unscoped.count() == 2
    server.resume_hanging()
    file = stored()
    assert (content_of(file), file.sha256) == (content, hashlib.sha256(content).hexdigest())
    storage.delete_due()
    assert (contents(shop), StoredObject.unscoped.count()) == ({file.storage_name}, 0)


def test_next_worker_asks_for_the_rest_only(
    shop: Account, server: TelegramServer, worker: AccountWorker, small_segments: None
) -> None:
    content = large(5.5)
    server.hang(GET_FILE, 60, skip=5)
    server.deliver_media(ANNA, SHOP, "document", content)
    worker.start()
    server.wait(lambda: server.count(GET_FILE) == 6, 60)
    worker.stop()
    assert TelegramDownload.unscoped.get().fetched == 4 * PART
    second = AccountWorker("second")
    second.start()
    try:
        assert content_of(stored()) == content
    finally:
        second.stop()
    assert server.count(GET_FILE) == 6 + 2


def test_segments_that_were_dropped_meanwhile_are_fetched_again(
    shop: Account, server: TelegramServer, worker: AccountWorker, small_segments: None
) -> None:
    content = large(3.5)
    server.hang(GET_FILE, 60, skip=3)
    server.deliver_media(ANNA, SHOP, "document", content)
    worker.start()
    server.wait(lambda: server.count(GET_FILE) == 4, 60)
    worker.stop()
    assert TelegramDownload.unscoped.get().fetched == 2 * PART
    StoredObject.unscoped.update(not_before=clock.now())
    storage.delete_due()
    second = AccountWorker("second")
    second.start()
    try:
        assert content_of(stored()) == content
    finally:
        second.stop()


def test_contact_erased_while_a_file_is_fetched(
    shop: Account, connected: AccountWorker, server: TelegramServer, actor: Actor, small_segments: None
) -> None:
    server.hang(GET_FILE, 60, skip=3)
    server.deliver_media(ANNA, SHOP, "document", large(3.5))
    server.deliver_media(ANNA, SHOP, "document", PDF)
    server.wait(lambda: server.count(GET_FILE) == 4)
    assert len(contents(shop)) == 1
    erase_contact(actor, Contact.unscoped.get().pk)
    server.resume_hanging()
    server.wait(lambda: server.faults_left() == 0)
    wait_until(lambda: not StoredObject.unscoped.filter(not_before__gt=clock.now()).exists())
    wait_until(lambda: storage.delete_due() == 0 and not contents(shop))
    assert (File.unscoped.count(), Message.unscoped.count(), TelegramDownload.unscoped.count()) == (0, 0, 0)


@pytest.fixture
def processes(settings: Any) -> Iterator[list[WorkerProcess]]:
    running: list[WorkerProcess] = []
    yield running
    for process in running:
        process.close()


def test_worker_killed_while_it_fetches(
    shop: Account, server: TelegramServer, tmp_path: Path, processes: list[WorkerProcess]
) -> None:
    """A part hangs after two segments of 8 MiB; the next worker goes on behind them."""
    content = large(39)
    server.hang(GET_FILE, 120, skip=34)
    server.deliver_media(ANNA, SHOP, "document", content)
    processes.append(WorkerProcess("one", server, tmp_path))
    wait_until(lambda: TelegramDownload.unscoped.filter(fetched=32 * PART).exists(), seconds=60)
    server.wait(lambda: server.count(GET_FILE) == 35, 60)
    processes[0].kill()
    end_leases_of_killed(processes)
    processes.append(WorkerProcess("two", server, tmp_path))
    file = wait_until(lambda: File.unscoped.filter(state="stored").first(), seconds=60)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert server.count(GET_FILE) == 35 + 8


def test_pages_are_told_when_the_file_is_there(
    connected: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[notices.Notice] = []
    monkeypatch.setattr(notices, "tell", told.append)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    stored()
    thread = Message.unscoped.get().thread_id
    wait_until(lambda: notices.Notice(File.unscoped.get().workspace_id, thread, notices.CHANGED) in told)


def test_accounts_of_a_worker_share_its_slots(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "FETCHES_AT_ONCE", 1)
    server.create_user(BOB, username="bob_shop", first_name="Bob")
    other = connect_account(actor, server.authorize(BOB), server.find(BOB).id, name="Bob")
    server.hang(GET_FILE, 60)
    server.deliver_media(ANNA, SHOP, "document", PDF)
    worker.start()
    server.wait(lambda: server.count(GET_FILE) == 1, 60)
    server.deliver_media(ANNA, BOB, "document", PDF)
    wait_until(lambda: TelegramDownload.unscoped.filter(account=other).exists())
    wait_for_status(send(actor, other, "Hello"), "sent")
    assert server.count(GET_FILE) == 1
    server.resume_hanging()
    wait_until(lambda: File.unscoped.filter(state="stored").count() == 2)
