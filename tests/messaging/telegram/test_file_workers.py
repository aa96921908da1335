"""Workers that are killed while they upload or send files: the next one finishes what they began, once."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Attachment, Message, TelegramUpload
from tests.messaging.telegram.helpers import ANNA, SHOP, outcomes, wait_for_status
from tests.messaging.telegram.sent_files import (
    PART,
    arrived,
    make_file,
    noise,
    part_ids,
    photo,
    send_files,
    sent_ids,
    upload_of,
)
from tests.messaging.telegram.worker_process import WorkerProcess, end_leases_of_killed
from tests.telegram_server import TelegramServer
from tests.waiting import another_transaction_waits, wait_until

Start = Callable[[str], WorkerProcess]
SECONDS = 60.0
SAVE, UPLOAD, SEND, SEND_ALBUM = (
    *("upload.saveFilePart", "messages.uploadMedia"),
    *("messages.sendMedia", "messages.sendMultiMedia"),
)


@pytest.fixture
def rings(doorbell_reaches_broker: None) -> None:
    """Overrides a fixture of messaging: here doorbells do reach the broker."""


@pytest.fixture
def start(shop: Account, server: TelegramServer, tmp_path: Path, settings: Any) -> Iterator[Start]:
    """Starts a worker of this name, which ends with the test. Of one that was killed before, the leases have ended."""
    settings.TELEGRAM_GAP_SECONDS = 0.0
    workers: list[WorkerProcess] = []

    def start(name: str) -> WorkerProcess:
        end_leases_of_killed(workers)
        workers.append(WorkerProcess(name, server, tmp_path))
        return workers[-1]

    yield start
    for worker in workers:
        worker.close()


def sent(message: Message) -> Message:
    return wait_for_status(message, "sent", seconds=SECONDS)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("after_parts", [0, 3])
def test_killed_while_a_part_is_sent(
    after_parts: int, when: str, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    """The next worker sends what is missing, as parts of the same file."""
    content = noise(5 * PART)
    message = send_files(actor, shop, make_file(actor, content), text="file")
    server.hang(SAVE, 60, when=when, skip=after_parts)
    first = start("one")
    server.wait(lambda: server.count(SAVE) > after_parts, seconds=SECONDS)
    first.kill()
    start("two")
    sent(message)
    [received] = server.received(ANNA)
    assert (server.file_content(ANNA, received.id), received.text) == (content, "file")
    assert len(server.uploads(SHOP)) == 1
    assert Event.unscoped.filter(type="message.sent").count() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_the_end_of_an_upload(
    when: str, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    content = noise(2 * PART)
    file = make_file(actor, content)
    message = send_files(actor, shop, file)
    server.hang(UPLOAD, 60, when=when)
    first = start("one")
    server.wait(lambda: server.count(UPLOAD) == 1, seconds=SECONDS)
    wait_until(lambda: upload_of(file).parts_sent == 2, seconds=SECONDS)
    first.kill()
    start("two")
    sent(message)
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    # No part was sent again.
    assert (server.parts_saved(SHOP), server.count(UPLOAD)) == (2, 2)


def test_killed_between_the_upload_and_its_row(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    file = make_file(actor, noise(100))
    message = send_files(actor, shop, file)
    server.hang(UPLOAD, 60, when="after")
    first = start("one")
    server.wait(lambda: server.count(UPLOAD) == 1, seconds=SECONDS)
    with transaction.atomic():
        TelegramUpload.unscoped.select_for_update().get(file=file)
        server.resume_hanging()
        wait_until(another_transaction_waits, seconds=SECONDS)
        first.kill()
    start("two")
    sent(message)
    assert arrived(server) == [("document", "")]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("when", "last"), [("before", "sent"), ("after", "duplicate")])
def test_killed_during_a_send(
    when: str, last: str, count: int, start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    request = SEND if count == 1 else SEND_ALBUM
    message = send_files(actor, shop, *(photo(actor, number) for number in range(count)), text="Hello")
    server.hang(request, 60, when=when)
    first = start("one")
    server.wait(lambda: server.count(request) == 1, seconds=SECONDS)
    first.kill()
    start("two")
    settled = sent(message)
    assert arrived(server) == [("photo", "Hello")] + [("photo", "")] * (count - 1)
    assert outcomes(settled) == ["lost", last]
    assert part_ids(settled) == sent_ids(server)
    assert settled.telegram_message_id == sent_ids(server)[0]
    assert Event.unscoped.filter(type="message.sent").count() == 1
    assert Message.unscoped.count() == 1


def test_killed_between_answer_and_settlement(
    start: Start, shop: Account, server: TelegramServer, actor: Actor
) -> None:
    message = send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="Hello")
    server.hang(SEND_ALBUM, 60, when="after")
    first = start("one")
    server.wait(lambda: server.count(SEND_ALBUM) == 1, seconds=SECONDS)
    with transaction.atomic():
        Message.unscoped.select_for_update().get(pk=message.pk)
        server.resume_hanging()
        wait_until(another_transaction_waits, seconds=SECONDS)
        first.kill()
    start("two")
    settled = sent(message)
    assert arrived(server) == [("photo", "Hello"), ("photo", "")]
    assert part_ids(settled) == sent_ids(server)
    assert Message.unscoped.count() == 1


def test_killed_after_half_an_album(start: Start, shop: Account, server: TelegramServer, actor: Actor) -> None:
    """The next worker sends the other half alone."""
    message = send_files(actor, shop, *(photo(actor, number) for number in range(4)), text="four")
    server.accept_album_items(SHOP, [0, 1])
    server.hang(SEND_ALBUM, 60, when="before", skip=1)
    first = start("one")
    server.wait(lambda: server.count(SEND_ALBUM) == 2, seconds=SECONDS)
    first.kill()
    assert Attachment.unscoped.filter(message=message, telegram_message_id__isnull=False).count() == 2
    start("two")
    settled = sent(message)
    assert arrived(server) == [("photo", "four")] + [("photo", "")] * 3
    assert part_ids(settled) == sent_ids(server)
    assert outcomes(settled) == ["lost", "sent"]
    assert Message.unscoped.count() == 1
