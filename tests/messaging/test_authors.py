"""Who wrote a message: stored with it, by whatever interface it was made."""

from dataclasses import replace
from typing import Any

import pytest

from contacts.services import upsert_contact
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Scope, Subject, Surface
from crmsolid.workspaces.authors import Author, author_of
from crmsolid.workspaces.models import Membership, Role
from messaging import services
from messaging.authors import PHONE, columns_of
from messaging.models import Account, Message
from messaging.representations import MessageOut
from messaging.sending import dispatch
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import answering
from tests.mcp.helpers import answer
from tests.messaging.broadcasts import helpers as broadcasts
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import events, send
from tests.sequences import helpers as sequences
from tests.tenants import Api, Tenants


def author_in(message: Message) -> tuple[str, str, str]:
    row = Message.unscoped.get(pk=message.pk)
    return row.author_kind, row.author_ref, row.author_name


def member_of(tenants: Tenants, name: str = "Vera") -> Actor:
    user = tenants.member(Role.AGENT)
    type(user).objects.filter(pk=user.pk).update(name=name)
    return Actor.member(Membership.unscoped.select_related("user").get(user=user), tenants.workspace)


def test_member_is_the_author_with_the_name_of_that_time(tenants: Tenants, sandbox: Account) -> None:
    vera = member_of(tenants)
    message = answering.begin(vera, account_id=sandbox.pk, to="@alice", text="Hello")
    Membership.unscoped.get(user=int(vera.subject.id)).user.delete()
    assert author_in(message) == ("member", vera.subject.id, "Vera")
    without_name = member_of(tenants, "")
    message = answering.begin(without_name, account_id=sandbox.pk, to="@alice", text="Hello")
    assert author_in(message) == ("member", without_name.subject.id, without_name.subject.label.partition("@")[0])


def test_key_is_an_assistant_over_mcp(api: Api, tenants: Tenants, sandbox: Account) -> None:
    token = tenants.key(name="Shop")
    body = {"account_id": sandbox.pk, "to": "alice", "text": "Hello"}
    sent = api(token).post("/v1/messages/send", body).json()["id"]
    by_assistant = answer(token, "send_message", **body)["id"]
    kinds = [author_in(Message(pk=pk)) for pk in (sent, by_assistant)]
    assert [(kind, name) for kind, _, name in kinds] == [("key", "Shop"), ("assistant", "Shop")]
    assert kinds[0][1] == kinds[1][1] != ""


@pytest.mark.parametrize(
    ("kind", "surface", "author"),
    [
        ("grant", "mcp", Author("assistant", "1", "Claude")),
        ("key", "rest", Author("key", "1", "Claude")),
        ("command", "command", Author()),
        ("system", "system", Author()),
    ],
)
def test_author_follows_from_the_actor(tenants: Tenants, kind: str, surface: Surface, author: Author) -> None:
    assert author_of(Actor(tenants.workspace, Subject(kind, "1", "Claude"), ALL_SCOPES, None, surface)) == author


def test_whoever_sends_a_failed_message_again_is_the_author_of_the_new_one(tenants: Tenants, sandbox: Account) -> None:
    vera, ben = member_of(tenants), member_of(tenants, "Ben")
    failed = answering.begin(vera, account_id=sandbox.pk, to="@alice", text="Hello")
    Message.unscoped.filter(pk=failed.pk).update(status="failed", error="peer_flood", slot_at=None)
    again = answering.retry_message(ben, failed.pk)
    assert [author_in(each)[2] for each in (failed, again)] == ["Vera", "Ben"]


def test_long_name_is_cut(tenants: Tenants, sandbox: Account) -> None:
    vera = member_of(tenants)
    vera = replace(vera, subject=replace(vera.subject, name="x" * 300))
    message = services.send_message(vera, account_id=sandbox.pk, to="@alice", text="Hello")
    assert author_in(message)[2] == "x" * 254


@pytest.mark.parametrize("outgoing", [True, False])
def test_of_what_is_typed_on_the_phone_the_person_is_not_known(
    sandbox: Account, frozen_time: FrozenTime, outgoing: bool
) -> None:
    message = receive(sandbox, Incoming(1, "hi", frozen_time.now, username="alice", outgoing=outgoing))
    assert message is not None
    assert author_in(message) == ("telegram" if outgoing else "", "", "")


def test_nobody_in_particular_wrote_what_a_command_sends(sandbox: Account) -> None:
    assert author_in(send(sandbox)) == ("", "", "")


def test_sequence_is_the_author_of_its_steps(sandbox: Account) -> None:
    sequence = sequences.create(sandbox)
    sequences.enroll(sequence, sequences.contact(sandbox.workspace))
    sequences.work()
    [message] = Message.unscoped.filter(source="sequence")
    assert author_in(message) == ("sequence", sequence.pk, "Welcome")


def test_broadcast_is_the_author_of_its_messages(sandbox: Account) -> None:
    broadcasts.contacts(sandbox.workspace, 2)
    broadcast = broadcasts.start(sandbox)
    broadcasts.work(broadcast)
    sent: list[Any] = list(Message.unscoped.all())
    assert [author_in(each) for each in sent] == [("broadcast", broadcast.pk, "News")] * 2


def test_answers_and_events_name_author_and_contact(api: Api, tenants: Tenants, sandbox: Account) -> None:
    vera = member_of(tenants)
    contact = upsert_contact(vera, {"username": "alice", "name": "Alice Smith"}).contact
    sent = answering.begin(vera, account_id=sandbox.pk, to="@alice", text="Hello")
    dispatch.dispatch()
    received = receive(sandbox, Incoming(7, "Hi", clock.now(), username="alice"))
    assert received is not None
    ours = api(tenants.key([Scope.READ_MESSAGES]))
    who = {"id": contact.pk, "name": "Alice Smith", "username": "alice"}
    author = {"type": "member", "id": vera.subject.id, "name": "Vera"}
    shown = [ours.get(f"/v1/messages/{each.pk}").json() for each in (sent, received)]
    shown += ours.get("/v1/messages", {"sort": "created_at"}).json()["data"]
    shown += [events(name)[0]["data"]["message"] for name in ("message.sent", "message.received")]
    assert [each["contact"] for each in shown] == [who] * 6
    assert [each["author"] for each in shown] == [author, None] * 3


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        (Author("key", "key_1", "Shop"), {"type": "key", "id": "key_1", "name": "Shop"}),
        (Author("sequence"), {"type": "sequence", "id": None, "name": None}),  # from before it was stored
        (PHONE, {"type": "telegram", "id": None, "name": None}),
        (Author(), None),
    ],
)
def test_author_of_the_api(sandbox: Account, author: Author, shown: Any) -> None:
    message = send(sandbox)
    Message.unscoped.filter(pk=message.pk).update(**columns_of(author))
    assert MessageOut.render(Message.unscoped.get(pk=message.pk))["author"] == shown
