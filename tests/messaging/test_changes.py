"""Edits, deletions, reactions and receipts of messages, in a sandbox."""

from datetime import timedelta
from typing import Any

import pytest

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.workspaces import purging
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from messaging import tasks
from messaging.changes import received
from messaging.models import Account, Direction, Message, MessageChange, Status, Thread
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.api.assertions import assert_problem
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send, stored
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key())


@pytest.fixture
def theirs(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key(workspace=tenants.other))


@pytest.fixture
def sent(sandbox: Account, frozen_time: FrozenTime) -> Message:
    message = send(sandbox, text="Hello")
    tasks.dispatch_messages()
    return stored(message)


@pytest.fixture
def answer(sandbox: Account, sent: Message) -> Message:
    incoming = Incoming(sent.telegram_message_id + 1, "Hi there", clock.now(), username="alice")  # type: ignore[operator]
    message = receive(sandbox, incoming)
    assert message is not None
    return message


def changed(type: str) -> list[dict[str, Any]]:
    return [event["data"]["message"] for event in events(type)]


def actions(message: Message) -> list[str]:
    rows = AuditEntry.unscoped.filter(target=message.pk).order_by("pk")
    return list(rows.values_list("action", flat=True))


# --- Edits ------------------------------------------------------------------------------------------------------------
def test_the_text_of_a_sent_message_is_changed(ours: Api, sent: Message) -> None:
    answer = ours.patch(f"/v1/messages/{sent.pk}", {"text": "Hello {first_name|you}"})
    assert answer.status_code == 200
    assert (answer.json()["text"], answer.json()["change"]) == ("Hello you", None)
    shown = ours.get(f"/v1/messages/{sent.pk}").json()
    assert (shown["text"], shown["status"]) == ("Hello you", "sent")
    assert shown["edited_at"] is not None
    assert [(each["id"], each["text"]) for each in changed("message.edited")] == [(sent.pk, "Hello you")]
    assert actions(sent) == ["message.edited"]


def test_the_same_text_again_is_no_change(ours: Api, sent: Message) -> None:
    assert ours.patch(f"/v1/messages/{sent.pk}", {"text": "Hello"}).status_code == 200
    assert not MessageChange.unscoped.exists()
    assert stored(sent).edited_at is None
    assert changed("message.edited") == []


def test_a_queued_message_is_sent_with_its_new_text(ours: Api, sandbox: Account, frozen_time: FrozenTime) -> None:
    message = send(sandbox, text="Old", send_at=clock.now() + timedelta(hours=1))
    assert ours.patch(f"/v1/messages/{message.pk}", {"text": "New"}).json()["text"] == "New"
    assert not MessageChange.unscoped.exists()
    frozen_time.forward(hours=1)
    tasks.dispatch_messages()
    assert (stored(message).text, stored(message).status) == ("New", Status.SENT)
    assert [each["text"] for each in changed("message.sent")] == ["New"]
    assert stored(message).edited_at is None


def test_an_edit_of_a_message_with_an_unknown_result_is_refused(ours: Api, sandbox: Account) -> None:
    message = send(sandbox)
    Message.unscoped.filter(pk=message.pk).update(unsettled_since=clock.now(), attempts=1)
    assert_problem(ours.patch(f"/v1/messages/{message.pk}", {"text": "New"}), "invalid_state")
    assert stored(message).text == "hello"


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELED])
def test_what_was_not_sent_is_not_changed(ours: Api, sent: Message, status: Status) -> None:
    Message.unscoped.filter(pk=sent.pk).update(status=status)
    for answer in (
        ours.patch(f"/v1/messages/{sent.pk}", {"text": "New"}),
        ours.delete(f"/v1/messages/{sent.pk}"),
        ours.post(f"/v1/messages/{sent.pk}/reactions", {"emoji": "👍"}),
    ):
        assert_problem(answer, "invalid_state")
    assert not MessageChange.unscoped.exists()


def test_a_message_is_changed_for_48_hours(ours: Api, sent: Message, frozen_time: FrozenTime) -> None:
    assert sent.sent_at is not None
    ended = sent.sent_at + timedelta(hours=48)
    frozen_time.now = ended - timedelta(seconds=1)
    assert ours.patch(f"/v1/messages/{sent.pk}", {"text": "In time"}).status_code == 200
    frozen_time.now = ended
    problem = assert_problem(ours.patch(f"/v1/messages/{sent.pk}", {"text": "Late"}), "invalid_state")
    assert str(clock.rfc3339(ended)) in problem["detail"]
    assert stored(sent).text == "In time"


def test_what_the_contact_wrote_is_neither_changed_nor_deleted(ours: Api, answer: Message) -> None:
    assert_problem(ours.patch(f"/v1/messages/{answer.pk}", {"text": "New"}), "invalid_state")
    assert_problem(ours.delete(f"/v1/messages/{answer.pk}"), "invalid_state")
    assert (stored(answer).text, stored(answer).deleted_at) == ("Hi there", None)


def test_an_edit_honours_if_match(ours: Api, sent: Message) -> None:
    tag = ours.get(f"/v1/messages/{sent.pk}").headers["ETag"]
    assert ours.patch(f"/v1/messages/{sent.pk}", {"text": "First"}, If_Match=tag).status_code == 200
    assert_problem(ours.patch(f"/v1/messages/{sent.pk}", {"text": "Second"}, If_Match=tag), "precondition_failed")
    assert stored(sent).text == "First"


def test_messages_of_others_do_not_exist(theirs: Api, sent: Message) -> None:
    assert_problem(theirs.patch(f"/v1/messages/{sent.pk}", {"text": "New"}), "not_found")
    assert_problem(theirs.delete(f"/v1/messages/{sent.pk}"), "not_found")
    assert_problem(theirs.post(f"/v1/messages/{sent.pk}/reactions", {"emoji": "👍"}), "not_found")
    assert (stored(sent).text, stored(sent).deleted_at, stored(sent).reactions) == ("Hello", None, [])


def test_a_key_that_cannot_read_learns_no_text(api: Any, tenants: Tenants, sent: Message) -> None:
    writer = api(tenants.key([Scope.WRITE_MESSAGES]))
    answer = writer.patch(f"/v1/messages/{sent.pk}", {"text": "New"})
    assert answer.json() == {"id": sent.pk, "status": "sent"}
    reader = api(tenants.key([Scope.READ_MESSAGES]))
    assert_problem(reader.patch(f"/v1/messages/{sent.pk}", {"text": "Newer"}), "scope_missing")
    assert stored(sent).text == "New"


# --- Deletions --------------------------------------------------------------------------------------------------------
def test_a_sent_message_is_deleted_once(ours: Api, sent: Message) -> None:
    assert ours.delete(f"/v1/messages/{sent.pk}").status_code == 204
    shown = ours.get(f"/v1/messages/{sent.pk}").json()
    assert shown["deleted_at"] is not None
    assert shown["text"] == "Hello"
    assert ours.delete(f"/v1/messages/{sent.pk}").status_code == 204
    assert ours.get(f"/v1/messages/{sent.pk}").json()["deleted_at"] == shown["deleted_at"]
    assert [each["id"] for each in changed("message.deleted")] == [sent.pk]
    assert actions(sent) == ["message.deleted"]
    assert_problem(ours.patch(f"/v1/messages/{sent.pk}", {"text": "New"}), "invalid_state")
    assert_problem(ours.post(f"/v1/messages/{sent.pk}/reactions", {"emoji": "👍"}), "invalid_state")


def test_a_queued_message_is_canceled_not_deleted(ours: Api, sandbox: Account) -> None:
    message = send(sandbox, send_at=clock.now() + timedelta(hours=1))
    problem = assert_problem(ours.delete(f"/v1/messages/{message.pk}"), "invalid_state")
    assert "cancel it" in problem["detail"]
    assert stored(message).status == Status.QUEUED


# --- Reactions --------------------------------------------------------------------------------------------------------
def test_one_reaction_of_the_account_stands_at_a_time(ours: Api, answer: Message) -> None:
    path = f"/v1/messages/{answer.pk}/reactions"
    received.contact_reacts(answer.pk, "🔥")
    assert ours.post(path, {"emoji": "👍"}).json()["reactions"] == [
        {"emoji": "🔥", "by": "contact"},
        {"emoji": "👍", "by": "account"},
    ]
    assert ours.post(path, {"emoji": "❤️"}).json()["reactions"][1] == {"emoji": "❤", "by": "account"}
    assert ours.post(path, {"emoji": None}).json()["reactions"] == [{"emoji": "🔥", "by": "contact"}]
    received.contact_reacts(answer.pk, "")
    assert stored(answer).reactions == []
    assert actions(answer) == ["message.reacted"] * 3


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️\u200d🔥", "🤷🏽\u200d♀️", "🏳️\u200d🌈", "🇩🇪", "‼️"])
def test_an_emoji_of_several_characters_is_one(ours: Api, answer: Message, emoji: str) -> None:
    assert ours.post(f"/v1/messages/{answer.pk}/reactions", {"emoji": emoji}).status_code == 200
    assert stored(answer).reactions == [{"emoji": emoji.replace("\ufe0f", ""), "by": "account"}]


@pytest.mark.parametrize("emoji", ["", "a", "👍 👍", "👍🔥", "🇩🇪🇫🇷", "1", "👍" * 17, "\ufe0f", "👍\u202e"])
def test_what_is_no_emoji_is_refused(ours: Api, answer: Message, emoji: str) -> None:
    problem = assert_problem(ours.post(f"/v1/messages/{answer.pk}/reactions", {"emoji": emoji}), "validation_failed")
    assert [error["field"] for error in problem["errors"]] == ["emoji"]
    assert stored(answer).reactions == []
    assert not MessageChange.unscoped.exists()


# --- What the contact does --------------------------------------------------------------------------------------------
def test_what_is_read_is_read_once_and_up_to_there(
    ours: Api, sandbox: Account, sent: Message, frozen_time: FrozenTime
) -> None:
    later = send(sandbox, text="Second")
    tasks.dispatch_messages()
    received.contact_reads(sent.pk)
    first = frozen_time.now
    assert (stored(sent).read_at, stored(later).read_at) == (first, None)
    frozen_time.forward(minutes=1)
    received.contact_reads(sent.pk)
    received.contact_reads(later.pk)
    second = frozen_time.now
    frozen_time.forward(minutes=1)
    received.contact_reads(sent.pk)  # older than what is known
    assert (stored(sent).read_at, stored(later).read_at) == (first, second)
    assert [each["id"] for each in changed("message.read")] == [sent.pk, later.pk]
    assert ours.get(f"/v1/messages/{sent.pk}").json()["read_at"] == clock.rfc3339(first)
    thread = Thread.unscoped.get()
    assert (thread.last_read_at, thread.read_to) == (second, stored(later).telegram_message_id)
    assert Contact.unscoped.get().last_read_at == second


def test_a_receipt_of_a_long_conversation_tells_its_newest_hundred(
    sandbox: Account, sent: Message, frozen_time: FrozenTime, django_assert_max_num_queries: Any
) -> None:
    assert sent.telegram_message_id is not None
    earlier = [
        Message(
            workspace=sent.workspace,
            account=sandbox,
            contact=sent.contact,
            thread=sent.thread,
            direction=Direction.OUT,
            status=Status.SENT,
            telegram_message_id=sent.telegram_message_id - number,
            text="Hello",
        )
        for number in range(1, 151)
    ]
    Message.unscoped.bulk_create(earlier)
    with django_assert_max_num_queries(13):  # however many there are
        received.contact_reads(sent.pk)
    assert set(Message.unscoped.values_list("read_at", flat=True)) == {frozen_time.now}
    told = [each.pk for each in earlier[98::-1]] + [sent.pk]
    assert [each["id"] for each in changed("message.read")] == told


def test_what_the_contact_changes_is_told(ours: Api, answer: Message) -> None:
    received.contact_edits(answer.pk, "Hi")
    received.contact_edits(answer.pk, "Hi")
    received.contact_deletes(answer.pk)
    received.contact_deletes(answer.pk)
    assert [each["text"] for each in changed("message.edited")] == ["Hi"]
    assert [each["id"] for each in changed("message.deleted")] == [answer.pk]
    shown = ours.get(f"/v1/messages/{answer.pk}").json()
    assert (shown["text"], shown["direction"]) == ("Hi", Direction.IN)
    assert shown["deleted_at"] is not None


def test_what_has_ended_is_deleted_after_the_retention_of_jobs(
    sent: Message, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    settings.JOB_DAYS = 3
    ended = [(5, "done"), (4, "failed"), (4, "done"), (2, "failed"), (1, "done")]
    for days, status in ((9, "queued"), (8, "queued"), *ended):
        at = clock.now() - timedelta(days=days)
        done_at = None if status == "queued" else at
        MessageChange.unscoped.create(
            workspace=sent.workspace,
            message=sent,
            account=sent.account,
            kind="edit",
            status=status,
            created_at=at,
            done_at=done_at,
        )
    assert purging.purge() == 3
    kept = MessageChange.unscoped.order_by("pk").values_list("status", flat=True)
    assert list(kept) == ["queued", "queued", "failed", "done"]
    assert purging.purge() == 0


# --- Conditions -------------------------------------------------------------------------------------------------------
def test_conditions_know_who_has_read_and_not_answered(
    ours: Api, sandbox: Account, sent: Message, frozen_time: FrozenTime
) -> None:
    def matching(**leaf: Any) -> int:
        answer = ours.post("/v1/segments/preview", {"filter": leaf})
        assert answer.status_code == 200, answer.content
        return int(answer.json()["count"])

    read = {"field": "read_unanswered", "op": "is", "value": True}
    assert matching(field="unanswered_since", op="within_days", value=1) == 1
    assert (matching(**read), matching(field="last_read_at", op="exists", value=True)) == (0, 0)
    assert matching(field="read_unanswered", op="is", value=False) == 1
    frozen_time.forward(minutes=1)
    received.contact_reads(sent.pk)
    assert (matching(**read), matching(field="last_read_at", op="within_days", value=1)) == (1, 1)
    frozen_time.forward(minutes=1)
    later = send(sandbox, text="Second")
    tasks.dispatch_messages()
    assert matching(**read) == 0
    frozen_time.forward(minutes=1)
    received.contact_reads(later.pk)
    assert matching(**read) == 1
    receive(sandbox, Incoming(1001, "Yes", frozen_time.forward(minutes=1), username="alice"))
    assert (matching(**read), matching(field="unanswered_since", op="exists", value=True)) == (0, 0)


def test_a_thread_knows_when_each_side_wrote_last(sandbox: Account, sent: Message, frozen_time: FrozenTime) -> None:
    out = frozen_time.now
    at = frozen_time.forward(minutes=1)
    receive(sandbox, Incoming(1001, "Yes", at, username="alice"))
    receive(sandbox, Incoming(999, "Late", at - timedelta(seconds=30), username="alice"))
    thread = Thread.unscoped.get()
    assert (thread.last_in_at, thread.last_out_at, thread.last_read_at) == (at, out, None)
    phone = frozen_time.forward(minutes=1)
    receive(sandbox, Incoming(1003, "From the phone", phone, username="alice", outgoing=True))
    assert Thread.unscoped.get().last_out_at == phone
