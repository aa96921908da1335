"""The inbox in the panel: the list, a conversation with its composer, and the contact beside it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, ContactNote, CustomField
from contacts.services import tag_contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, OpensNext, Plan, Role, User, Workspace
from messaging import notices
from messaging import services as messages
from messaging.models import Account, Message, Template, Thread
from messaging.sending import dispatch
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import send
from tests.page_forms import form_with, undo_form
from tests.panel import browser, flash_messages
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 6, 4, 12, tzinfo=UTC)
INBOX = "/panel/live/inbox/"


@pytest.fixture
def client(tenants: Tenants, frozen_time: FrozenTime) -> Client:
    client = browser(tenants.owner)
    frozen_time.now = NOON
    return client


@pytest.fixture
def thread(sandbox: Account, frozen_time: FrozenTime) -> Thread:
    return hear(sandbox, frozen_time, "Hello <b>there</b>")


_telegram_ids = iter(range(1000, 10**9))


def hear(account: Account, frozen_time: FrozenTime, text: str, who: str = "alice", name: str = "") -> Thread:
    incoming = Incoming(next(_telegram_ids), text, frozen_time.forward(seconds=1), username=who, name=name)
    message = receive(account, incoming)
    assert message is not None
    found: Thread = Thread.unscoped.get(pk=message.thread_id)
    return found


def page_of(thread: Thread) -> str:
    return f"{INBOX}{thread.pk}/"


def post(client: Client, thread: Thread, action: str, /, **fields: Any) -> Any:
    return client.post(page_of(thread), {**fields, "action": action})


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


# --- Reading ----------------------------------------------------------------------------------------------------------
def test_list_shows_the_beginning_of_the_latest_message(client: Client, thread: Thread) -> None:
    page = client.get(INBOX)
    assert page.status_code == 200
    html = page.content.decode()
    assert "Hello &lt;b&gt;there&lt;/b&gt;" in html
    assert page_of(thread) in html
    assert "Waiting for us" in text_of(page)


def test_opening_a_conversation_reads_it_and_asking_for_its_messages_does_not(
    client: Client, thread: Thread, tenants: Tenants
) -> None:
    part: dict[str, Any] = {"part": "messages", "workspace": tenants.workspace.pk}
    assert "Hello" in text_of(client.get(page_of(thread), part))
    thread.refresh_from_db()
    assert thread.unread_count == 1
    assert browser(tenants.member(Role.VIEWER)).get(page_of(thread)).status_code == 200
    thread.refresh_from_db()
    assert thread.unread_count == 1  # somebody who cannot answer has not taken care of it
    client.get(page_of(thread))
    thread.refresh_from_db()
    assert thread.unread_count == 0


def test_messages_stand_oldest_first_with_their_days(client: Client, sandbox: Account, frozen_time: FrozenTime) -> None:
    for day, text in ((1, "first"), (3, "second"), (4, "third")):
        frozen_time.now = NOON.replace(day=day)
        thread = hear(sandbox, frozen_time, text)
        Message.unscoped.filter(text=text).update(created_at=frozen_time.now)
    html = client.get(page_of(thread)).content.decode()
    conversation = html[html.index('id="inbox-messages"') :]
    order = [
        conversation.index(part)
        for part in ("Saturday, 1 June 2030", ">first<", "Yesterday", ">second<", "Today", ">third<")
    ]
    assert order == sorted(order)


def test_addresses_in_messages_are_links(client: Client, sandbox: Account, frozen_time: FrozenTime) -> None:
    thread = hear(sandbox, frozen_time, "<i>See</i> https://example.com/?a=1&b=2, or t.me/team. javascript:alert(1)")
    link = '<a class="cs-link" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>'
    expected = (
        "&lt;i&gt;See&lt;/i&gt; "
        + link.format("https://example.com/?a=1&amp;b=2", "https://example.com/?a=1&amp;b=2")
        + ", or "
        + link.format("https://t.me/team", "t.me/team")
        + ". javascript:alert(1)"
    )
    for page in (page_of(thread), reverse("admin:contacts_contact_change", args=[thread.contact_id])):
        assert expected in client.get(page).content.decode()


def test_older_messages_are_on_further_pages(client: Client, sandbox: Account, frozen_time: FrozenTime) -> None:
    for number in range(55):
        thread = hear(sandbox, frozen_time, f"message {number}.")
        Message.unscoped.filter(text=f"message {number}.").update(created_at=frozen_time.now)
    html = client.get(page_of(thread)).content.decode()
    assert "message 54." in html and "message 4." not in html
    older = re.search(r'href="(\?[^"]*before=[^"]*)">Earlier', html)
    assert older is not None
    page = client.get(page_of(thread) + older[1].replace("&amp;", "&")).content.decode()
    conversation = page[page.index('id="inbox-messages"') :]
    assert "message 4." in conversation and "message 54." not in conversation


@pytest.mark.parametrize(
    "query", ["view=x", "account=x", "account=9999999999999999999", "after=x", "before=x", "q=%00"]
)
def test_every_address_answers(client: Client, thread: Thread, query: str) -> None:
    assert client.get(f"{INBOX}?{query}").status_code == 200
    assert client.get(f"{page_of(thread)}?{query}").status_code == 200


def test_search_finds_what_is_closed(client: Client, thread: Thread, tenants: Tenants) -> None:
    post(client, thread, "close")
    client.get(INBOX)  # says so, with a button that opens it again
    assert page_of(thread) not in client.get(INBOX).content.decode()
    assert page_of(thread) in client.get(INBOX, {"q": "ALI"}).content.decode()
    assert page_of(thread) not in client.get(INBOX, {"q": "bob"}).content.decode()


def test_filter_stays_while_one_works(client: Client, thread: Thread) -> None:
    answer = client.post(f"{page_of(thread)}?view=waiting", {"action": "send", "text": "Hello"})
    assert answer["Location"] == f"{page_of(thread)}?view=waiting"


@pytest.mark.parametrize(("view", "sent"), [("all", "all"), ("closed", "closed"), ("open", None)])
def test_search_form_keeps_the_view(client: Client, thread: Thread, view: str, sent: str | None) -> None:
    html = client.get(INBOX, {"view": view}).content.decode()
    assert re.findall(r'name="view" value="(\w+)"', html) == ([sent] if sent else [])


def test_part_of_a_page_of_another_workspace_is_refused(client: Client, thread: Thread, tenants: Tenants) -> None:
    """The page was opened before the member switched to this workspace in another tab."""
    for address in (INBOX, page_of(thread)):
        for workspace in (tenants.other.pk, tenants.twin.pk, ""):
            answer = client.get(address, {"part": "list", "workspace": workspace})
            assert (answer.status_code, answer.content) == (409, b"")


def test_part_of_a_page_leads_to_the_log_in_when_the_session_has_ended(thread: Thread, tenants: Tenants) -> None:
    part: dict[str, Any] = {"part": "list", "workspace": tenants.workspace.pk}
    shown = f"http://testserver{page_of(thread)}?view=unread"
    stranger = Client(headers={"HX-Request": "true", "HX-Current-URL": shown})
    answer = stranger.get(page_of(thread), part)
    login = f"{reverse('account:login')}?next={quote(page_of(thread), safe='')}%3Fview%3Dunread"
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (401, login, b"")
    foreign = stranger.get(page_of(thread), part, headers={"HX-Current-URL": "https://evil.example/"})
    assert foreign["HX-Redirect"] == f"{reverse('account:login')}?next="


def test_views_say_how_many_conversations_they_have(client: Client, thread: Thread, tenants: Tenants) -> None:
    def counts(page: Any, place: str = "side") -> list[tuple[str, str]]:
        pattern = r'<span class="cs-cut">([A-Z][a-z ]+)</span>(?:<span class="cs-side-n cs-muted">(\d+\+?)</span>)?</a>'
        return re.findall(pattern, views_of(page, place))[:9]

    expected = [("Waiting for us", "1"), ("Mine", ""), ("Unassigned", "1"), ("Unread", "1"), ("All open", "1")]
    expected += [("Snoozed", ""), ("Not delivered", ""), ("Closed", ""), ("Everything", "")]
    query: dict[str, Any] = {"part": "list", "workspace": tenants.workspace.pk}
    page, part = client.get(INBOX), client.get(INBOX, query)
    for place in ("side", "menu"):
        assert counts(page, place) == counts(part, place) == expected
        assert 'hx-swap-oob="morph"' in views_of(part, place) and 'hx-swap-oob="morph"' not in views_of(page, place)
    waiting = re.compile(r'id="waiting"[^>]*>1<')
    assert waiting.search(page.content.decode()) and waiting.search(part.content.decode())
    assert {count for _, count in counts(client.get(INBOX, {"q": "alice"}))} == {""}  # of a search nothing is said
    contacts = Contact.unscoped.bulk_create(Contact(workspace=thread.workspace, name=str(n)) for n in range(99))
    rows = [Thread(workspace=thread.workspace, account=thread.account, contact=each) for each in contacts]
    Thread.unscoped.bulk_create(rows)
    assert counts(client.get(INBOX))[4] == ("All open", "99+")


def views_of(page: Any, place: str = "side") -> str:
    return str(page.content.decode().partition(f'<div id="inbox-views-{place}"')[2].partition("</div>")[0])


def test_who_has_waited_longest_comes_first_and_the_others_follow(
    client: Client, sandbox: Account, frozen_time: FrozenTime
) -> None:
    answered, late, soon = (hear(sandbox, frozen_time, "Hello", who) for who in ("answered", "late", "soon"))
    Thread.unscoped.filter(pk=soon.pk).update(waiting_since=frozen_time.now - timedelta(minutes=9))
    Thread.unscoped.filter(pk=late.pk).update(waiting_since=frozen_time.now - timedelta(minutes=100))
    post(client, answered, "send", text="Good day")
    html = client.get(INBOX).content.decode()
    shown = html[html.index('id="inbox-list"') :]
    order = ["Longest wait first", f"row-{late.pk}", "is-late", "1 h 40", f"row-{soon.pk}", "is-due", "9 min"]
    order += ["Waiting for them", f"row-{answered.pk}", "You:", "Good day"]
    positions = [shown.index(part) for part in order]
    assert positions == sorted(positions)
    Workspace.objects.update(answer_aim_minutes=120)
    assert "is-late" not in client.get(INBOX).content.decode()


def test_what_members_did_stands_between_the_messages(client: Client, thread: Thread, tenants: Tenants) -> None:
    agent = tenants.member(Role.AGENT)
    type(agent).objects.filter(pk=agent.pk).update(name="Ben")
    type(agent).objects.filter(pk=tenants.owner.pk).update(name="Ada <b>")
    post(client, thread, "assign", assignee=agent.pk)
    post(client, thread, "close")
    page = client.get(page_of(thread))
    assert text_of(page).index("Ada &lt;b&gt; assigned this to Ben at") < text_of(page).index("closed this at")
    head: dict[str, Any] = {"part": "head", "workspace": thread.workspace_id}
    assert "closed this" not in text_of(client.get(page_of(thread), head))


def test_head_is_asked_for_by_itself(client: Client, thread: Thread, tenants: Tenants) -> None:
    part: dict[str, Any] = {"part": "head", "workspace": tenants.workspace.pk, "view": "unread"}
    page = client.get(page_of(thread), part)
    assert "Close" in text_of(page) and "Reopen" not in text_of(page) and "Hello" not in text_of(page)
    assert "part=" not in page.content.decode()  # its forms lead to the page
    Thread.unscoped.update(assignee=tenants.owner, closed_at=NOON)
    page = client.get(page_of(thread), part)
    assert all(each in text_of(page) for each in ("Reopen", "Assigned to", tenants.owner.shown_name))
    assert client.get(page_of(thread), {**part, "workspace": tenants.twin.pk}).status_code == 409


def test_more_conversations_and_messages_take_no_more_queries(
    client: Client, sandbox: Account, frozen_time: FrozenTime, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    thread = hear(sandbox, frozen_time, "first")
    for who in ["alice"] * 20 + [f"person_{number}" for number in range(60)]:
        hear(sandbox, frozen_time, "again", who)
    for _ in range(20):
        send(sandbox, "@alice", send_at=NOON + timedelta(days=2))
    client.get(page_of(thread))
    with django_assert_max_num_queries(14):
        page = client.get(INBOX)
    assert page.content.decode().count('<li id="row-') == 50
    with django_assert_max_num_queries(39):
        page = client.get(page_of(thread))
    assert page.content.decode().count(' id="m-msg_') == 41


def test_parts_and_answers_take_few_queries(
    client: Client, thread: Thread, tenants: Tenants, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for part, most in (("list", 14), ("head", 14), ("messages", 16)):
        with django_assert_max_num_queries(most):
            answer = client.get(page_of(thread), {"part": part, "workspace": str(tenants.workspace.pk)})
        assert answer.status_code == 200
    with django_assert_max_num_queries(40):
        assert from_outbox(client, thread, tenants, message_id=new_id("msg"))[0] == 200


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_answer_is_sent(client: Client, thread: Thread) -> None:
    answer = post(client, thread, "send", text="Hi {first_name|you}")
    assert (answer.status_code, answer["Location"]) == (302, page_of(thread))
    dispatch.dispatch()
    sent = Message.unscoped.get(direction="out")
    assert (sent.text, sent.status, sent.thread_id) == ("Hi you", "sent", thread.pk)
    assert "Hi you" in text_of(client.get(page_of(thread)))
    assert AuditEntry.unscoped.get(target=sent.pk).action == "message.accepted"


def test_answer_closes_the_conversation_unless_they_have_written_meanwhile(
    client: Client, thread: Thread, sandbox: Account, frozen_time: FrozenTime, tenants: Tenants
) -> None:
    def seen() -> str:
        found = re.search(r'form="composer" name="seen" value="([^"]*)"', client.get(page_of(thread)).content.decode())
        assert found is not None
        return found[1]

    before = seen()
    hear(sandbox, frozen_time, "One more thing")
    post(client, thread, "send_close", text="Good day", seen=before)
    thread.refresh_from_db()
    assert (thread.closed_at, Message.unscoped.filter(direction="out").count()) == (None, 1)
    again = {"message_id": new_id("msg"), "text": "Sure", "close": "yes", "seen": seen()}
    for _ in range(2):
        assert from_outbox(client, thread, tenants, **again)[1]["state"] == "stored"
    thread.refresh_from_db()
    assert (thread.closed_at is not None, Message.unscoped.filter(direction="out").count()) == (True, 2)


def test_form_that_arrives_twice_sends_once(client: Client, thread: Thread) -> None:
    message_id = new_id("msg")
    new = {"account": thread.account_id, "to": "@alice", "text": "Hello", "message_id": message_id}
    answers = [post(client, thread, "send", text="Hello", message_id=message_id) for _ in range(2)]
    answers.append(client.post(f"{INBOX}new/", new))
    assert [answer["Location"] for answer in answers] == [page_of(thread)] * 3
    assert Message.unscoped.filter(direction="out").count() == 1


def test_form_that_arrives_again_with_another_text_is_a_new_answer(client: Client, thread: Thread) -> None:
    message_id = new_id("msg")
    post(client, thread, "send", text="Hi {first_name|you}", message_id=message_id)
    dispatch.dispatch()
    again = post(client, thread, "send", text="Hi {first_name|you}", message_id=message_id)
    assert again["Location"] == page_of(thread)  # it was the same before its variables were filled in
    page = post(client, thread, "send", text="Hi all", message_id=message_id)
    assert "This answer was sent before, as “Hi you”." in text_of(page)
    form = form_with(page, "message_id").values
    assert form["text"] == ["Hi all"] and form["message_id"] != [message_id]
    assert [each.text for each in Message.unscoped.filter(direction="out")] == ["Hi you"]


def from_outbox(client: Client, thread: Thread, tenants: Tenants, **fields: Any) -> tuple[int, Any]:
    """What the script of the page gets when it sends an answer."""
    return from_outbox_in(client, thread, tenants, "", **fields)


def from_outbox_in(client: Client, thread: Thread, tenants: Tenants, filter: str, **fields: Any) -> tuple[int, Any]:
    session = {"action": "send", "member": tenants.owner.pk, "workspace": tenants.workspace.pk}
    shown = f"http://testserver{page_of(thread)}"
    headers = {"Accept": "application/json", "HX-Request": "true", "HX-Current-URL": shown}
    answer = client.post(f"{page_of(thread)}{filter}", {**session, "text": "Hello", **fields}, headers=headers)
    return answer.status_code, answer.json() if answer.content else None


def test_outbox_is_told_what_became_of_an_answer(client: Client, thread: Thread, tenants: Tenants) -> None:
    planned = {"send_at": "2030-06-05T09:30"}
    ids = {name: new_id("msg") for name in ("now", "later", "wrong")}
    stored = {"state": "stored", "url": page_of(thread), "left": "", "next": ""}
    for _ in range(2):
        status, answer = from_outbox(client, thread, tenants, message_id=ids["now"])
        html = answer.pop("html")
        assert (status, answer) == (200, {**stored, "said": "Sent."})
        assert f'<article class="cs-bubble" id="m-{ids["now"]}"' in html
    _, answer = from_outbox(client, thread, tenants, message_id=ids["later"], **planned)
    assert answer["said"] == "Planned for 5 Jun 2030 09:30 UTC."
    assert "Planned for <time" in answer["html"]
    _, answer = from_outbox(client, thread, tenants, message_id=ids["wrong"], text="Hi {nobody}")
    assert (answer["state"], answer["message_id"], list(answer["errors"])) == ("refused", ids["wrong"], ["text"])
    _, answer = from_outbox(client, thread, tenants, message_id=ids["now"], text="Changed")
    assert answer["errors"]["text"].startswith("This answer was sent before, as “Hello”.")
    assert answer["message_id"] not in ids.values()
    assert set(Message.unscoped.filter(direction="out").values_list("pk", flat=True)) == {ids["now"], ids["later"]}


def test_outbox_keeps_an_answer_of_another_session(
    client: Client, thread: Thread, tenants: Tenants, frozen_time: FrozenTime
) -> None:
    theirs = hear(tenants.sandbox(tenants.other), frozen_time, "Of another workspace")
    for other in ({"member": tenants.stranger.pk}, {"workspace": tenants.twin.pk}, {"workspace": tenants.other.pk}):
        for each in (thread, theirs):
            assert from_outbox(client, each, tenants, **other) == (409, {"state": "elsewhere"})
    assert from_outbox(client, theirs, tenants) == (404, {"state": "gone"})
    assert from_outbox(Client(), thread, tenants)[0] == 401
    assert not Message.unscoped.filter(direction="out").exists()


def test_next_is_who_has_waited_longest(client: Client, sandbox: Account, frozen_time: FrozenTime) -> None:
    first, second, third = (hear(sandbox, frozen_time, "Hello", who) for who in ("first", "second", "third"))
    hear(sandbox, frozen_time, "Still here", "first")

    def next_of(page: Any) -> str:
        link = re.search(r'id="inbox-next"[^>]* href="([^"]*)"', page.content.decode())
        assert link is not None
        return str(client.get(unescape(link[1]))["Location"])

    after_first = next_of(client.get(page_of(first)))
    assert after_first.startswith(page_of(second))
    post(client, second, "send", text="Hello")
    assert next_of(client.get(after_first)).startswith(page_of(third))  # it is known where the answered one stood
    assert next_of(client.get(page_of(third))).startswith(page_of(first))
    for each in (first, third):
        post(client, each, "snooze", until="later")
    answer = client.get(INBOX, {"next_after": second.pk, "since": "x\0"})
    assert answer["Location"] == f"{INBOX}?view=waiting"
    assert flash_messages(answer)[-1] == "Nobody else waits for an answer."


@pytest.fixture
def queue(sandbox: Account, frozen_time: FrozenTime) -> list[Thread]:
    """Three who wait, the longest wait first."""
    return [hear(sandbox, frozen_time, "Hello", who) for who in ("first", "second", "third")]


@pytest.mark.parametrize("chosen", OpensNext.values)
@pytest.mark.parametrize("action", ["close", "snooze", "send", "send_close"])
def test_next_conversation_opens_as_the_member_has_chosen(
    client: Client, queue: list[Thread], tenants: Tenants, action: str, chosen: str
) -> None:
    User.objects.filter(pk=tenants.owner.pk).update(opens_next=chosen)
    first, second, third = queue
    fields = {"text": "Hello", "until": "later", "seen": first.last_message_at.isoformat(), "view": "waiting"}
    page = client.post(f"{page_of(first)}?view=waiting", {**fields, "action": action})
    opens = chosen == "answer" or (chosen == "close" and action != "send")
    stays = {"send": page_of(first), "send_close": page_of(first)}.get(action, INBOX)
    expected = f"{page_of(second)}?view=waiting&since={quote_plus(str(second.waiting_since))}"
    assert page["Location"] == (expected if opens else f"{stays}?view=waiting")
    first.refresh_from_db()
    assert (first.closed_at is not None, first.is_snoozed) == ("close" in action, action == "snooze")
    closing = {"close": "yes", "seen": third.last_message_at.isoformat()} if "close" in action else {}
    _, answer = from_outbox_in(client, third, tenants, "?view=waiting", **closing)
    assert answer["next"].startswith(page_of(second)) == (chosen == "answer" or (chosen == "close" and bool(closing)))


def test_what_was_put_away_is_taken_back_from_the_next_conversation(
    client: Client, queue: list[Thread], tenants: Tenants
) -> None:
    first, second, _ = queue
    Message.unscoped.filter(thread=first).update(created_at=first.waiting_since)
    page = client.post(f"{page_of(first)}?view=waiting", {"action": "close"}, follow=True)
    assert page.redirect_chain[-1][0].startswith(page_of(second))
    form = undo_form(page)
    assert form.action == f"{page_of(first)}?view=waiting"
    page = client.post(form.action, form.values, follow=True)
    assert page.redirect_chain[-1][0] == f"{page_of(first)}?view=waiting"
    before, first = first, Thread.unscoped.get(pk=first.pk)
    assert (first.closed_at, first.waiting_since) == (None, before.waiting_since)
    Thread.unscoped.filter(pk=second.pk).update(closed_at=NOON - timedelta(hours=1))
    form = undo_form(client.post(page_of(second), {"action": "snooze", "until": "later"}, follow=True))
    page = client.post(form.action, form.values)
    assert page["Location"] == page_of(second)  # it was closed before, and what takes back opens no other one
    second.refresh_from_db()
    assert second.closed_at is not None and not second.is_snoozed


def test_answer_of_the_outbox_that_closes_is_taken_back(client: Client, queue: list[Thread], tenants: Tenants) -> None:
    first, second, _ = queue
    fields: dict[str, Any] = {"close": "yes", "seen": first.last_message_at.isoformat(), "message_id": new_id("msg")}
    for _ in range(2):
        _, answer = from_outbox_in(client, first, tenants, "?view=waiting", **fields)
    assert answer["next"] == ""  # a form that comes again has closed nothing
    page = client.get(page_of(second))
    form = undo_form(page)
    assert form.action == f"{page_of(first)}?view=waiting"
    client.post(form.action, form.values)
    first.refresh_from_db()
    assert first.closed_at is None


def test_page_says_that_nothing_is_left(client: Client, thread: Thread) -> None:
    page = client.post(f"{page_of(thread)}?view=waiting", {"action": "close"}, follow=True)
    assert page.redirect_chain == [(f"{INBOX}?view=waiting", 302)]
    assert "Nothing is left here Nobody waits for an answer." in text_of(page)


def test_person_has_one_row_with_the_account_and_a_tab_for_each(
    client: Client, sandbox: Account, tenants: Tenants, frozen_time: FrozenTime
) -> None:
    one = hear(sandbox, frozen_time, "Hello")
    assert "cs-row-account" not in client.get(INBOX).content.decode()
    sales = tenants.sandbox(name="<Sales>")
    two, other = hear(sales, frozen_time, "Hello again"), hear(sales, frozen_time, "Hello", "bob")
    html = client.get(INBOX).content.decode()
    assert re.findall(r'<li id="row-([^"]*)', html) == [one.pk, other.pk]
    account = re.search(r'<small class="cs-row-account.*?</small>', html)
    assert account is not None and re.sub("<[^>]*>", "", account[0]) == "Sandbox +1 more account"
    html = client.get(page_of(two)).content.decode()
    tabs = html[html.index('id="inbox-accounts"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert re.findall(r'<a href="([^"?]*)[^"]*"( aria-current="page")?', tabs) == [
        (page_of(two), ' aria-current="page"'),
        (page_of(one), ""),
    ]
    assert "&lt;Sales&gt;" in tabs and 'title="Unread">1' in tabs
    assert re.search(rf'href="{page_of(one)}"[^>]* aria-current="true"', html)  # the row of the person is marked
    html = client.get(page_of(other)).content.decode()
    assert 'id="inbox-accounts" aria-label="Accounts" hidden' in html


def test_answer_is_planned_in_the_time_zone_of_the_reader(client: Client, thread: Thread) -> None:
    post(client, thread, "send", text="Hello", send_at="2030-06-05T09:30")
    assert Message.unscoped.get(direction="out").eta == datetime(2030, 6, 5, 9, 30, tzinfo=UTC)
    page = text_of(client.get(page_of(thread)))
    assert "Planned for 5 Jun 2030 09:30" in page
    assert "Answer planned for 5 Jun 2030 09:30 UTC" in page and "Longest wait first" in page  # they wait until then


def test_time_of_a_draft_stays_visible_with_its_zone(client: Client, thread: Thread) -> None:
    page = text_of(post(client, thread, "preview", text="Hello", send_at="2030-06-05T09:30"))
    assert "5 Jun 2030 09:30 UTC" in page and "Send later" in page
    assert not Message.unscoped.filter(direction="out").exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"text": "Hi {nobody}"}, "There is no contact field for {nobody}"),
        ({"text": " "}, "A text has 1 to 4096"),
        ({"text": "Hi there", "send_at": "tomorrow"}, "Give a date and a time."),
        ({"text": "Hi there", "send_at": "2099-01-01T00:00"}, "at most 366 days away"),
    ],
)
def test_refused_text_stays(client: Client, thread: Thread, fields: dict[str, str], error: str) -> None:
    page = post(client, thread, "send", **fields)
    assert page.status_code == 200
    assert error in text_of(page)
    assert f">{fields['text']}</textarea>" in page.content.decode()
    assert not Message.unscoped.filter(direction="out").exists()


def test_daily_limit_is_said_with_the_text(client: Client, thread: Thread) -> None:
    Account.unscoped.update(daily_limit=1)
    assert "1 of 1 left in any 24 hours" in text_of(client.get(page_of(thread)))
    post(client, thread, "send", text="one")
    assert "0 of 1 left in any 24 hours" in text_of(client.get(page_of(thread)))
    page = post(client, thread, "send", text="two")
    assert "may send 1 messages in 24 hours" in text_of(page)
    assert ">two</textarea>" in page.content.decode()


def test_text_is_previewed_and_not_sent(client: Client, thread: Thread) -> None:
    Contact.unscoped.update(name="Alice Doe")
    page = post(client, thread, "preview", text="Dear {last_name|{}".replace("|{", "|Alice"))
    assert "Dear Alice" in text_of(page)
    assert not Message.unscoped.filter(direction="out").exists()


def test_template_goes_into_the_text(client: Client, thread: Thread, tenants: Tenants) -> None:
    ours = Template.unscoped.create(workspace=tenants.workspace, name="Ours", text="Our text")
    theirs = Template.unscoped.create(workspace=tenants.other, name="Theirs", text="Their text")
    assert ">Our text</textarea>" in post(client, thread, "template", template=ours.pk).content.decode()
    page = text_of(post(client, thread, "template", template=theirs.pk, text="mine"))
    assert "Choose a template." in page and "Their text" not in page and "mine" in page


def test_failed_message_says_why_and_is_sent_again(client: Client, sandbox: Account) -> None:
    failed = send(sandbox, "@fail_privacy")
    dispatch.dispatch()
    thread = Thread.unscoped.get()
    assert "They accept no messages from strangers." in text_of(client.get(page_of(thread)))
    post(client, thread, "retry", message=failed.pk)
    assert Message.unscoped.get(retry_of=failed).status == "queued"
    answer = post(client, thread, "retry", message=failed.pk)
    assert flash_messages(answer)[-1] == "It was sent again already, or may have arrived after all."


def links_below(page: Any, message: Message) -> list[tuple[str, str]]:
    """What the page offers to correct of a failed message: titles and addresses."""
    bubble = page.content.decode().partition(f'id="m-{message.pk}"')[2].partition("</article>")[0]
    why = re.search(r'<p class="cs-fail"[^>]*>(.*?)</p>', bubble)
    return [
        (title, unescape(link))
        for link, title in re.findall(r'<a class="cs-link" href="([^"]*)">([^<]*)</a>', why[1] if why else "")
    ]


@pytest.mark.parametrize(
    ("error", "detail", "expected"),
    [
        ("recipient_not_found", "", [("Correct the username", "username")]),
        ("recipient_changed", "", [("Correct the username", "username")]),
        (
            "template_unresolved",
            "no value for {first_name} and no fallback",
            [("Fill in the value", "first_name"), ("Change the text", "")],
        ),
        (
            "template_unresolved",
            "no value for {company} and no fallback",
            [("Fill in the value", "custom.company"), ("Change the text", "")],
        ),
        ("text_length", "", [("Change the text", "")]),
        ("message_empty", "", [("Change the text", "")]),
        ("message_too_long", "", [("Change the text", "")]),
        ("privacy_restricted", "", []),
        ("recipient_deleted", "", []),
    ],
)
def test_failed_message_leads_to_what_is_to_be_corrected(
    client: Client, sandbox: Account, tenants: Tenants, error: str, detail: str, expected: list[tuple[str, str]]
) -> None:
    CustomField.unscoped.create(workspace=tenants.workspace, key="company", label="Company", type="text")
    failed = send(sandbox, "@somebody", text="Dear {company|you}")
    Message.unscoped.update(status="failed", error=error, error_detail=detail)
    thread = Thread.unscoped.get()
    found = links_below(client.get(page_of(thread)), failed)
    assert [title for title, _ in found] == [title for title, _ in expected]
    for (_, link), (_, field) in zip(found, expected, strict=True):
        page = client.get(link).content.decode()
        if field:
            assert re.search(rf'<[^>]*name="{re.escape(field)}"[^>]* autofocus', page)
        else:
            assert ">Dear {company|you}</textarea>" in page
    viewer = browser(tenants.member(Role.VIEWER))
    assert links_below(viewer.get(page_of(thread)), failed) == []


def test_correcting_the_contact_leads_back_to_the_failed_message(client: Client, sandbox: Account) -> None:
    failed = send(sandbox, "@fail_notfound")
    dispatch.dispatch()
    thread = Thread.unscoped.get()
    [(_, link)] = links_below(client.get(page_of(thread)), failed)
    form = {"do": "edit", "username": "anna", "initial-username": "fail_notfound"}
    assert client.post(link, form)["Location"] == f"{page_of(thread)}#m-{failed.pk}"
    post(client, thread, "retry", message=failed.pk)
    assert Message.unscoped.get(retry_of=failed).recipient == "@anna"


@pytest.mark.parametrize(
    "page", ["https://evil.example/panel/live/", "//evil.example/panel/live/", "/panel/test/", "/"]
)
def test_saving_a_contact_leads_to_pages_of_this_side_only(client: Client, thread: Thread, page: str) -> None:
    contact = reverse("admin:contacts_contact_change", args=[thread.contact_id])
    answer = client.post(f"{contact}?next={quote(page)}", {"do": "edit", "name": "Alice", "initial-name": ""})
    assert answer["Location"] == contact


def test_text_of_another_conversation_is_not_shown(client: Client, thread: Thread, sandbox: Account) -> None:
    other = send(sandbox, "@somebody", text="For somebody else")
    for wanted in (other.pk, "msg_x", ""):
        assert (
            "For somebody else"
            not in client.get(page_of(thread), {"text_of": wanted})
            .content.decode()
            .partition('id="composer"')[2]
            .partition("</form>")[0]
        )


def test_queued_message_is_canceled(client: Client, sandbox: Account) -> None:
    queued = send(sandbox, send_at=NOON + timedelta(days=1))
    post(client, Thread.unscoped.get(), "cancel", message=queued.pk)
    queued.refresh_from_db()
    assert queued.status == "canceled"
    assert f"Canceled: {queued.text}" in text_of(client.get(INBOX))


def test_contact_who_opted_out_cannot_be_written_to(client: Client, thread: Thread) -> None:
    Contact.unscoped.update(opted_out=True)
    page = client.get(page_of(thread))
    assert "composer-text" not in page.content.decode()
    post(client, thread, "send", text="Hello")
    assert not Message.unscoped.filter(direction="out").exists()


def test_new_message_begins_a_conversation(client: Client, sandbox: Account, tenants: Tenants) -> None:
    fields = {"account": sandbox.pk, "to": "@bob_b", "text": "Hello"}
    answer = client.post(f"{INBOX}new/", fields)
    assert answer["Location"] == page_of(Thread.unscoped.get())
    foreign = client.post(f"{INBOX}new/", {**fields, "account": tenants.sandbox(tenants.other).pk})
    assert "No such account" in text_of(foreign)
    page = client.post(f"{INBOX}new/", {**fields, "to": "@", "text": "Kept"})
    assert "Give a username" in text_of(page) and ">Kept</textarea>" in page.content.decode()
    assert Message.unscoped.count() == 1


def test_new_message_to_a_contact_has_the_address(client: Client, thread: Thread, tenants: Tenants) -> None:
    page = client.get(f"{INBOX}new/", {"contact": thread.contact_id})
    assert 'value="@alice"' in page.content.decode()
    assert "No Telegram username" not in text_of(page)
    mail = Contact.unscoped.create(workspace=tenants.workspace, name="Mail", email="mail@example.com")
    page = client.get(f"{INBOX}new/", {"contact": mail.pk})
    assert "No Telegram username is known. Add it on the contact's page first." in text_of(page)
    assert reverse("admin:contacts_contact_change", args=[mail.pk]) in page.content.decode()
    theirs = Contact.unscoped.create(workspace=tenants.other, name="Theirs", username="theirs")
    assert client.get(f"{INBOX}new/", {"contact": theirs.pk}).status_code == 404


# --- What is done with a conversation ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ({"until": "later"}, datetime(2030, 6, 4, 15, tzinfo=UTC)),
        ({"until": "tomorrow"}, datetime(2030, 6, 5, 9, tzinfo=UTC)),
        ({"until": "week"}, datetime(2030, 6, 10, 9, tzinfo=UTC)),
        ({"until": "date", "date": "2030-07-01T10:00"}, datetime(2030, 7, 1, 10, tzinfo=UTC)),
    ],
)
def test_conversation_is_snoozed(
    client: Client, thread: Thread, frozen_time: FrozenTime, until: dict[str, str], expected: datetime
) -> None:
    frozen_time.now = NOON  # a Tuesday
    answer = post(client, thread, "snooze", **until)
    assert answer["Location"] == INBOX
    thread.refresh_from_db()
    assert thread.snoozed_until == expected
    assert "No open" in text_of(client.get(INBOX)) or page_of(thread) not in client.get(INBOX).content.decode()


def test_snooze_without_a_date_says_so(client: Client, thread: Thread) -> None:
    answer = post(client, thread, "snooze", until="date", date="")
    assert flash_messages(answer) == ["Choose a date and a time until which it sleeps."]


def test_enter_in_the_date_snoozes_until_the_date(client: Client, thread: Thread) -> None:
    page = client.get(page_of(thread)).content.decode()
    buttons = re.findall(r'name="until" value="(\w+)"', page)  # Enter presses the first one
    assert buttons == ["date", "later", "tomorrow", "week", "date"]


def test_conversation_is_closed_assigned_and_marked_as_unread(client: Client, thread: Thread, tenants: Tenants) -> None:
    post(client, thread, "assign", assignee=tenants.owner.pk)
    client.get(page_of(thread))
    post(client, thread, "unread")
    thread.refresh_from_db()
    assert (thread.assignee, thread.unread_count) == (tenants.owner, 1)
    post(client, thread, "assign", assignee="")
    post(client, thread, "close")
    thread.refresh_from_db()
    assert (thread.assignee, thread.closed_at) == (None, NOON + timedelta(seconds=1))
    answer = post(client, thread, "assign", assignee=tenants.stranger.pk)
    assert flash_messages(answer)[-1] == "Choose a member who may write messages."


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"action": "close"}, notices.CHANGED),
        ({"action": "snooze", "until": "later"}, notices.CHANGED),
        ({"action": "assign", "assignee": "owner"}, notices.CHANGED),
        ({"action": "send", "text": "Hello"}, notices.CHANGED),
        ({"action": "read"}, notices.READ),
    ],
    ids=lambda each: each["action"] if isinstance(each, dict) else each,
)
def test_open_pages_are_told_what_members_do(
    client: Client,
    thread: Thread,
    tenants: Tenants,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
    fields: dict[str, Any],
    kind: str,
) -> None:
    told: list[notices.Notice] = []
    monkeypatch.setattr(notices, "tell", told.append)
    if fields.get("assignee"):
        fields = {**fields, "assignee": tenants.owner.pk}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(thread), fields)
    assert notices.Notice(thread.workspace_id, thread.pk, kind) in told


def test_assignee_that_the_page_does_not_show_is_not_replaced(client: Client, thread: Thread, tenants: Tenants) -> None:
    opened = form_with(client.get(page_of(thread)), "replaces").values
    assert opened["replaces"] == [""]
    other = tenants.member(Role.AGENT)
    post(client, thread, "assign", **opened, assignee=other.pk)
    answer = post(client, thread, "assign", **opened, assignee=tenants.owner.pk)
    said = f"Somebody else has assigned it meanwhile: {other} looks after it now; choose again."
    assert flash_messages(answer)[-1] == said
    thread.refresh_from_db()
    assert thread.assignee == other
    again = form_with(client.get(page_of(thread)), "replaces").values
    post(client, thread, "assign", **again, assignee=tenants.owner.pk)
    thread.refresh_from_db()
    assert thread.assignee == tenants.owner


def test_message_that_was_found_is_shown_with_those_around_it(client: Client, thread: Thread, sandbox: Account) -> None:
    made = [
        Message(
            workspace_id=thread.workspace_id,
            account=sandbox,
            thread=thread,
            contact=thread.contact,
            direction="in",
            status="received",
            text=f"Number {number:03}.",
            created_at=NOON - timedelta(minutes=300 - number),
        )
        for number in range(200)
    ]
    Message.unscoped.bulk_create(made)
    page = text_of(client.get(page_of(thread), {"message": made[50].pk}))
    assert "Number 050." in page and "Number 070." in page and "Number 071." not in page
    assert "Latest messages" in page
    for wanted in (made[195].pk, "msg_nothing", new_id("msg")):
        assert "Number 199." in text_of(client.get(page_of(thread), {"message": wanted}))


def test_what_was_done_to_a_conversation_is_taken_back(client: Client, thread: Thread, tenants: Tenants) -> None:
    """By the button beside what is said of it, which puts back all that the change has changed but what was read."""
    agent = tenants.member(Role.AGENT)
    Thread.unscoped.filter(pk=thread.pk).update(assignee=agent, unread_count=0)
    Message.unscoped.update(created_at=thread.waiting_since)
    before = state_of(thread)
    for action, fields in (
        ("close", {}),
        ("snooze", {"until": "tomorrow"}),
        ("assign", {"assignee": tenants.owner.pk, "replaces": agent.pk}),
        ("assign", {"assignee": "", "replaces": agent.pk}),
    ):
        post(client, thread, action, **fields)
        assert state_of(thread) != before
        undo = undo_form(client.get(INBOX))
        client.post(undo.action, undo.values)
        assert state_of(thread) == before, action
        client.get(INBOX)
    post(client, thread, "snooze", until="week")
    client.get(INBOX)
    snoozed = state_of(thread)
    for action, fields in (("snooze", {"until": "later"}), ("close", {})):
        post(client, thread, action, **fields)
        undo = undo_form(client.get(INBOX))
        client.post(undo.action, undo.values)
        assert state_of(thread) == snoozed, action
        client.get(INBOX)
    post(client, thread, "close")
    client.get(INBOX)
    post(client, thread, "snooze", until="week")
    undo = undo_form(client.get(INBOX))
    client.post(undo.action, undo.values)
    assert state_of(thread)["closed_at"] and not state_of(thread)["snoozed_until"]


@pytest.mark.parametrize(("action", "fields"), [("close", {}), ("snooze", {"until": "week"})])
@pytest.mark.parametrize("then", ["snoozed", "closed", "opened"])
def test_what_somebody_else_has_put_away_or_opened_meanwhile_is_not_taken_back(
    client: Client, thread: Thread, action: str, fields: dict[str, str], then: str
) -> None:
    """Nor is anything taken back twice."""
    Thread.unscoped.filter(pk=thread.pk).update(snoozed_until=clock.now() + timedelta(days=9))
    post(client, thread, action, **fields)
    undo = undo_form(client.get(INBOX))
    now = clock.now()
    put_away = {"snoozed": now + timedelta(days=2), "closed": now + timedelta(seconds=1), "opened": None}[then]
    Thread.unscoped.filter(pk=thread.pk).update(
        closed_at=put_away if then == "closed" else None, snoozed_until=put_away if then == "snoozed" else None
    )
    theirs = state_of(thread)
    for _ in range(2):
        answer = client.post(undo.action, undo.values)
        assert "It was opened or put away again meanwhile" in flash_messages(answer)[-1]
        assert state_of(thread) == theirs


def test_undo_is_for_who_may_write(client: Client, thread: Thread, tenants: Tenants) -> None:
    post(client, thread, "close")
    undo = undo_form(client.get(INBOX))
    closed = state_of(thread)
    tenants.owner.memberships.update(role=Role.VIEWER)
    assert client.post(undo.action, undo.values).status_code == 403
    assert state_of(thread) == closed


def test_assignee_that_somebody_else_has_chosen_meanwhile_is_not_taken_back(
    client: Client, thread: Thread, tenants: Tenants
) -> None:
    agent = tenants.member(Role.AGENT)
    post(client, thread, "assign", assignee=tenants.owner.pk, replaces="")
    undo = undo_form(client.get(INBOX))
    Thread.unscoped.filter(pk=thread.pk).update(assignee=agent)
    answer = client.post(undo.action, undo.values)
    assert "Somebody else has assigned it meanwhile" in flash_messages(answer)[-1]
    assert state_of(thread)["assignee_id"] == agent.pk


def test_stage_and_tags_of_the_contact_beside_it_are_put_back(client: Client, thread: Thread) -> None:
    contact = thread.contact
    tag_contact(Actor.command(thread.workspace, "tests"), contact.pk, add=["vip"])

    def kept() -> tuple[str, set[str]]:
        contact.refresh_from_db()
        return contact.stage, set(contact.tag_rows.values_list("name", flat=True))

    before = kept()
    for action, fields in (("stage", {"stage": "won"}), ("add_tag", {"tag": "New"}), ("remove_tag", {"tag": "vip"})):
        post(client, thread, action, **fields)
        assert kept() != before
        undo = undo_form(client.get(INBOX))
        client.post(undo.action, undo.values)
        assert kept() == before, action
        client.get(INBOX)
    post(client, thread, "add_tag", tag="vip")  # has it already
    assert "data-undo" not in client.get(INBOX).content.decode()


def state_of(thread: Thread) -> dict[str, Any]:
    columns = ("assignee_id", "closed_at", "snoozed_until", "waiting_since", "unread_count")
    found: dict[str, Any] = Thread.unscoped.values(*columns).get(pk=thread.pk)
    return found


def test_what_arrived_while_the_page_was_made_counts_as_seen_if_it_is_on_the_page(
    client: Client, thread: Thread, sandbox: Account, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = messages.list_messages

    def hear_and_read(*args: Any, **options: Any) -> Any:
        hear(sandbox, frozen_time, "Just now")
        return read(*args, **options)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(messages, "list_messages", hear_and_read)
        html = client.get(page_of(thread)).content.decode()
    assert "Just now" in html
    seen = re.findall(r'form="inbox-verbs" name="seen" value="([^"]*)"', html)[0]
    post(client, thread, "close", seen=seen)
    thread.refresh_from_db()
    assert thread.closed_at is not None
    post(client, thread, "reopen")
    hear(sandbox, frozen_time, "And later")
    assert "Something was written meanwhile" in flash_messages(post(client, thread, "close", seen=seen))[-1]
    thread.refresh_from_db()
    assert thread.closed_at is None


def test_contact_is_changed_beside_the_conversation(client: Client, thread: Thread, tenants: Tenants) -> None:
    tag_contact(tenants.actor(), thread.contact_id, add=["old"])
    for key, kind, choices in (
        ("company", "text", []),
        ("size", "number", []),
        ("newsletter", "boolean", []),
        ("since", "date", []),
        ("plan", "choice", ["Free", "Pro"]),
    ):
        CustomField.unscoped.create(
            workspace=tenants.workspace, key=key, label=key.capitalize(), type=kind, choices=choices
        )
    post(client, thread, "stage", stage="qualified")
    post(client, thread, "tags", before="old", tags="New")
    values = {"company": "ACME", "size": "12.5", "newsletter": "false", "since": "2030-01-02", "plan": "Pro"}
    post(client, thread, "fields", **{f"custom.{key}": value for key, value in values.items()})
    post(client, thread, "add_note", note="Call her")
    contact = Contact.unscoped.get()
    assert contact.stage == "qualified"
    assert list(contact.tag_rows.values_list("name", flat=True)) == ["New"]
    assert contact.custom_fields == {
        "company": "ACME", "size": 12.5, "newsletter": False, "since": "2030-01-02", "plan": "Pro",
    }  # fmt: skip
    note = ContactNote.unscoped.get()
    page = client.get(page_of(thread))
    assert "Call her" in text_of(page) and 'value="12.5"' in page.content.decode()
    assert 'data-insert="company"' in page.content.decode()
    fields = form_with(page, "custom.size").filled
    post(client, thread, "fields", **fields(**{"custom.size": ""}))
    contact.refresh_from_db()
    assert (contact.custom_fields.get("size"), contact.custom_fields["company"]) == (None, "ACME")
    fields = form_with(client.get(page_of(thread)), "custom.size").filled
    assert "Give a number" in text_of(post(client, thread, "fields", **fields(**{"custom.size": "many"})))
    post(client, thread, "fields", **fields(**{"custom.company": "A\r\nB"}))
    page = client.get(page_of(thread))
    assert re.search(r'name="custom.company"[^>]* rows="2"[^>]*>\nA\nB</textarea>', page.content.decode())
    again = post(client, thread, "fields", **form_with(page, "custom.size").values)
    assert flash_messages(again)[-1] == "Nothing was changed."
    contact.refresh_from_db()
    assert contact.custom_fields["company"] == "A\nB"
    post(client, thread, "delete_note", note=note.pk)
    assert not ContactNote.unscoped.exists()


def test_refused_change_of_the_contact_keeps_what_was_typed(client: Client, thread: Thread, tenants: Tenants) -> None:
    for key in ("company", "size"):
        kind = "number" if key == "size" else "text"
        CustomField.unscoped.create(workspace=tenants.workspace, key=key, label=key.capitalize(), type=kind)
    Contact.unscoped.update(custom_fields={"company": "Old"})
    typed = form_with(client.get(page_of(thread)), "custom.size").filled
    page = post(client, thread, "fields", **typed(**{"custom.company": "New", "custom.size": "many"})).content.decode()
    assert "Give a number" in page and ">\nNew</textarea>" in page
    page = post(client, thread, "add_note", note="x" * 4001).content.decode()
    assert f">{'x' * 4001}</textarea>" in page
    assert (Contact.unscoped.get().custom_fields, ContactNote.unscoped.count()) == ({"company": "Old"}, 0)


# --- Who may ----------------------------------------------------------------------------------------------------------
ACTIONS: list[dict[str, Any]] = [
    {"action": "send", "text": "Hello"},
    {"action": "close"},
    {"action": "snooze", "until": "later"},
    {"action": "assign", "assignee": ""},
    {"action": "read"},
    {"action": "unread"},
    {"action": "stage", "stage": "won"},
    {"action": "tags", "tags": "vip"},
    {"action": "add_note", "note": "x"},
    {"action": "history"},
    {"action": "sequences_enrollment_enroll", "choice": "seq_x"},
]


@pytest.mark.parametrize("fields", ACTIONS, ids=lambda fields: fields["action"])
def test_viewers_and_expired_trials_change_nothing(
    client: Client, thread: Thread, tenants: Tenants, fields: dict[str, Any]
) -> None:
    before = Thread.unscoped.values().get(), Contact.unscoped.values().get()
    viewer = browser(tenants.member(Role.VIEWER))
    assert viewer.post(page_of(thread), fields).status_code == 403
    assert "composer-text" not in viewer.get(page_of(thread)).content.decode()
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan=Plan.TRIAL, trial_ends_at=NOON)
    assert client.post(page_of(thread), fields).status_code == 403
    assert client.get(page_of(thread)).status_code == 200
    assert (Thread.unscoped.values().get(), Contact.unscoped.values().get()) == before
    assert Message.unscoped.count() == 1
    assert not ContactNote.unscoped.exists()


@pytest.mark.parametrize("fields", ACTIONS, ids=lambda fields: fields["action"])
def test_conversation_of_another_workspace_is_not_found(
    client: Client, tenants: Tenants, frozen_time: FrozenTime, fields: dict[str, Any]
) -> None:
    for workspace in (tenants.other, tenants.twin):
        theirs = hear(tenants.sandbox(workspace), frozen_time, "secret")
        before = Thread.unscoped.filter(pk=theirs.pk).values().get()
        assert client.get(page_of(theirs)).status_code == 404
        assert client.post(page_of(theirs), fields).status_code == 404
        assert Thread.unscoped.filter(pk=theirs.pk).values().get() == before


def test_message_of_another_conversation_is_neither_sent_again_nor_canceled(
    client: Client, thread: Thread, tenants: Tenants
) -> None:
    theirs = send(tenants.sandbox(tenants.other), send_at=NOON + timedelta(days=1))
    for action in ("retry", "cancel"):
        post(client, thread, action, message=theirs.pk)
    theirs.refresh_from_db()
    assert theirs.status == "queued"
    assert Membership.unscoped.filter(user=tenants.owner).count() == 1


def test_new_message_to_an_id_is_refused(client: Client, sandbox: Account, thread: Thread) -> None:
    before = Message.unscoped.count(), Contact.unscoped.count()
    for text in (thread.contact_id, f"@{thread.pk}"):
        page = client.post(f"{INBOX}new/", {"account": sandbox.pk, "to": text, "text": "Kept"})
        assert "This is the id of a " in text_of(page) and ", not a username." in text_of(page)
        assert ">Kept</textarea>" in page.content.decode()
    assert (Message.unscoped.count(), Contact.unscoped.count()) == before
