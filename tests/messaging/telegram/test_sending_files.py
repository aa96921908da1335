"""Files reach their recipients once: uploads that break off, references that expire, albums of which a part is lost."""

from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging import services
from messaging.files.progress import upload_progress
from messaging.models import Account, Message, TelegramUpload
from messaging.sending.waiting import waiting_for
from messaging.telegram import client, uploading
from messaging.telegram.account_worker import AccountWorker
from messaging.threads.services.answering import retry_message
from tests.messaging.files.helpers import picture
from tests.messaging.telegram.helpers import (
    ANNA,
    BOB,
    SHOP,
    attempts,
    make_due,
    outcomes,
    received_texts,
    send,
    wait_for_attempt,
    wait_for_status,
)
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
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")

SAVE, SAVE_BIG, UPLOAD = "upload.saveFilePart", "upload.saveBigFilePart", "messages.uploadMedia"
SEND, SEND_ALBUM = "messages.sendMedia", "messages.sendMultiMedia"


def sent(message: Message) -> Message:
    return wait_for_status(message, "sent", seconds=30)


def test_document_is_uploaded_in_parts_and_sent_with_its_caption(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    content = noise(2 * PART + 5)
    file = make_file(actor, content)
    message = send_files(actor, shop, file, text="Here it is")
    assert (message.kind, message.awaits_upload, message.status) == ("document", True, "queued")
    worker.start()
    settled = sent(message)
    [received] = server.received(ANNA)
    assert (received.media.kind, received.media.name, received.text) == ("document", "report.pdf", "Here it is")
    assert server.file_content(ANNA, received.id) == content
    assert settled.telegram_message_id == server.sent(SHOP)[0].id
    assert part_ids(settled) == [settled.telegram_message_id]
    assert [(each.parts, each.saves) for each in server.uploads(SHOP)] == [([0, 1, 2], 3)]
    assert upload_of(file).origin_message_id == settled.telegram_message_id
    assert attempts(settled) == [("sent", "")]
    assert Event.unscoped.filter(type="message.sent").count() == 1


def test_large_file_is_sent_by_the_other_request(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    content = noise(10 * 1024 * 1024 + 1)
    worker.start()
    sent(send_files(actor, shop, make_file(actor, content, "film.bin")))
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    assert (server.count(SAVE), server.count(SAVE_BIG)) == (0, 21)


def test_photos_and_documents_are_what_they_are_sent_as(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    file = photo(actor)
    sent(send_files(actor, shop, file, text="photo"))
    sent(send_files(actor, shop, file, text="unchanged", send_as="document"))
    assert arrived(server) == [("photo", "photo"), ("document", "unchanged")]
    assert {row.kind for row in TelegramUpload.unscoped.filter(file=file)} == {"photo", "document"}


def test_video_and_voice_have_their_measures(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    video = make_file(actor, noise(2000), "a.mp4", kind="video", type="video/mp4", width=64, height=48, duration=7)
    voice = make_file(
        actor, noise(1000), "a.ogg", kind="voice", type="audio/ogg", duration=3, waveform=bytes([0, 31] * 50)
    )
    worker.start()
    sent(send_files(actor, shop, video))
    sent(send_files(actor, shop, voice))
    first, second = (each.media for each in server.received(ANNA))
    assert first.kind == "video"
    [shape] = [each for each in first.attributes if each["_"] == "DocumentAttributeVideo"]
    assert (shape["duration"], shape["w"], shape["h"], shape["supports_streaming"]) == (7, 64, 48, True)
    assert second.kind == "voice"
    [audio] = [each for each in second.attributes if each["_"] == "DocumentAttributeAudio"]
    assert (audio["duration"], audio["voice"]) == (3, True)


def test_picture_that_telegram_does_not_take_as_a_photo_goes_as_a_document(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Its measures are known only after it was accepted."""
    file = photo(actor, width=3000, height=10)
    type(file).unscoped.filter(pk=file.pk).update(width=None, height=None, processed_at=None)
    message = send_files(actor, shop, file)
    assert message.kind == "photo"
    type(file).unscoped.filter(pk=file.pk).update(width=3000, height=10, processed_at=clock.now())
    worker.start()
    assert sent(message).kind == "document"
    assert arrived(server) == [("document", "")]


@pytest.mark.parametrize("name", ["", "scan", "scan.pdf"])
def test_photo_goes_whatever_it_is_called(
    name: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    """Telegram wants the ending of a picture, and one that a contact has sent has no name at all."""
    worker.start()
    sent(send_files(actor, shop, make_file(actor, picture(), name, width=40, height=30)))
    assert arrived(server) == [("photo", "")]


def test_album_is_one_message_with_an_id_for_each_part(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    message = sent(send_files(actor, shop, *(photo(actor, number) for number in range(4)), text="four"))
    received = server.received(ANNA)
    assert [(each.media.kind, each.text) for each in received] == [("photo", "four")] + [("photo", "")] * 3
    assert len({each.grouped_id for each in received}) == 1 and received[0].grouped_id is not None
    assert part_ids(message) == sent_ids(server)
    assert message.telegram_message_id == sent_ids(server)[0]
    assert (server.count(SEND), server.count(SEND_ALBUM)) == (0, 1)
    assert Message.unscoped.count() == 1
    shop.refresh_from_db()
    assert Message.unscoped.filter(account=shop, slot_at__isnull=False).count() == 1


def test_one_file_for_many_people_is_uploaded_once(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    file = make_file(actor, noise(100))
    messages = [send_files(actor, shop, file, to=to) for to in ("@anna_x", "@bob_x", "@anna_x")]
    worker.start()
    for message in messages:
        sent(message)
    assert (server.count(SAVE), server.count(UPLOAD), server.count(SEND)) == (1, 1, 3)
    again = send_files(actor, shop, file)
    assert not again.awaits_upload
    sent(again)
    assert server.count(SAVE) == 1


def test_later_text_does_not_overtake_a_file(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    server.hang(UPLOAD, 60)
    worker.start()
    message = send_files(actor, shop, make_file(actor, noise(100)), text="file")
    later, to_another = send(actor, shop, text="later"), send(actor, shop, text="another", to="@bob_x")
    sent(to_another)
    server.wait(lambda: server.count(UPLOAD) == 1)
    assert arrived(server) == []
    assert waiting_for(Message.unscoped.get(pk=message.pk)) == "upload"
    assert waiting_for(Message.unscoped.get(pk=later.pk)) == "earlier_message"
    server.resume_hanging()
    sent(later)
    assert [text for _, text in arrived(server)] == ["file", "later"]


def test_file_of_a_later_message_holds_nobody_back(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    planned = send_files(actor, shop, make_file(actor, noise(100)), send_at=clock.now() + timedelta(days=1))
    worker.start()
    sent(send(actor, shop, text="now"))
    assert received_texts(server) == ["now"]
    assert server.count(SAVE) == 0
    make_due(planned)
    sent(planned)
    assert server.count(SAVE) == 1


# --- Uploads that break off -------------------------------------------------------------------------------------------
def test_upload_goes_on_where_the_connection_broke(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    content = noise(6 * PART)
    message = send_files(actor, shop, make_file(actor, content))
    server.lose(SAVE, when="before")
    worker.start()
    sent(message)
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    assert len(server.uploads(SHOP)) == 1


def test_part_that_is_never_answered_is_sent_again_over_a_new_connection(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "REQUEST_SECONDS", 3.0)
    server.ignore(SAVE)
    worker.start()
    content = noise(PART + 5)
    sent(send_files(actor, shop, make_file(actor, content)))
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    assert len(server.uploads(SHOP)) == 1


@pytest.mark.parametrize("lost", [(0,), (2,), (0, 1, 2)])
def test_lost_parts_are_sent_again(
    lost: tuple[int, ...], shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    content = noise(3 * PART)
    server.drop_parts(SHOP, lost)
    worker.start()
    sent(send_files(actor, shop, make_file(actor, content)))
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    assert server.parts_saved(SHOP) == 3 + len(lost)
    assert len(server.uploads(SHOP)) == 1


def test_upload_whose_parts_are_forgotten_begins_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    content = noise(15 * PART)
    server.drop_parts(SHOP, range(15))
    worker.start()
    sent(send_files(actor, shop, make_file(actor, content)))
    [received] = server.received(ANNA)
    assert server.file_content(ANNA, received.id) == content
    assert len(server.uploads(SHOP)) == 2


def test_slowed_upload_waits_and_goes_on(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.fail(SAVE, "FLOOD_PREMIUM_WAIT_1")
    worker.start()
    sent(send_files(actor, shop, make_file(actor, noise(100))))
    assert (server.count(SAVE), len(server.uploads(SHOP))) == (2, 1)
    shop.refresh_from_db()
    assert shop.state == "connected"


def test_flood_wait_puts_uploads_off_and_nothing_else(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.create_user(BOB, username="bob_x")
    server.fail(SAVE, "FLOOD_WAIT_30")
    file = make_file(actor, noise(100))
    messages = [send_files(actor, shop, file), send_files(actor, shop, make_file(actor, noise(200, seed=2)))]
    worker.start()
    wait_until(lambda: upload_of(file).error == "flood_wait")
    assert 25 < (upload_of(file).not_before - clock.now()).total_seconds() <= 30
    sent(send(actor, shop, to="@bob_x"))
    assert [Message.unscoped.get(pk=message.pk).status for message in messages] == ["queued", "queued"]
    assert server.count(SAVE) == 1
    worker.stop()
    TelegramUpload.unscoped.update(not_before=clock.now())
    second = AccountWorker("second")
    second.start()
    try:
        for message in messages:
            sent(message)
    finally:
        second.stop()


@pytest.mark.parametrize("error", ["FILE_PARTS_INVALID", "PHOTO_INVALID_DIMENSIONS", "MEDIA_INVALID"])
def test_refused_file_fails_all_messages_that_wait_for_it(
    error: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    file = make_file(actor, noise(100))
    messages = [send_files(actor, shop, file), send_files(actor, shop, file)]
    server.fail(UPLOAD, error)
    worker.start()
    for message in messages:
        failed = wait_for_status(message, "failed")
        assert (failed.error, failed.slot_at, failed.awaits_upload) == ("file_refused", None, False)
    assert Event.unscoped.filter(type="message.failed").count() == 2
    assert upload_of(file).state == "failed"
    # One that is sent right after fails with the same error, without another upload.
    assert wait_for_status(send_files(actor, shop, file), "failed").error == "file_refused"
    assert (server.count(UPLOAD), server.count(SEND)) == (1, 0)
    TelegramUpload.unscoped.update(not_before=clock.now())
    sent(send_files(actor, shop, file))


@pytest.mark.parametrize("error", ["IMAGE_PROCESS_FAILED", "PHOTO_INVALID_DIMENSIONS", "PHOTO_EXT_INVALID"])
def test_photo_that_telegram_refuses_goes_as_a_document(
    error: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    file = photo(actor, 1)  # the smaller one, which is uploaded first
    album = send_files(actor, shop, file, photo(actor, 2, width=1280, height=800), text="two")
    server.fail(UPLOAD, error)
    worker.start()
    sent(album)
    assert sorted(arrived(server)) == [("document", "two"), ("photo", "")]
    assert len(part_ids(album)) == 2 and set(part_ids(album)) == set(sent_ids(server))
    # It is uploaded as a photo no more.
    assert sent(send_files(actor, shop, file, text="again")).kind == "document"
    assert arrived(server)[-1] == ("document", "again")
    assert server.count(UPLOAD) == 3


def test_album_with_a_file_that_was_just_refused_fails_and_holds_nobody_back(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    refused = make_file(actor, noise(100))
    message = send_files(actor, shop, refused)
    server.fail(UPLOAD, "MEDIA_INVALID")
    worker.start()
    wait_for_status(message, "failed")
    album = send_files(actor, shop, refused, make_file(actor, noise(200, seed=2)))
    after = send(actor, shop, text="after")
    failed = wait_for_status(album, "failed")
    assert (failed.error, failed.awaits_upload) == ("file_refused", False)
    sent(after)
    assert received_texts(server, ANNA) == ["after"]


def test_file_that_was_refused_meanwhile_is_not_waited_for(shop: Account, server: TelegramServer, actor: Actor) -> None:
    file = make_file(actor, noise(100))
    message = send_files(actor, shop, file)
    Message.unscoped.update(status="sending", awaits_upload=False)
    upload = upload_of(file)
    uploading.refuse(upload.pk, "file_refused", "no")
    uploading.want_again(shop.workspace_id, shop.pk, message.pk, [(file.pk, upload.kind)])
    message.refresh_from_db()
    assert (message.awaits_upload, upload_of(file).state) == (False, "failed")


def test_content_that_is_gone_fails_the_message(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    file = make_file(actor, noise(100))
    message = send_files(actor, shop, file)
    type(file).unscoped.filter(pk=file.pk).update(state="gone", storage_name="")
    worker.start()
    assert wait_for_status(message, "failed").error == "file_gone"
    assert server.count(SAVE) == 0


def test_progress_of_an_upload_is_told(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.hang(SAVE, 60, skip=1)
    message = send_files(actor, shop, make_file(actor, noise(2 * PART)))
    assert upload_progress([message]) == {message.pk: 0.0}
    worker.start()
    server.wait(lambda: server.count(SAVE) == 2)
    TelegramUpload.unscoped.update(parts_sent=1)
    assert upload_progress([message]) == {message.pk: 0.5}
    server.resume_hanging()
    assert upload_progress([sent(message)]) == {}


def test_canceled_message_is_not_uploaded(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.hang(SAVE, 60)
    file = make_file(actor, noise(4 * PART))
    message = send_files(actor, shop, file)
    worker.start()
    server.wait(lambda: server.count(SAVE) == 1)
    services.cancel_message(actor, message.pk)
    server.resume_hanging()
    sent(send(actor, shop, text="after"))
    assert received_texts(server) == ["after"]
    assert (server.count(UPLOAD), upload_of(file).state) == (0, "wanted")
    canceled = Message.unscoped.get(pk=message.pk)
    assert (canceled.status, canceled.awaits_upload, canceled.slot_at) == ("canceled", False, None)


# --- Sends ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("duplicates", ["original", "error"])
@pytest.mark.parametrize("count", [1, 3])
def test_lost_answer_does_not_send_twice(
    duplicates: str, count: int, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.configure(duplicates=duplicates)
    server.lose(SEND if count == 1 else SEND_ALBUM, when="after")
    worker.start()
    message = sent(send_files(actor, shop, *(photo(actor, number) for number in range(count)), text="Hello"))
    assert arrived(server) == [("photo", "Hello")] + [("photo", "")] * (count - 1)
    assert part_ids(message) == sent_ids(server)
    assert attempts(message)[-1] == ("duplicate", "")
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize("accepted", [[0], [1, 2], [0, 2]])
def test_part_that_telegram_left_out_is_sent_again_alone(
    accepted: list[int], shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.accept_album_items(SHOP, accepted)
    worker.start()
    message = sent(send_files(actor, shop, *(photo(actor, number) for number in range(3)), text="three"))
    assert sorted(arrived(server)) == [("photo", ""), ("photo", ""), ("photo", "three")]
    assert sorted(each or 0 for each in part_ids(message)) == sent_ids(server)
    assert Message.unscoped.count() == 1


def test_half_an_album_is_completed_by_the_next_attempt(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.accept_album_items(SHOP, [0])
    for _ in range(2):
        server.accept_album_items(SHOP, [])
    worker.start()
    message = wait_for_attempt(send_files(actor, shop, *(photo(actor, n) for n in range(3)), text="three"), "retry")
    assert (message.status, message.error) == ("queued", "partly_sent")
    assert [each is None for each in part_ids(message)] == [False, True, True]
    with pytest.raises(DomainError, match="was sent"):
        services.cancel_message(actor, message.pk)
    make_due(message)
    sent(message)
    assert arrived(server) == [("photo", "three"), ("photo", ""), ("photo", "")]
    assert Message.unscoped.count() == 1


def test_album_that_telegram_splits_is_one_message(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.split_album(SHOP)
    worker.start()
    message = sent(send_files(actor, shop, *(photo(actor, number) for number in range(4))))
    assert part_ids(message) == sent_ids(server)
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize("count", [1, 2])
def test_expired_reference_is_renewed_from_the_message_that_has_the_file(
    count: int, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    files = [photo(actor, number) for number in range(count)]
    sent(send_files(actor, shop, *files))
    server.expire_file_references(SHOP)
    message = sent(send_files(actor, shop, *files, text="again"))
    assert arrived(server)[count:] == [("photo", "again")] + [("photo", "")] * (count - 1)
    assert server.count(UPLOAD) == count
    assert set(attempts(message)) == {("retry", "file_expired"), ("sent", "")}


def test_expired_reference_without_a_message_is_uploaded_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    file = photo(actor)
    message = send_files(actor, shop, file)
    server.fail(SEND, "FILE_REFERENCE_EXPIRED")
    worker.start()
    sent(message)
    assert arrived(server) == [("photo", "")]
    assert server.count(UPLOAD) == 2


def test_expired_reference_of_a_deleted_message_is_uploaded_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    file = photo(actor)
    first = sent(send_files(actor, shop, file))
    server.delete(ANNA, server.received(ANNA)[0].id)
    wait_until(lambda: Message.unscoped.filter(pk=first.pk, deleted_at__isnull=False).exists())
    server.expire_file_references(SHOP)
    message = sent(send_files(actor, shop, file, text="again"))
    assert arrived(server) == [("photo", "again")]
    assert (server.count(UPLOAD), upload_of(file).origin_message_id) == (2, message.telegram_message_id)


def test_file_that_telegram_lost_is_uploaded_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    file = photo(actor)
    first = sent(send_files(actor, shop, file))
    assert first.telegram_message_id is not None
    server.lose_file(SHOP, first.telegram_message_id)
    sent(send_files(actor, shop, file, text="again"))
    assert arrived(server) == [("photo", ""), ("photo", "again")]
    assert server.count(UPLOAD) == 2


def test_old_attempt_is_looked_up_in_the_conversation(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    """Telegram may have forgotten the ``random_id`` by then."""
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang(SEND_ALBUM, 60, when="after")
    worker.start()
    message = wait_for_attempt(send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="two"), "retry")
    server.forget_random_ids(SHOP)
    # What Telegram reported meanwhile would tell the ids.
    message.attachments.update(telegram_message_id=None)
    make_due(message, unsettled_since=clock.now() - timedelta(minutes=11), telegram_message_id=None)
    settled = sent(message)
    assert arrived(server) == [("photo", "two"), ("photo", "")]
    assert part_ids(settled) == sent_ids(server)
    assert outcomes(settled)[-1] == "duplicate"
    assert Message.unscoped.count() == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [("VOICE_MESSAGES_FORBIDDEN", "voice_forbidden"), ("CHAT_SEND_PHOTOS_FORBIDDEN", "write_forbidden")],
)
def test_what_a_recipient_does_not_accept_fails(
    error: str, code: str, shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.fail(SEND, error)
    worker.start()
    failed = wait_for_status(send_files(actor, shop, photo(actor)), "failed")
    assert failed.error == code
    assert arrived(server) == []


def test_album_quotes_with_its_first_part(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    worker.start()
    first = sent(send(actor, shop, text="first"))
    sent(send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="two", reply_to=first.pk))
    quoted = [each.reply_to for each in server.sent(SHOP)]
    assert quoted[1] == first.telegram_message_id


def test_message_of_which_a_part_arrived_is_not_sent_again(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    server.accept_album_items(SHOP, [0])
    server.fail(SEND, "USER_IS_BLOCKED")
    worker.start()
    failed = wait_for_status(send_files(actor, shop, photo(actor, 1), photo(actor, 2)), "failed")
    assert failed.error == "blocked_by_recipient"
    with pytest.raises(DomainError, match="may have arrived"):
        retry_message(actor, failed.pk)
    assert len(arrived(server)) == 1
