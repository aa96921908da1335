"""Contacts of a sandbox do what their usernames say, and what is sent to them arrives once."""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

import pytest

from crmsolid.workspaces.actor import Actor
from messaging import services, tasks
from messaging.files import services as files
from messaging.files import storage
from messaging.files.models import Attachment, File, StoredObject
from messaging.models import Account, Direction, Message, SandboxDelivery, Thread
from messaging.sandbox import answers, media
from messaging.sandbox.media import Asset
from messaging.sending import dispatch
from messaging.sending.gateway import Outgoing, OutgoingFile
from messaging.sending.sandbox import SandboxGateway
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send, stored
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db
PICTURE = b"\xff\xd8\xff picture "


def deliver(account: Account, to: str) -> Message:
    message = send(account, to, text="Show *me*")
    dispatch.dispatch()
    return stored(message)


def received() -> list[dict[str, Any]]:
    return [event["data"]["message"] for event in events("message.received")]


@pytest.mark.parametrize(
    ("recipient", "kind", "assets"),
    [
        ("@photo_me", "photo", media.PHOTO),
        ("@Voice", "voice", media.VOICE),
        ("@video_9", "video", media.VIDEO),
        ("@document", "document", media.DOCUMENT),
        ("@album_of_three", "photo", media.ALBUM),
    ],
)
def test_contact_answers_with_files_whose_content_is_there(
    api: Any, tenants: Tenants, sandbox: Account, recipient: str, kind: str, assets: Sequence[Asset]
) -> None:
    message = deliver(sandbox, recipient)
    tasks.sweep()
    (answer,) = received()
    assert (answer["kind"], answer["text"], answer["in_reply_to"]) == (kind, "", message.pk)
    assert answer["auto_reply"] is False
    shown = [(each["kind"], each["type"], each["size"], each["state"], each["name"]) for each in answer["attachments"]]
    assert shown == [(kind, asset.type, len(asset.content), "stored", asset.name) for asset in assets]
    client = Api(tenants.key())
    for attachment, asset in zip(answer["attachments"], assets, strict=True):
        served = client.get(attachment["url"])
        assert b"".join(served.streaming_content) == asset.content
        assert served.headers["ETag"] == f'"{hashlib.sha256(asset.content).hexdigest()}"'
    assert File.unscoped.count() == Attachment.unscoped.count() == len(assets)
    assert not StoredObject.unscoped.exists()  # nothing is left to be deleted
    assert len({each.telegram_message_id for each in Attachment.unscoped.all()}) == len(assets)


def test_files_are_what_they_say(tenants: Tenants) -> None:
    for asset in (*media.ALBUM, *media.VOICE, *media.VIDEO, *media.DOCUMENT):
        file = files.upload(tenants.actor(), io.BytesIO(asset.content), asset.file)
        assert file.type == asset.type, asset.file
        assert len(asset.content) < 8000


def test_contact_reads_what_is_sent(sandbox: Account, frozen_time: FrozenTime) -> None:
    message = deliver(sandbox, "@read_it")
    assert stored(message).read_at == frozen_time.now
    assert [event["data"]["message"]["id"] for event in events("message.read")] == [message.pk]
    assert Thread.unscoped.get().last_read_at == frozen_time.now
    assert received() == []


@pytest.mark.parametrize("recipient", ["@reader_jane", "@editor", "@photographer_9", "@flood_waiter", "@fail_privacyx"])
def test_contact_whose_username_only_begins_like_a_word_does_nothing(sandbox: Account, recipient: str) -> None:
    message = deliver(sandbox, recipient)
    assert tasks.sweep() == 0
    assert (message.status, stored(message).read_at, received()) == ("sent", None, [])


@pytest.mark.parametrize("recipient", ["@read", "@Read2", "@read_lin", "@read-lin"])
def test_word_ends_with_the_username_or_before_a_digit_or_a_sign(recipient: str) -> None:
    assert answers.answer_of(recipient) == answers.answer_of("@read_it") is not None


def test_contact_edits_the_answer(sandbox: Account) -> None:
    deliver(sandbox, "@edit_me")
    assert [each["text"] for each in received()] == ["You said: Show *me*"]
    (edited,) = events("message.edited")
    assert edited["data"]["message"]["text"] == "You said: Show *me* (edited)"
    answer = Message.unscoped.get(direction=Direction.IN)
    assert (answer.text, answer.edited_at is not None) == ("You said: Show *me* (edited)", True)


def test_contact_deletes_the_answer(sandbox: Account) -> None:
    deliver(sandbox, "@delete_it")
    answer = Message.unscoped.get(direction=Direction.IN)
    assert (answer.text, answer.deleted_at is not None) == ("You said: Show *me*", True)
    assert [event["data"]["message"]["id"] for event in events("message.deleted")] == [answer.pk]


def test_contact_reacts(sandbox: Account) -> None:
    message = deliver(sandbox, "@react_to_it")
    assert stored(message).reactions == [{"emoji": "👍", "by": "contact"}]
    assert received() == []


def test_contact_types(sandbox: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, str, str]] = []
    monkeypatch.setattr("messaging.typing.tell_typing", lambda *what: told.append(what))
    message = deliver(sandbox, "@typing_bot")
    assert told == [(sandbox.workspace_id, message.thread_id, "contact")]
    assert received() == []


def test_answer_that_fails_leaves_nothing_and_is_given_by_the_sweep(
    sandbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any) -> None:
        raise RuntimeError("the worker has no memory")

    monkeypatch.setattr(answers, "give", fail)
    deliver(sandbox, "@album")
    assert (received(), File.unscoped.count()) == ([], 0)
    assert StoredObject.unscoped.count() == 3
    assert storage.delete_due() == 3
    monkeypatch.undo()
    assert tasks.sweep() == 1
    assert tasks.sweep() == 0
    assert [len(each["attachments"]) for each in received()] == [3]


# --- What is sent -----------------------------------------------------------------------------------------------------
def test_each_part_of_an_album_is_delivered_once(sandbox: Account) -> None:
    actor = Actor.command(sandbox.workspace, "tests")
    ids = [files.upload(actor, io.BytesIO(PICTURE + bytes([number])), "a.jpg").pk for number in range(3)]
    message = services.send_message(
        actor, account_id=sandbox.pk, to="@alice", text="Look", attachments=ids, format="plain"
    )
    dispatch.dispatch()
    message = stored(message)
    parts = list(Attachment.unscoped.filter(message=message).order_by("position"))
    delivered = {each.random_id: each.outgoing_id for each in SandboxDelivery.unscoped.all()}
    assert (message.status, message.kind, len(delivered)) == ("sent", "photo", 3)
    assert [each.telegram_message_id for each in parts] == [delivered[each.random_id] for each in parts]
    assert message.telegram_message_id == parts[0].telegram_message_id

    again = Outgoing(
        message_id=message.pk,
        workspace_id=sandbox.workspace_id,
        account_id=sandbox.pk,
        random_id=message.random_id,
        recipient="@alice",
        text="Look",
        attempt=2,
        previous_attempt_at=None,
        files=tuple(OutgoingFile(each.file_id, each.kind, each.random_id) for each in parts),
    )
    result = SandboxGateway().send([again])[message.pk]
    assert not isinstance(result, Exception)
    assert (result.duplicate, dict(result.part_ids)) == (True, delivered)
    assert SandboxDelivery.unscoped.count() == 3
