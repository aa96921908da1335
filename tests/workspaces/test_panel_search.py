"""The search of the panel, which is its command palette too."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.panel.components.marks import excerpt
from crmsolid.workspaces.models import Plan, Role, Workspace
from messaging.models import Message, Thread
from sequences.models import Enrollment, Sequence
from tests.page_forms import PageForm, forms_of
from tests.panel import Belongings, browser, flash_messages, furnish
from tests.tenants import Tenants

SEARCH = reverse("admin:search")


@pytest.fixture
def ours(tenants: Tenants) -> Belongings:
    furnish(tenants.other, "acmerival")
    return furnish(tenants.workspace, "acme")


def search(client: Client, typed: str = "", **parameters: Any) -> Any:
    return client.get(SEARCH, {"q": typed, **parameters})


def titles(answer: Any) -> dict[str, list[str]]:
    """The results in their groups, without marks."""
    groups = answer.context["groups"]
    return {group.title: [re.sub("</?mark>", "", str(each.title)) for each in group.results] for group in groups}


def thread_of(tenants: Tenants) -> Thread:
    found: Thread = Thread.objects.for_workspace(tenants.workspace).select_related("contact").get()
    return found


def page_of(row: Thread | Contact) -> str:
    return reverse("admin:inbox_thread" if isinstance(row, Thread) else "admin:contacts_contact_change", args=[row.pk])


def form_of(answer: Any, **values: str) -> PageForm:
    """The action or choice that posts these values."""
    [found] = [
        form for form in forms_of(answer) if all(form.values.get(name) == [value] for name, value in values.items())
    ]
    return found


# --- What is found ----------------------------------------------------------------------------------------------------
def test_it_finds_people_conversations_texts_and_what_has_a_name(ours: Belongings, tenants: Tenants) -> None:
    Message.objects.for_workspace(tenants.workspace).update(text="An acme order", status="sent", direction="out")
    client = browser(tenants.owner)
    with CaptureQueriesContext(connection) as queries:
        answer = search(client, "acme", part="list")
    found = titles(answer)
    assert list(found) == ["People", "Conversations", "Messages", "Go to"]
    assert (found["People"], found["Conversations"]) == (["acme Person"], ["acme Person"])
    assert set(found["Messages"]) == {"An acme order"}
    assert found["Go to"] == ["acme sequence", "acme broadcast", "acme segment"]
    assert len(queries) <= 22
    assert "<!doctype" not in answer.content.decode()


def test_it_finds_pages_that_the_role_may_open(tenants: Tenants) -> None:
    assert titles(search(browser(tenants.owner), "webh")) == {"Begin": ["New webhook"], "Go to": ["Webhooks"]}
    assert titles(search(browser(tenants.member(Role.AGENT)), "webh")) == {}
    assert titles(search(browser(tenants.member(Role.VIEWER)), "new")) == {}


def test_signs_limit_it_to_people_or_commands(ours: Belongings, tenants: Tenants) -> None:
    client = browser(tenants.owner)
    assert list(titles(search(client, "@acme"))) == ["People"]
    assert titles(search(client, ">acme")) == {}
    assert titles(search(client, ">ns")) == {"Begin": ["New segment", "New sequence"]}  # by the letters of their words


def test_marks_are_markup_and_what_people_wrote_is_text(tenants: Tenants) -> None:
    name = "<i>Amara</i> & <b>Am"
    Contact.unscoped.create(workspace=tenants.workspace, name=name, search=name.lower())
    html = search(browser(tenants.owner), "am").content.decode()
    assert "&lt;i&gt;<mark>Am</mark>ara&lt;/i&gt; &amp; &lt;b&gt;<mark>Am</mark>" in html
    assert "<i>" not in html
    assert excerpt(f"see {'x' * 200}/lamp", [(205, 209)]).endswith("<mark>lamp</mark>")


def test_whoever_is_called_so_comes_before_whose_address_contains_it(tenants: Tenants) -> None:
    for name, search_text in (("Amara", "amara"), ("Tom", "tom\ntom@example.com"), ("Eve", "eve\n@eve_am")):
        Contact.unscoped.create(workspace=tenants.workspace, name=name, search=search_text)
    assert titles(search(browser(tenants.owner), "am"))["People"] == ["Amara", "Eve", "Tom"]


def test_it_answers_whatever_is_typed(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    for words in ("", " ", "\0", "%", "a" * 5000, "<script>", "☃", "'", "\\", "a & !b | (", "@", ">", "'':*"):
        assert search(client, words).status_code == 200
        assert search(client, words, part="list", at="/panel/live/\0/", recent=["\0", "x", ".."]).status_code == 200


def test_there_are_a_few_of_each_kind(tenants: Tenants) -> None:
    for number in range(20):
        name = f"Sarah {number}"
        Contact.unscoped.create(workspace=tenants.workspace, name=name, search=name.lower())
    assert len(titles(search(browser(tenants.owner), "sarah"))["People"]) == 6


# --- What was opened before -------------------------------------------------------------------------------------------
def test_what_was_opened_before_is_there_again_unless_it_is_gone(ours: Belongings, tenants: Tenants) -> None:
    client, thread = browser(tenants.owner), thread_of(tenants)
    theirs = Contact.objects.for_workspace(tenants.other).get()
    erased = "con_01M8PVVKCC1NH66BW8AADDX81E"
    recent = [
        f"inbox/{thread.pk}/",
        f"contacts/{theirs.pk}/",
        f"contacts/{erased}/",
        f"contacts/{thread.contact_id}/",
        "webhooks/endpoint/",
        "nowhere/",
    ]
    assert titles(search(client, recent=recent))["Recent"] == ["acme Person", "acme Person", "Webhooks"]
    agent = browser(tenants.member(Role.AGENT))
    assert titles(search(agent, recent=recent))["Recent"] == ["acme Person", "acme Person"]


def test_people_who_were_opened_before_come_first(tenants: Tenants) -> None:
    made = [
        Contact.unscoped.create(workspace=tenants.workspace, name=name, search=name.lower())
        for name in ("Sarah A", "Sarah B")
    ]
    client = browser(tenants.owner)
    assert titles(search(client, "sarah"))["People"] == ["Sarah B", "Sarah A"]
    assert titles(search(client, "sarah", recent=f"contacts/{made[0].pk}/"))["People"] == ["Sarah A", "Sarah B"]


# --- What can be done -------------------------------------------------------------------------------------------------
def test_a_conversation_that_is_open_is_assigned_snoozed_and_closed(ours: Belongings, tenants: Tenants) -> None:
    client, thread = browser(tenants.owner), thread_of(tenants)
    agent = tenants.member(Role.AGENT)
    Thread.unscoped.filter(pk=thread.pk).update(assignee=agent, closed_at=None, snoozed_until=None)
    at = page_of(thread)
    assert titles(search(client, ">assign", at=at)) == {
        f"In this conversation with {thread.contact}": ["Assign to me", "Assign to…"]
    }
    mine = form_of(search(client, at=at), action="assign", assignee=str(tenants.owner.pk))
    client.post(mine.action, mine.values)
    thread.refresh_from_db()
    assert thread.assignee == tenants.owner
    again = form_of(search(client, at=at, step="assign"), action="assign", assignee=str(agent.pk))
    client.post(again.action, again.values)
    thread.refresh_from_db()
    assert thread.assignee == agent
    snooze = form_of(search(client, "tom", at=at, step="snooze"), action="snooze")
    client.post(snooze.action, snooze.values)
    thread.refresh_from_db()
    assert thread.snoozed_until is not None
    close = form_of(search(client, at=at), action="close")
    Thread.unscoped.filter(pk=thread.pk).update(last_message_at=clock.now() + timedelta(minutes=1), unread_count=1)
    unread = form_of(search(client, at=at), action="close")
    for each in (close, unread):  # they have written since the palette, or the page below it, was opened
        client.post(each.action, each.values)
        thread.refresh_from_db()
        assert thread.closed_at is None


@pytest.mark.parametrize("where", ["conversation", "person"])
def test_stage_tags_and_sequences_of_the_person_are_a_second_step(
    ours: Belongings, tenants: Tenants, where: str
) -> None:
    client, thread = browser(tenants.owner), thread_of(tenants)
    contact = thread.contact
    at = page_of(thread if where == "conversation" else contact)
    for step, choice in (("stage", {"stage": "won"}), ("tag", {"tag": "big one"})):
        typed = choice.get("tag", "")
        form = form_of(search(client, typed, at=at, step=step), **choice)
        assert client.post(form.action, form.values)["Location"].startswith(at)
    contact.refresh_from_db()
    assert (contact.stage, "big one" in contact.tag_rows.values_list("name", flat=True)) == ("won", True)
    form = form_of(search(client, "big", at=at, step="untag"), tag="big one")
    client.post(form.action, form.values)
    assert "big one" not in contact.tag_rows.values_list("name", flat=True)
    sequence = Sequence.objects.for_workspace(tenants.workspace).get()
    Sequence.unscoped.filter(pk=sequence.pk).update(status="active")
    Enrollment.unscoped.all().delete()
    form = form_of(search(client, at=at, step="sequences_enrollment_enroll"), choice=sequence.pk)
    assert flash_messages(client.post(form.action, form.values))[-1] == f"Enrolled in {sequence}."


@pytest.mark.parametrize("who", ["viewer", "expired", "other side", "other workspace"])
def test_nothing_is_offered_to_who_may_not_do_it(ours: Belongings, tenants: Tenants, who: str) -> None:
    thread = thread_of(tenants)
    at = page_of(thread)
    client = browser(tenants.member(Role.VIEWER) if who == "viewer" else tenants.owner)
    if who == "expired":
        Workspace.objects.filter(pk=tenants.workspace.pk).update(
            plan=Plan.TRIAL, trial_ends_at=clock.now() - timedelta(days=1)
        )
    elif who == "other side":
        at = at.replace("/live/", "/test/")
    elif who == "other workspace":
        at = page_of(Thread.objects.for_workspace(tenants.other).get())
    for step in ("", "assign", "tag"):
        answer = search(client, at=at, step=step)
        assert [form for form in forms_of(answer) if "csrfmiddlewaretoken" in form.values and form.action == at] == []
