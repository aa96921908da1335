"""Messages with files over the API and from broadcasts, sequences and templates, in a sandbox; what is refused."""

import io
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership
from crmsolid.workspaces.services import create_workspace
from messaging import services, texts
from messaging.broadcasts.models import Broadcast
from messaging.files import services as file_services
from messaging.models import Account, AccountKind, AccountLease, Attachment, File, Message, Status, TelegramUpload
from messaging.representations import MessageOut
from messaging.sending import dispatch
from messaging.threads.services.answering import retry_message
from tests.messaging.broadcasts import helpers as broadcasts
from tests.messaging.files.helpers import picture
from tests.messaging.helpers import counts, stored
from tests.sequences import helpers as sequences
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db

PATH = "/v1/messages/send"


@pytest.fixture
def api(tenants: Tenants) -> Api:
    return Api(tenants.key())


def file(tenants: Tenants, content: bytes = b"%PDF-1.4 text", name: str = "a.pdf") -> File:
    return file_services.upload(tenants.actor(), io.BytesIO(content), name)


def photo(tenants: Tenants) -> File:
    return file(tenants, picture(), "a.jpg")


def body(account: Account, *files: File, **members: Any) -> dict[str, Any]:
    return {"account_id": account.pk, "to": "@alice", "attachments": [each.pk for each in files], **members}


def parts(message: Message) -> list[tuple[int, str, str]]:
    rows = Attachment.unscoped.filter(message=message).order_by("position")
    return list(rows.values_list("position", "file_id", "kind"))


def telegram_account(tenants: Tenants) -> Account:
    account = Account(workspace=tenants.workspace, kind=AccountKind.TELEGRAM, name="Shop")
    account.save()
    AccountLease.unscoped.create(workspace=tenants.workspace, account=account)
    return account


def test_message_with_files_is_sent_with_its_caption(api: Api, tenants: Tenants, sandbox: Account) -> None:
    first, second = photo(tenants), photo(tenants)
    assert first.expires_at is not None
    answer = api.post(PATH, body(sandbox, first, second, text="Hi {first_name|there}"))
    assert answer.status_code == 200
    message = Message.unscoped.get(pk=answer.json()["id"])
    assert (message.kind, message.awaits_upload) == ("photo", False)
    assert parts(message) == [(0, first.pk, "photo"), (1, second.pk, "photo")]
    assert File.unscoped.filter(expires_at=None).count() == 2
    assert dispatch.dispatch() == 1
    sent = stored(message)
    assert (sent.status, sent.text) == (Status.SENT, "Hi there")
    ids = list(Attachment.unscoped.filter(message=sent).order_by("position").values_list("random_id", flat=True))
    assert ids[0] == sent.random_id and len(set(ids)) == 2
    assert [each["id"] for each in MessageOut.render(sent)["attachments"]] == [first.pk, second.pk]


def test_text_may_be_left_out(api: Api, tenants: Tenants, sandbox: Account) -> None:
    answer = api.post(PATH, body(sandbox, file(tenants)))
    assert answer.status_code == 200
    dispatch.dispatch()
    sent = Message.unscoped.get(pk=answer.json()["id"])
    assert (sent.status, sent.kind, sent.text) == (Status.SENT, "document", "")


def test_photo_can_be_sent_as_a_document(api: Api, tenants: Tenants, sandbox: Account) -> None:
    answer = api.post(PATH, body(sandbox, photo(tenants), **{"as": "document"}))
    assert Message.unscoped.get(pk=answer.json()["id"]).kind == "document"


@pytest.mark.parametrize(
    ("members", "field", "code"),
    [
        ({"attachments": ["fil_nothing"]}, "attachments[0]", "unknown_file"),
        ({"attachments": ["fil_" + "0" * 26]}, "attachments[0]", "unknown_file"),
        ({"text": "x" * 1025}, "text", "length"),
        ({"text": " "}, "text", "length"),
        ({"as": "sticker"}, "as", "invalid_choice"),
        ({"as": "voice"}, "as", "not_a_voice"),
        ({"attachments": [], "text": "x", "as": "document"}, "as", "no_attachments"),
        ({"attachments": []}, "text", "blank"),
    ],
)
def test_wrong_files_are_refused_and_change_nothing(
    members: dict[str, Any], field: str, code: str, api: Api, tenants: Tenants, sandbox: Account
) -> None:
    known, before = file(tenants), counts()
    answer = api.post(PATH, {**body(sandbox, known), **members})
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert counts() == before
    known.refresh_from_db()
    assert known.expires_at is not None


def test_files_that_do_not_go_together_are_refused(api: Api, tenants: Tenants, sandbox: Account) -> None:
    answer = api.post(PATH, body(sandbox, photo(tenants), file(tenants)))
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [("attachments", "not_together")]
    assert not Message.unscoped.exists()


def test_file_of_another_workspace_does_not_exist(api: Api, tenants: Tenants, sandbox: Account) -> None:
    other = create_workspace(slug="other", name="Other", owner=tenants.owner)
    theirs = file_services.upload(tenants.actor(other), io.BytesIO(b"text"), "a.txt")
    answer = api.post(PATH, body(sandbox, theirs))
    assert answer.json()["errors"][0]["code"] == "unknown_file"


def test_test_key_is_told_that_a_file_is_of_the_live_workspace(tenants: Tenants) -> None:
    known = file(tenants)
    account = tenants.sandbox(tenants.twin)
    answer = Api(tenants.key(workspace=tenants.twin)).post(PATH, body(account, known))
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("attachments[0]", "unknown_file")
    assert error["detail"].startswith(f"{known.pk} is a file of the live workspace;")


def test_failed_message_is_sent_again_with_its_files(api: Api, tenants: Tenants, sandbox: Account) -> None:
    known = photo(tenants)
    answer = api.post(PATH, {**body(sandbox, known), "to": "@fail_privacy", "as": "document"})
    dispatch.dispatch()
    again = retry_message(tenants.actor(), answer.json()["id"])
    assert (again.kind, parts(again)) == ("document", [(0, known.pk, "document")])


# --- Waiting for the upload -------------------------------------------------------------------------------------------
def test_message_of_a_telegram_account_waits_for_its_upload(api: Api, tenants: Tenants) -> None:
    account, known = telegram_account(tenants), file(tenants)
    answers = [api.post(PATH, body(account, known)) for _ in range(2)]
    messages = [Message.unscoped.get(pk=answer.json()["id"]) for answer in answers]
    assert [message.awaits_upload for message in messages] == [True, True]
    assert [MessageOut.render(message)["waiting_for"] for message in messages] == ["upload", "gap"]
    assert list(TelegramUpload.unscoped.values_list("account", "file", "kind", "state")) == [
        (account.pk, known.pk, "document", "wanted")
    ]


def test_canceled_message_waits_for_nothing(api: Api, tenants: Tenants) -> None:
    answer = api.post(PATH, body(telegram_account(tenants), file(tenants)))
    canceled = services.cancel_message(tenants.actor(), answer.json()["id"])
    assert (canceled.status, stored(canceled).awaits_upload) == (Status.CANCELED, False)


# --- Broadcasts, sequences, templates ---------------------------------------------------------------------------------
def test_broadcast_sends_its_files_to_everybody(tenants: Tenants, sandbox: Account, api: Api) -> None:
    people = [broadcasts.contact(sandbox.workspace, f"person{number}") for number in range(3)]
    known = photo(tenants)
    answer = api.post(
        "/v1/broadcasts",
        {
            "name": "News",
            "attachments": [known.pk],
            "account_ids": [sandbox.pk],
            "audience": {"contact_ids": [who.pk for who in people]},
        },
    )
    assert (answer.status_code, answer.json()["attachments"]) == (201, [known.pk])
    broadcast = Broadcast.unscoped.get(pk=answer.json()["id"])
    broadcasts.freeze(broadcast)
    broadcasts.work(broadcast)
    sent = Message.unscoped.filter(status=Status.SENT)
    assert [parts(message) for message in sent] == [[(0, known.pk, "photo")]] * 3


def test_broadcast_to_200_people_uploads_its_file_once(tenants: Tenants) -> None:
    account, known = telegram_account(tenants), photo(tenants)
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1000)
    people = broadcasts.contacts(account.workspace, 200)
    started = broadcasts.start(
        account, attachments=(known.pk,), text="", audience={"contact_ids": [who.pk for who in people]}
    )
    broadcasts.freeze(started)
    broadcasts.run_job(started)
    waiting = Message.unscoped.filter(awaits_upload=True).count()
    assert waiting > 0 and waiting == Message.unscoped.count()
    assert TelegramUpload.unscoped.count() == 1


def test_file_that_is_gone_fails_the_messages_of_a_broadcast(tenants: Tenants, sandbox: Account) -> None:
    known = photo(tenants)
    who = broadcasts.contact(sandbox.workspace, "person")
    started = broadcasts.start(sandbox, attachments=(known.pk,), audience={"contact_ids": [who.pk]})
    broadcasts.freeze(started)
    File.unscoped.filter(pk=known.pk).delete()
    broadcasts.work(started)
    [message] = Message.unscoped.all()
    assert (message.status, message.error, message.slot_at) == (Status.FAILED, "file_gone", None)
    assert not Attachment.unscoped.exists()


def test_step_sends_its_files(tenants: Tenants, sandbox: Account) -> None:
    known = photo(tenants)
    sequence = sequences.create(sandbox, steps=[{"delay": "PT0S", "attachments": [known.pk], "text": ""}])
    sequences.enroll(sequence, sequences.contact(sandbox.workspace))
    sequences.work()
    [message] = Message.unscoped.filter(status=Status.SENT)
    assert parts(message) == [(0, known.pk, "photo")]
    known.refresh_from_db()
    assert known.expires_at is None


def test_template_keeps_its_files(tenants: Tenants) -> None:
    membership = Membership.unscoped.get(user=tenants.owner, workspace=tenants.workspace)
    member = Actor.member(membership, tenants.workspace)
    known = photo(tenants)
    template = texts.create_template(member, name="Prices", text="", attachments=[known.pk])
    assert template.attachments == [known.pk]
    texts.update_template(member, template.pk, name="Prices", text="new")
    template.refresh_from_db()
    assert (template.text, template.attachments) == ("new", [known.pk])
    [item] = texts.dump_templates(member)
    assert item == {"name": "Prices", "text": "new", "format": "plain", "attachments": [known.pk]}
    assert [change.action for change in texts.apply_templates(member, [item], "templates")] == ["unchanged"]


def test_planned_message_is_uploaded_only_before_it_is_due(api: Api, tenants: Tenants) -> None:
    account = telegram_account(tenants)
    at = (clock.now() + timedelta(days=3)).isoformat()
    answer = api.post(PATH, body(account, file(tenants), send_at=at))
    assert MessageOut.render(Message.unscoped.get(pk=answer.json()["id"]))["waiting_for"] == "eta"
