"""An answer that would cross the one of somebody else: nothing is stored, and the member is asked."""

import re
from collections.abc import Callable
from concurrent.futures import wait
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role, User
from crmsolid.workspaces.services import remove_member
from messaging import services, texts
from messaging.models import Account, Alert, Message, SpentSlot, Thread, ThreadDraft, WrittenMessage
from messaging.threads import drafts
from messaging.threads.drafts import Content
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services import actions, answering
from messaging.threads.services.answering import AnsweredMeanwhile
from tests.page_forms import form_with
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import in_background, run_together_catching

pytestmark = pytest.mark.django_db
_telegram_ids = iter(range(1000, 10**9))


@pytest.fixture
def vera(tenants: Tenants) -> User:
    user = tenants.member(Role.AGENT)
    User.objects.filter(pk=user.pk).update(name="Vera")
    user.name = "Vera"
    return user


@pytest.fixture
def thread(sandbox: Account) -> Thread:
    message = hear(sandbox, "Hello")
    found: Thread = Thread.unscoped.get(pk=message.thread_id)
    return found


def hear(account: Account, text: str, **fields: Any) -> Message:
    message = receive(account, Incoming(next(_telegram_ids), text, clock.now(), username="alice", **fields))
    assert message is not None
    return message


def actor_of(tenants: Tenants, user: User) -> Actor:
    return Actor.member(Membership.unscoped.get(user=user, workspace=tenants.workspace), tenants.workspace)


def outgoing() -> list[str]:
    return list(Message.unscoped.filter(direction="out").order_by("created_at").values_list("text", flat=True))


def test_answer_that_crosses_a_colleagues_is_not_stored(tenants: Tenants, thread: Thread, vera: User) -> None:
    me = actor_of(tenants, tenants.owner)
    hers = answering.reply(actor_of(tenants, vera), thread.pk, text="Hers", answer_seen="")
    entries = AuditEntry.unscoped.count()
    with pytest.raises(AnsweredMeanwhile) as refused:
        answering.reply(me, thread.pk, text="Mine", answer_seen="", message_id=new_id("msg"))
    assert refused.value.answer.pk == hers.pk
    assert outgoing() == ["Hers"]
    assert (AuditEntry.unscoped.count(), WrittenMessage.unscoped.count()) == (entries, 1)
    assert SpentSlot.unscoped.count() == 0
    answering.reply(me, thread.pk, text="Mine", answer_seen=hers.pk)
    # One's own answers ask nothing.
    answering.reply(me, thread.pk, text="More", answer_seen=hers.pk)
    assert outgoing() == ["Hers", "Mine", "More"]
    with pytest.raises(AnsweredMeanwhile):
        answering.reply(actor_of(tenants, vera), thread.pk, text="Again", answer_seen="")
    assert outgoing() == ["Hers", "Mine", "More"]


def test_answer_sent_twice_is_stored_once_also_after_a_colleagues(tenants: Tenants, thread: Thread, vera: User) -> None:
    """The form of an answer that was stored arrives again: it is not asked about."""
    me, message_id = actor_of(tenants, tenants.owner), new_id("msg")
    answering.reply(me, thread.pk, text="Mine", answer_seen="", message_id=message_id)
    answering.reply(actor_of(tenants, vera), thread.pk, text="Hers", answer_seen=message_id)
    assert answering.reply(me, thread.pk, text="Mine", answer_seen="", message_id=message_id).pk == message_id
    assert outgoing() == ["Mine", "Hers"]


def by_client(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    services.send_message(Actor.system(tenants.workspace), account_id=account.pk, to="@alice", text="Hi")


def on_the_phone(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    hear(account, "Hi", outgoing=True)


def planned(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    later = clock.now() + timedelta(hours=2)
    answering.reply(actor_of(tenants, vera), thread.pk, text="Hi", send_at=later)


def canceled(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    planned(tenants, account, vera, thread)
    services.cancel_message(actor_of(tenants, vera), Message.unscoped.get(direction="out").pk)


def of_a_broadcast(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    by_client(tenants, account, vera, thread)
    Message.unscoped.filter(direction="out").update(source="broadcast")


def of_the_contact(tenants: Tenants, account: Account, vera: User, thread: Thread) -> None:
    hear(account, "Are you there?")


Answer = Callable[[Tenants, Account, User, Thread], None]


@pytest.mark.parametrize(
    ("answer", "asks"),
    [
        (by_client, True),
        (on_the_phone, True),
        (planned, True),
        (canceled, False),
        (of_a_broadcast, False),
        (of_the_contact, False),
    ],
)
def test_what_counts_as_an_answer_of_somebody_else(
    tenants: Tenants, sandbox: Account, thread: Thread, vera: User, answer: Answer, asks: bool
) -> None:
    answer(tenants, sandbox, vera, thread)
    send = {"text": "Mine", "answer_seen": ""}
    me, before = actor_of(tenants, tenants.owner), len(outgoing())
    if asks:
        with pytest.raises(AnsweredMeanwhile):
            answering.reply(me, thread.pk, **send)
        assert len(outgoing()) == before
    else:
        assert answering.reply(me, thread.pk, **send).text == "Mine"


def test_api_is_not_asked(tenants: Tenants, sandbox: Account, thread: Thread, vera: User) -> None:
    answering.reply(actor_of(tenants, vera), thread.pk, text="Hers")
    by_client(tenants, sandbox, vera, thread)
    assert outgoing() == ["Hers", "Hi"]


@pytest.mark.django_db(transaction=True)
def test_of_two_members_who_send_at_the_same_moment_one_is_asked(tenants: Tenants, thread: Thread, vera: User) -> None:
    actors = [actor_of(tenants, tenants.owner), actor_of(tenants, vera)]
    texts = ["Mine", "Hers"]

    def send(actor: Actor, text: str) -> Callable[[], Message]:
        return lambda: answering.reply(actor, thread.pk, text=text, answer_seen="", message_id=new_id("msg"))

    results = run_together_catching([send(*each) for each in zip(actors, texts, strict=True)])
    [stored] = [each for each in results if isinstance(each, Message)]
    [refused] = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, AnsweredMeanwhile)
    assert refused.answer.pk == stored.pk
    assert outgoing() == [stored.text]


# --- The page ---------------------------------------------------------------------------------------------------------
def page_of(thread: Thread) -> str:
    return f"/panel/live/inbox/{thread.pk}/"


def composer(page: Any) -> dict[str, str]:
    """What the composer of the page would send."""
    fields = {name: values[-1] for name, values in form_with(page, "message_id").values.items()}
    [seen] = re.findall(r'form="composer" name="answer_seen" value="([^"]*)"', page.content.decode())
    return {**fields, "answer_seen": seen}


def test_outbox_is_asked_who_has_answered(tenants: Tenants, thread: Thread, vera: User) -> None:
    client = browser(tenants.owner)
    fields = {**composer(client.get(page_of(thread))), "text": "Mine", "action": "send"}
    assert fields["answer_seen"] == ""
    hers = answering.reply(actor_of(tenants, vera), thread.pk, text="It is 40 euros")
    session = {"member": tenants.owner.pk, "workspace": tenants.workspace.pk}

    def send(**changes: Any) -> Any:
        body = {**fields, **session, **changes}
        return client.post(page_of(thread), body, headers={"Accept": "application/json"}).json()

    asked = send()
    at = hers.created_at
    said = f"Vera answered at {at:%H:%M}"
    assert asked == {"state": "crossed", "answer": {"id": hers.pk, "said": said, "text": "It is 40 euros"}}
    assert outgoing() == ["It is 40 euros"]
    assert send(answer_seen=hers.pk)["state"] == "stored"
    assert send(answer_seen="")["state"] == "stored"  # the first form again
    assert outgoing() == ["It is 40 euros", "Mine"]


def test_page_without_a_script_shows_the_other_answer_and_sends_anyway(
    tenants: Tenants, thread: Thread, vera: User
) -> None:
    client = browser(tenants.owner)
    fields = {**composer(client.get(page_of(thread))), "text": "Mine", "action": "send"}
    later = clock.now() + timedelta(hours=2)
    hers = answering.reply(actor_of(tenants, vera), thread.pk, text="It is 40 euros", send_at=later)
    page = client.post(page_of(thread), fields)
    html = page.content.decode()
    assert page.status_code == 200
    assert "Vera has planned an answer for" in html
    assert "Send anyway" in html
    assert outgoing() == ["It is 40 euros"]
    again = composer(page)
    assert (again["text"], again["answer_seen"], again["message_id"]) == ("Mine", hers.pk, fields["message_id"])
    assert client.post(page_of(thread), {**again, "action": "send_anyway"}).status_code == 302
    assert outgoing() == ["It is 40 euros", "Mine"]


def test_page_of_older_messages_has_not_shown_a_later_answer(tenants: Tenants, thread: Thread, vera: User) -> None:
    client, me = browser(tenants.owner), actor_of(tenants, tenants.owner)
    wanted = answering.reply(me, thread.pk, text="Mine")
    for number in range(30):
        answering.reply(me, thread.pk, text=f"Mine {number}")
    hers = answering.reply(actor_of(tenants, vera), thread.pk, text="Hers")
    page = client.get(page_of(thread), {"message": wanted.pk})
    assert composer(page)["answer_seen"] == ""
    assert composer(client.get(page_of(thread)))["answer_seen"] == hers.pk


def test_answers_of_another_workspace_are_not_found(tenants: Tenants, thread: Thread, vera: User) -> None:
    hers = answering.reply(actor_of(tenants, vera), thread.pk, text="Hers")
    mine, stranger = actor_of(tenants, tenants.owner), tenants.actor(tenants.other)
    assert answering.find_other_answer(stranger, thread.pk) is None
    found = answering.find_other_answer(mine, thread.pk)
    assert found is not None
    assert found.pk == hers.pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["templates", "draft"])
def test_member_who_is_removed_while_they_answer_is_waited_for(
    tenants: Tenants, thread: Thread, vera: User, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The removal takes from them the conversation, the template, the draft and the alert that the answer locks."""
    hers, mine = actor_of(tenants, vera), actor_of(tenants, tenants.owner)
    member = Membership.unscoped.get(user=vera)
    template = texts.create_template(hers, name="Own", text="Hi", shared=False)
    if step == "templates":
        actions.assign_thread(hers, thread.pk, user_id=vera.pk)
    message_id = new_id("msg")
    drafts.keep(hers, thread.pk, message_id=message_id, content=Content(text="Hi"), revision="desk:1")
    alert = {"kind": "message", "about": "msg_x", "thread": thread}
    Alert.unscoped.create(workspace=tenants.workspace, user=vera, **alert)
    module, name = {"templates": (texts, "count_uses"), "draft": (drafts, "drop")}[step]
    done = getattr(module, name)
    with ExitStack() as stack:

        def remove_meanwhile(*arguments: Any) -> None:
            done(*arguments)
            wait([stack.enter_context(in_background(lambda: remove_member(mine, member.pk)))], timeout=0.5)

        monkeypatch.setattr(module, name, remove_meanwhile)
        answering.reply(hers, thread.pk, text="Hi", message_id=message_id, templates=[template.pk])
    assert outgoing() == ["Hi"]
    assert not ThreadDraft.unscoped.exists() and not Alert.unscoped.filter(user=vera).exists()
