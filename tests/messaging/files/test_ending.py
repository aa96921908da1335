"""How files end: unused, too old, and with the person they belonged to."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage

from contacts.services import erase_contact
from crmsolid.core import clock, erasure
from crmsolid.core.errors import DomainError
from messaging import querysets
from messaging.files import albums, received, retention, services, storage
from messaging.files.models import Attachment, File, FileKind, StoredObject, TelegramDownload
from messaging.files.representations import attachments_of
from messaging.models import Broadcast, Message, Template
from tests.messaging.files.helpers import message_with, person, picture, upload
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Any) -> None:
    files = {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": files}


def contents() -> int:
    storage.delete_due()
    folders = default_storage.listdir("")[0]
    return sum(len(default_storage.listdir(folder)[1]) for folder in folders)


def after(**time: int) -> None:
    """Let all files be older by so much."""
    for file in File.unscoped.all():
        file.created_at -= timedelta(**time)
        if file.expires_at is not None:
            file.expires_at -= timedelta(**time)
        file.save()


def test_a_file_that_nothing_uses_is_deleted_after_a_day(tenants: Tenants) -> None:
    upload(tenants, picture())
    after(hours=23)
    assert (retention.purge(), contents()) == (0, 1)
    after(hours=2)
    assert (retention.purge(), contents()) == (1, 0)
    assert (File.unscoped.count(), StoredObject.unscoped.count()) == (0, 0)


def test_a_file_in_use_stays_until_it_is_used_no_more(tenants: Tenants) -> None:
    actor = tenants.actor()
    file, other = upload(tenants, b"text"), upload(tenants, b"other")
    assert [each.pk for each in services.usable(actor, [other.pk, file.pk])] == [other.pk, file.pk]
    template = Template.unscoped.create(workspace=tenants.workspace, name="t", attachments=[file.pk])
    broadcast = Broadcast.unscoped.create(workspace=tenants.workspace, name="b", attachments=[other.pk])
    after(days=3)
    assert (retention.purge(), File.unscoped.filter(expires_at=None).count()) == (0, 2)
    Broadcast.unscoped.filter(pk=broadcast.pk).update(status="done", starts_at=clock.now(), frozen_at=clock.now())
    template.delete()
    assert (retention.purge(), File.unscoped.filter(expires_at=None).count()) == (0, 0)
    services.usable(actor, [other.pk])
    after(days=2)
    message_with(tenants, person(tenants, "p"), File.unscoped.get(pk=other.pk))
    assert (retention.purge(), contents()) == (1, 1)


def test_a_file_that_is_used_in_spite_of_its_end_stays(tenants: Tenants) -> None:
    file = upload(tenants, b"text")
    message_with(tenants, person(tenants, "p"), file)
    after(days=2)
    assert retention.purge() == 0
    assert File.unscoped.get().expires_at is None


def test_a_file_that_a_message_has_is_looked_at_once(tenants: Tenants, django_assert_num_queries: Any) -> None:
    files = [upload(tenants, bytes([number])) for number in range(3)]
    services.usable(tenants.actor(), [file.pk for file in files])
    message_with(tenants, person(tenants, "p"), *files)
    after(days=2)
    assert retention.expire_unused() == 0
    with django_assert_num_queries(1):
        assert retention.expire_unused() == 0
    assert File.unscoped.filter(expires_at=None).count() == 3


@pytest.mark.parametrize("lost", ["erased", "replaced"])
def test_a_file_that_has_lost_its_message_ends_once_nothing_else_uses_it(tenants: Tenants, lost: str) -> None:
    file, contact = upload(tenants, b"text"), person(tenants, "p")
    services.usable(tenants.actor(), [file.pk])
    message = message_with(tenants, contact, file)
    template = Template.unscoped.create(workspace=tenants.workspace, name="t", attachments=[file.pk])
    after(days=2)
    retention.purge()
    if lost == "erased":
        erase_contact(tenants.actor(), contact.pk)
    else:
        Attachment.unscoped.filter(message=message).delete()
        received.release([file.pk])
    assert (retention.purge(), File.unscoped.get().expires_at) == (0, None)
    template.delete()
    assert (retention.purge(), File.unscoped.get().expires_at is None) == (0, False)
    after(days=2)
    assert (retention.purge(), contents()) == (1, 0)


def test_contents_end_after_the_days_of_the_setting(tenants: Tenants, settings: Any) -> None:
    old, again, kept = (upload(tenants, bytes([number]) * 10) for number in range(3))
    contact = person(tenants, "p")
    services.usable(tenants.actor(), [old.pk, again.pk, kept.pk])
    Template.unscoped.create(workspace=tenants.workspace, name="t", attachments=[kept.pk])
    for message in (message_with(tenants, contact, old), message_with(tenants, contact, again)):
        Message.unscoped.filter(pk=message.pk).update(created_at=clock.now() - timedelta(days=31))
    message_with(tenants, contact, again)
    assert retention.purge() == 0
    settings.FILES_DAYS = 30
    with clock.simulated(clock.now() + timedelta(days=31)):
        Message.unscoped.filter(created_at__gt=clock.now() - timedelta(days=32)).update(created_at=clock.now())
        assert retention.purge() == 1
    states = {file.pk: file.state for file in File.unscoped.all()}
    assert states == {old.pk: "gone", again.pk: "stored", kept.pk: "stored"}
    StoredObject.unscoped.update(not_before=clock.now())
    assert contents() == 2


@pytest.mark.parametrize(("status", "state"), [("queued", "stored"), ("sending", "stored"), ("sent", "gone")])
def test_contents_of_what_is_still_to_be_sent_do_not_end(
    status: str, state: str, tenants: Tenants, settings: Any
) -> None:
    """A message may be planned for longer ahead than files are kept."""
    settings.FILES_DAYS = 30
    file = upload(tenants, b"text")
    services.usable(tenants.actor(), [file.pk])
    message_with(tenants, person(tenants, "p"), file)
    Message.unscoped.update(status=status, eta=clock.now(), lease="x", lease_until=clock.now())
    with clock.simulated(clock.now() + timedelta(days=31)):
        retention.purge()
    assert File.unscoped.get().state == state


def test_erasing_a_contact_deletes_what_it_alone_had(tenants: Tenants) -> None:
    account, first, second = tenants.sandbox(), person(tenants, "first"), person(tenants, "second")
    own, shared, kept, waiting = (upload(tenants, bytes([number]) * 10) for number in range(4))
    services.usable(tenants.actor(), [own.pk, shared.pk, kept.pk, waiting.pk])
    File.unscoped.filter(pk=own.pk).update(thumbnail_name=(thumbnail := storage.new_name(tenants.workspace.pk)))
    storage.write(thumbnail, [b"small"])
    storage.keep(thumbnail)
    storage.write(segment := storage.new_name(tenants.workspace.pk), [b"fetched so far"])
    TelegramDownload.unscoped.create(
        segments=[segment],
        workspace=tenants.workspace,
        account=account,
        file=own,
        telegram_message_id=1,
        dc_id=2,
        media_id=3,
        access_hash=4,
        file_reference=b"r",
    )
    Template.unscoped.create(workspace=tenants.workspace, name="t", attachments=[kept.pk])
    message_with(tenants, first, own, shared, kept, account=account)
    message_with(tenants, second, shared, account=account)
    exported = erasure.export_all(tenants.workspace.pk, first.pk)
    assert [(file["id"], file["url"]) for file in exported["files"]] == [
        (file.pk, f"/v1/files/{file.pk}") for file in (own, shared, kept)
    ]
    assert [each["id"] for each in exported["messages"][0]["attachments"]] == [own.pk, shared.pk, kept.pk]
    assert contents() == 6
    erase_contact(tenants.actor(), first.pk)
    assert set(File.unscoped.values_list("pk", flat=True)) == {shared.pk, kept.pk, waiting.pk}
    assert (contents(), StoredObject.unscoped.count()) == (3, 0)


@pytest.mark.parametrize(
    ("ids", "code", "field"),
    [
        ([], "wrong_number", "attachments"),
        (["{a}"] * 11, "wrong_number", "attachments"),
        (["{a}", "{a}"], "repeated", "attachments"),
        (["{a}", "fil_01M8G4CXAACHKKMDJ7HSGPBW6C"], "unknown_file", "attachments[1]"),
        (["nonsense"], "unknown_file", "attachments[0]"),
        (["{a}", "{theirs}"], "unknown_file", "attachments[1]"),
        (["{on_demand}"], "not_stored", "attachments[0]"),
    ],
)
def test_what_cannot_be_used_is_refused(tenants: Tenants, ids: list[str], code: str, field: str) -> None:
    mine, theirs = upload(tenants, b"mine"), upload(tenants, b"theirs", workspace=tenants.other)
    away = File.unscoped.create(workspace=tenants.workspace, type="image/jpeg", kind="photo", state="on_demand")
    named = {"a": mine.pk, "theirs": theirs.pk, "on_demand": away.pk}
    with pytest.raises(DomainError) as refused:
        services.usable(tenants.actor(), [each.format(**named) for each in ids])
    error = refused.value.errors[0]
    assert (error.field, error.code) == (field, code)
    mine.refresh_from_db()
    assert mine.expires_at is not None


def test_what_a_file_is_sent_as(tenants: Tenants) -> None:
    photo = File(kind=FileKind.PHOTO, type="image/jpeg", size=100, width=100, height=50)
    assert albums.kind_to_send_as(photo, "auto") == FileKind.PHOTO
    assert albums.kind_to_send_as(photo, "document") == FileKind.DOCUMENT
    for large in ({"size": 10 * 1024 * 1024 + 1}, {"width": 9000, "height": 1001}, {"width": 2001, "height": 100}):
        file = File(**{"kind": FileKind.PHOTO, "type": "image/jpeg", "size": 1, "width": 1, "height": 1, **large})
        assert albums.kind_to_send_as(file, "auto") == FileKind.DOCUMENT
    sound = File(kind=FileKind.AUDIO, type="audio/mpeg", size=1)
    assert albums.kind_to_send_as(sound, "voice") == FileKind.VOICE
    with pytest.raises(DomainError) as refused:
        albums.kind_to_send_as(photo, "voice")
    assert refused.value.errors[0].code == "not_a_voice"


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        (["photo"], ""),
        (["photo", "video", "photo"], ""),
        (["document", "document"], ""),
        (["audio", "audio"], ""),
        (["voice"], ""),
        (["photo", "document"], "not_together"),
        (["audio", "document"], "not_together"),
        (["voice", "voice"], "not_together"),
        (["animation", "photo"], "not_together"),
        (["photo"] * 11, "too_many"),
    ],
)
def test_which_files_one_message_has(kinds: list[str], code: str) -> None:
    refused = ""
    try:
        albums.check_together([FileKind(kind) for kind in kinds])
    except DomainError as error:
        refused = error.errors[0].code
    assert refused == code


def test_a_page_of_messages_reads_all_attachments_with_one_query(
    tenants: Tenants, django_assert_num_queries: Any
) -> None:
    contact, account = person(tenants, "p"), tenants.sandbox()
    messages = [
        message_with(tenants, contact, *(upload(tenants, bytes([n, m])) for m in range(3)), account=account)
        for n in range(4)
    ]
    rows = list(Message.unscoped.filter(pk__in=[message.pk for message in messages]))
    with django_assert_num_queries(1):
        querysets.with_attachments(rows)
        assert [len(attachments_of(row)) for row in rows] == [3] * 4
    Message.unscoped.update(kind="text")
    rows = list(Message.unscoped.all())
    with django_assert_num_queries(0):
        querysets.with_attachments(rows)
        assert [attachments_of(row) for row in rows] == [[]] * 4
