"""Notes and templates in the conversation of the panel: written, edited, deleted and filled in."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from contacts import notes
from contacts.models import Contact, ContactNote
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role, User
from messaging.models import Message, Template, Thread
from messaging.services import send_message
from messaging.texts import create_template
from tests.panel import browser
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(tenants: Tenants) -> Thread:
    account = tenants.sandbox()
    sent = send_message(tenants.actor(), account_id=account.pk, to="@amara", text="Hello")
    Contact.unscoped.filter(pk=sent.contact_id).update(name="Amara Okafor")
    thread: Thread = Thread.unscoped.get(pk=sent.thread_id)
    return thread


def address(thread: Thread) -> str:
    return f"/panel/live/inbox/{thread.pk}/"


def member(tenants: Tenants, user: User) -> Actor:
    return Actor.member(Membership.unscoped.get(user=user), tenants.workspace)


def by_script(client: Client, user: User, thread: Thread, **fields: Any) -> Any:
    """The answer to what the script of the page posts."""
    posted = {**fields, "member": user.pk, "workspace": thread.workspace_id}
    return client.post(address(thread), posted, headers={"Accept": "application/json"}).json()


def test_note_is_written_edited_and_deleted_in_the_conversation(tenants: Tenants, thread: Thread) -> None:
    agent = tenants.member(Role.AGENT)
    client, note_id = browser(agent), new_id("not")
    written = client.post(address(thread), {"action": "note", "note_id": note_id, "text": "Ask @owner"})
    assert written["Location"].endswith(f"?note={note_id}#note-{note_id}")
    note = ContactNote.unscoped.get()
    assert (note.pk, note.thread_id, note.author, note.mentioned) == (note_id, thread.pk, agent, [tenants.owner.pk])
    page = client.get(address(thread)).content.decode()
    assert f'id="note-{note_id}"' in page and '<mark class="cs-mention">@owner</mark>' in page
    assert "only members see it" in page
    form = client.get(f"{address(thread)}?edit={note_id}").content.decode()
    assert ">Ask @owner</textarea>" in form
    client.post(address(thread), {"action": "edit_note_here", "note_id": note_id, "text": "Ask him"})
    assert ContactNote.unscoped.get().text == "Ask him"
    client.post(address(thread), {"action": "delete_note_here", "note_id": note_id})
    assert not ContactNote.unscoped.exists() and Message.unscoped.count() == 1


def test_note_that_arrives_twice_is_written_once_with_its_last_text(tenants: Tenants, thread: Thread) -> None:
    client, note_id = browser(tenants.owner), new_id("not")
    for text in ("one", "one", "one more"):
        answer = by_script(client, tenants.owner, thread, action="note", note_id=note_id, text=text)
        assert answer == {"state": "done"}
    assert [(note.pk, note.text) for note in ContactNote.unscoped.all()] == [(note_id, "one more")]


def test_note_that_is_refused_stays_in_its_form(tenants: Tenants, thread: Thread) -> None:
    client, long = browser(tenants.owner), "x" * 4001
    page = client.post(address(thread), {"action": "note", "text": long})
    assert page.status_code == 422 and page.context["writes_note"] and page.context["note_text"] == long
    assert page.context["note_error"] == "A note has at most 4000 characters."
    answer = by_script(client, tenants.owner, thread, action="note", text=" ")
    assert answer == {"state": "refused", "errors": {"text": "Write something."}}
    assert not ContactNote.unscoped.exists()


def test_only_who_may_change_a_note_is_offered_it_and_viewers_see_notes(tenants: Tenants, thread: Thread) -> None:
    agent, viewer = tenants.member(Role.AGENT), tenants.member(Role.VIEWER)
    note = notes.add_note(member(tenants, tenants.owner), thread.contact_id, text="Secret", thread_id=thread.pk)
    for user, may in [(tenants.owner, True), (agent, False), (viewer, False)]:
        page = browser(user).get(address(thread)).content.decode()
        assert "Secret" in page and (f'data-note-edit="{note.pk}"' in page) == may
        assert ('id="note-new"' in page) == (user != viewer)
        if not may:
            posted = {"action": "edit_note_here", "note_id": note.pk, "text": "x"}
            assert browser(user).post(address(thread), posted).status_code in (403, 422)
            browser(user).post(address(thread), {**posted, "action": "delete_note_here"})
    assert ContactNote.unscoped.get().text == "Secret"


def test_notes_stand_once_between_the_messages_however_many_pages_these_have(tenants: Tenants, thread: Thread) -> None:
    began = clock.now() - timedelta(days=2)
    rows = [
        Message(
            workspace=tenants.workspace,
            account_id=thread.account_id,
            thread=thread,
            contact_id=thread.contact_id,
            direction="in",
            status="received",
            text=f"message {number}",
            created_at=began + timedelta(minutes=number),
        )
        for number in range(120)
    ]
    Message.unscoped.bulk_create(rows)
    for minute in range(0, 125, 3):
        note = notes.add_note(tenants.actor(), thread.contact_id, text=f"note {minute}", thread_id=thread.pk)
        ContactNote.unscoped.filter(pk=note.pk).update(created_at=began + timedelta(minutes=minute, seconds=30))
    client, found = browser(tenants.owner), []
    query: str | None = ""
    while query is not None:
        shown = client.get(f"{address(thread)}{query}").context["conversation"]
        found += [part.note.note.text for part in reversed(shown.parts) if part.note]
        query = f"?before={shown.older}" if shown.older else None
    assert found == [f"note {minute}" for minute in reversed(range(0, 125, 3))]
    old = ContactNote.unscoped.get(text="note 3")
    assert f'id="note-{old.pk}"' in client.get(f"{address(thread)}?note={old.pk}").content.decode()


def test_notes_of_conversations_are_on_the_page_of_the_person_with_a_link(tenants: Tenants, thread: Thread) -> None:
    client = browser(tenants.owner)
    ours = notes.add_note(tenants.actor(), thread.contact_id, text="in it", thread_id=thread.pk)
    person = f"/panel/live/contacts/{thread.contact_id}/"
    client.post(person, {"do": "note", "text": "of the person"})
    page = client.get(person).content.decode()
    assert f'href="{address(thread)}?note={ours.pk}#note-{ours.pk}"' in page
    assert page.count("In the conversation with") == 1 and "of the person" in page
    client.post(person, {"do": "edit_note", "note": ours.pk, "text": "edited"})
    assert ContactNote.unscoped.get(pk=ours.pk).text == "edited"
    conversation = client.get(address(thread)).context["conversation"]
    assert [part.note.note.text for part in conversation.parts if part.note] == ["edited"]


def test_note_form_is_there_for_a_contact_who_opted_out(tenants: Tenants, thread: Thread) -> None:
    Contact.unscoped.filter(pk=thread.contact_id).update(opted_out=True)
    page = browser(tenants.owner).get(f"{address(thread)}?compose=note").content.decode()
    assert 'id="composer"' not in page and 'id="note-new"' in page


# --- Templates --------------------------------------------------------------------------------------------------------
@pytest.fixture
def template(tenants: Tenants) -> Template:
    return create_template(tenants.actor(), name="Greeting", text="Hi {first_name|you}, {email}!")


def test_template_is_put_in_place_filled_in_and_says_what_is_missing(
    tenants: Tenants, thread: Thread, template: Template
) -> None:
    client = browser(tenants.owner)
    posted = {"action": "fill", "template": template.pk, "before": "Well 😀 ", "after": " Bye", "format": "plain"}
    assert by_script(client, tenants.owner, thread, **posted) == {
        "state": "done",
        "text": "Well 😀 Hi Amara, {email}! Bye",
        "format": "plain",
        "from": 8,
        "to": 26,
        "missing": ["email"],
        "files": [],
    }
    bold = create_template(tenants.actor(), name="Bold", text="**Hi** {name}", format="markdown")
    joined = by_script(client, tenants.owner, thread, **(posted | {"template": bold.pk, "before": "2*3*4 "}))
    assert (joined["text"], joined["format"]) == (r"2\*3\*4 **Hi** Amara Okafor Bye", "markdown")


def test_template_of_another_member_or_workspace_is_neither_offered_nor_filled_in(
    tenants: Tenants, thread: Thread, template: Template
) -> None:
    agent = tenants.member(Role.AGENT)
    own = create_template(member(tenants, agent), name="Mine", text="x", shared=False)
    theirs = create_template(tenants.actor(tenants.other), name="Theirs", text="x")
    query = {"part": "templates", "workspace": str(tenants.workspace.pk)}
    for user, seen in [(agent, ["Greeting", "Mine"]), (tenants.owner, ["Greeting"])]:
        found = browser(user).get(address(thread), query).json()["templates"]
        assert [each["name"] for each in found] == seen
    for hidden in (own, theirs):
        answer = by_script(browser(tenants.owner), tenants.owner, thread, action="fill", template=hidden.pk)
        assert answer["state"] == "refused"


def test_uses_are_counted_once_for_each_message_however_often_its_form_arrives(
    tenants: Tenants, thread: Thread, template: Template
) -> None:
    client, message_id = browser(tenants.owner), new_id("msg")
    sent = {"action": "send", "text": "Hi", "message_id": message_id, "templates": f"{template.pk} 999999999999"}
    for _ in range(3):
        assert by_script(client, tenants.owner, thread, **sent)["state"] == "stored"
    template.refresh_from_db()
    assert template.uses == 1 and template.used_at is not None
    refused = by_script(client, tenants.owner, thread, **{**sent, "text": " ", "message_id": new_id("msg")})
    assert refused["state"] == "refused"
    client.post(address(thread), {**sent, "message_id": new_id("msg")})
    template.refresh_from_db()
    assert template.uses == 2


def test_without_a_script_a_template_is_filled_in_below_the_text(
    tenants: Tenants, thread: Thread, template: Template
) -> None:
    page = browser(tenants.owner).post(address(thread), {"template": template.pk, "text": "Hello"})
    draft = page.context["draft"]
    assert (draft.text, draft.templates) == ("Hello\nHi Amara, {email}!", [template.pk])
    assert draft.errors == {"text": "Nothing is known for {email}. Write it."}
