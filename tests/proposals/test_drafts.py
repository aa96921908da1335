"""Drafts: what becomes of the messages of an assistant that only writes drafts, and how often it would have been
right."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.limits import waiting
from crmsolid.limits.checks import Reason
from crmsolid.limits.choosing import AssistantLimits
from crmsolid.limits.models import DraftOutcome, Proposal, ProposalStatus
from crmsolid.oauth.models import Grant
from crmsolid.oauth.services import change_grant_limits, revoke_grant
from crmsolid.proposals import drafts, running, services
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import AuditEntry, Role
from messaging.broadcasts.models import Broadcast
from messaging.models import Account, Alert, Direction, Message, Thread
from messaging.services import send_message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from messaging.threads.services.answering import reply
from sequences.models import Enrollment, Sequence
from tests.mcp.helpers import ARGUMENTS, furnish, message, post
from tests.oauth.flow import Assistant, redirected
from tests.panel import browser, words
from tests.proposals.helpers import member, proposal
from tests.proposals.test_messages import owner
from tests.sequences import helpers as sequences
from tests.sequences.helpers import write_in
from tests.tenants import Tenants
from tests.threads import run_together_catching

LIST = "/panel/live/approvals/"
SCOPES = sorted(ALL_SCOPES - {"manage:webhooks"})
TEXT = "We have it in blue. Shall I send you the price?"
EDITED = "We have it in green. Shall I send you the price?"  # ten of eleven words


@pytest.fixture(autouse=True)
def _host(settings: Any) -> None:
    """The token of an assistant is for this host."""
    settings.ALLOWED_HOSTS = ["testserver"]


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(name="Sales DE")


@pytest.fixture
def anna(tenants: Tenants) -> Contact:
    return sequences.contact(tenants.workspace, "anna", name="Anna")


@pytest.fixture
def thread(account: Account, anna: Contact) -> Thread:
    write_in(account, anna, "Do you have it in blue?")
    found: Thread = Thread.unscoped.get()
    return found


@pytest.fixture
def token(tenants: Tenants) -> str:
    """Of an assistant of the owner that only writes drafts."""
    connected = Assistant().connect(browser(tenants.owner), tenants.workspace, SCOPES)
    Grant.unscoped.update(only_drafts=True)
    return str(connected["access_token"])


@pytest.fixture
def draft(thread: Thread, token: str) -> Proposal:
    """A draft that stands beside the conversation."""
    write(token, thread)
    found: Proposal = Proposal.unscoped.get()
    return found


def use(token: str, tool: str, *, capabilities: Any = None, **arguments: Any) -> dict[str, Any]:
    """The result of a call of the assistant."""
    body = message("tools/call", name=tool, arguments=arguments)
    if capabilities is not None:
        body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities
    answered = post(token, body, Host="testserver").json()
    assert "result" in answered, answered
    result: dict[str, Any] = answered["result"]
    return result


def write(token: str, thread: Thread, text: str = TEXT, **arguments: Any) -> dict[str, Any]:
    """The proposal that the assistant's message becomes."""
    to = {"account_id": thread.account_id, "contact_id": thread.contact_id}
    result = use(token, "send_message", **to, text=text, **arguments)
    assert (result["isError"], result["structuredContent"]["status"]) == (False, "pending"), result
    return dict(result["structuredContent"])


def stored(draft: Proposal) -> tuple[str, str, int | None]:
    """Status, outcome and how many percent of the words were kept."""
    draft.refresh_from_db()
    return draft.status, draft.outcome, draft.kept_percent


def sent() -> list[str]:
    return list(Message.unscoped.filter(direction=Direction.OUT).order_by("created_at").values_list("text", flat=True))


def text(answer: Any) -> str:
    return " ".join(words(answer).split())


# --- What waits -------------------------------------------------------------------------------------------------------
def test_message_is_a_draft_beside_the_conversation_and_nowhere_else(
    tenants: Tenants, thread: Thread, token: str
) -> None:
    result = use(token, "send_message", account_id=thread.account_id, contact_id=thread.contact_id, text=TEXT)
    assert "in the panel beside the conversation or under Approvals" in result["content"][0]["text"]
    draft = Proposal.unscoped.get()
    assert (draft.reason, draft.contact_id, draft.because) == (Reason.DRAFT, thread.contact_id, [])
    assert stored(draft) == ("pending", "open", None)
    assert sent() == []
    assert waiting.count_waiting(tenants.workspace, Role.OWNER).count == 0
    assert not Alert.unscoped.filter(kind="proposal").exists()
    agent = browser(tenants.member(Role.AGENT))
    assert draft.pk not in text(agent.get(LIST))
    assert "waits for you" not in text(agent.get("/panel/live/"))
    page = text(agent.get(f"/panel/live/inbox/{thread.pk}/"))
    assert f'id="proposed-{draft.pk}"' in page
    assert "drafted, not sent" in page
    assert TEXT in page


def test_text_of_somebody_else_that_was_read_is_said_beside_it(
    tenants: Tenants, account: Account, thread: Thread, token: str
) -> None:
    marco = sequences.contact(tenants.workspace, "marco", name="Marco")
    write_in(account, marco)
    other = Thread.unscoped.get(contact=marco)
    assert not use(token, "list_messages", thread_id=other.pk)["isError"]
    made = write(token, thread)
    assert (made["reason"], [each["contact"]["id"] for each in made["because"]]) == ("draft", [marco.pk])
    page = text(browser(tenants.owner).get(f"{LIST}{made['id']}/"))
    assert "It only writes drafts. Before this one it read what somebody else wrote" in page


def test_message_without_a_conversation_waits_under_approvals(
    tenants: Tenants, account: Account, anna: Contact, token: str
) -> None:
    use(token, "send_message", account_id=account.pk, contact_id=anna.pk, text=TEXT)
    use(token, "send_message", account_id=account.pk, to="@nobody_yet", text=TEXT)
    for row in Proposal.unscoped.all():
        assert (row.reason, *stored(row)) == ("draft", "pending", "", None)
    assert waiting.count_waiting(tenants.workspace, Role.OWNER).count == 2
    assert sent() == []


def operation_of(tool: str) -> str:
    return {"edit_message": "update_message", "react_to_message": "reactions_message"}.get(tool, tool)


# What people would get, or could get once it goes on.
REACHES = {
    *("send_message", "edit_message", "react_to_message", "start_broadcast"),
    *("start_sequence", "resume_sequence", "enroll_contact", "resume_enrollment"),
}


@pytest.mark.parametrize("approval", ["none", "untrusted"])
def test_what_reaches_people_waits_and_nothing_else_does(tenants: Tenants, token: str, approval: str) -> None:
    ids = furnish(tenants, tenants.workspace)
    Proposal.unscoped.all().delete()
    Grant.unscoped.update(approval=approval)
    held = set()
    for tool in ("upsert_contact", "tag_contact", "create_segment", *REACHES, "cancel_message", "pause_sequence"):
        result = use(token, tool, **ARGUMENTS[tool](ids))
        assert not result["isError"], (tool, result["content"])
        if result["structuredContent"].get("reason") == Reason.DRAFT:
            held.add(tool)
    assert held == REACHES
    assert Sequence.unscoped.get(pk=ids["draft"]).status == "draft"
    assert not Broadcast.unscoped.exists()
    assert not Enrollment.unscoped.filter(contact=ids["bobby"]).exists()
    assert Message.unscoped.filter(direction=Direction.OUT).count() == 2  # as they were
    under_approvals = waiting.waiting_for(tenants.workspace, Role.OWNER).filter(reason=Reason.DRAFT)
    assert {each.operation for each in under_approvals} == {operation_of(tool) for tool in REACHES - {"send_message"}}


def test_client_cannot_send_a_draft_by_answering_for_its_member(thread: Thread, token: str) -> None:
    result = use(
        token,
        "send_message",
        capabilities={"elicitation": {"form": {}}},
        account_id=thread.account_id,
        contact_id=thread.contact_id,
        text=TEXT,
    )
    assert result["structuredContent"]["status"] == "pending"
    assert "inputRequests" not in result
    assert sent() == []


# --- What a member does with it ---------------------------------------------------------------------------------------
def test_member_sends_it_as_it_is(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    agent = browser(tenants.member(Role.AGENT))
    here = f"/panel/live/inbox/{thread.pk}/"
    answered = agent.post(f"{LIST}{draft.pk}/", {"action": "approve", "thread": thread.pk}, follow=True)
    assert answered.redirect_chain[-1][0] == here
    assert "Sent: Send Anna a message" in text(answered)
    assert running.run_due() == 1
    assert stored(draft) == ("approved", "same", 100)
    assert sent() == [TEXT]
    assert draft.pk not in text(agent.get(here))


def test_member_sends_it_edited_in_place(tenants: Tenants, draft: Proposal) -> None:
    edited = services.edit_and_approve(owner(tenants), draft.pk, {"text": EDITED})
    assert stored(draft) == ("rejected", "edited", 90)
    assert running.run_due() == 1
    assert (stored(edited)[:2], sent()) == (("approved", ""), [EDITED])


def test_member_dismisses_it_and_answers(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    agent = browser(tenants.member(Role.AGENT))
    answered = agent.post(f"{LIST}{draft.pk}/", {"action": "reject", "thread": thread.pk}, follow=True)
    assert "Dismissed: Send Anna a message" in text(answered)
    assert stored(draft) == ("rejected", "open", None)
    reply(owner(tenants), thread.pk, text="It is sold out, sorry.")
    assert stored(draft)[:2] == ("rejected", "other")
    assert running.run_due() == 0
    assert sent() == ["It is sold out, sorry."]


@pytest.mark.parametrize(
    ("answer", "outcome", "kept"),
    [
        (TEXT, "same", 100),
        (f" {TEXT.replace(' Shall', chr(10) + 'Shall')}  ", "same", 100),
        (EDITED, "edited", 90),
        (TEXT.upper(), "edited", 100),
        ("We have it in red.", "other", 36),
        ("Sold out.", "other", 0),
    ],
)
def test_message_of_a_member_is_compared_with_it(
    tenants: Tenants, thread: Thread, draft: Proposal, answer: str, outcome: DraftOutcome, kept: int
) -> None:
    nina = member(tenants, Role.AGENT, "Nina")
    reply(nina, thread.pk, text=answer)
    status, became, percent = stored(draft)
    assert (status, became, percent) == ("rejected", outcome, kept)
    assert (draft.decided_by_id, draft.note) == (int(nina.subject.id), services.DRAFT_NOTES[outcome])
    entry = AuditEntry.unscoped.get(action="proposal.rejected")
    assert (entry.subject_id, entry.target) == (nina.subject.id, draft.pk)
    assert running.run_due() == 0
    assert len(sent()) == 1
    assert "Answered by Nina" in text(browser(tenants.owner).get(f"{LIST}{draft.pk}/"))


def test_values_of_the_contact_count_as_the_words_of_the_draft(tenants: Tenants, thread: Thread, token: str) -> None:
    write(token, thread, "Hello {name}, it comes on Monday.")
    reply(owner(tenants), thread.pk, text="Hello Anna, it comes on Monday.")
    assert stored(Proposal.unscoped.get()) == ("rejected", "same", 100)


def test_answer_on_the_phone_is_compared_too(account: Account, thread: Thread, draft: Proposal) -> None:
    receive(account, Incoming(9_000_001, EDITED, clock.now(), username="anna", outgoing=True))
    assert stored(draft) == ("rejected", "edited", 90)
    assert draft.decided_by is None
    assert AuditEntry.unscoped.get(action="proposal.rejected").subject_kind == "system"


def test_planned_answer_of_a_member_is_an_answer(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    reply(owner(tenants), thread.pk, text=TEXT, send_at=clock.now() + timedelta(hours=2))
    assert stored(draft) == ("rejected", "same", 100)


def of_the_contact(tenants: Tenants, thread: Thread, account: Account) -> None:
    write_in(account, thread.contact, TEXT)


def by_a_key(tenants: Tenants, thread: Thread, account: Account) -> None:
    key = tenants.actor()
    send_message(key, account_id=account.pk, contact_id=thread.contact_id, text=TEXT)


def from_another_account(tenants: Tenants, thread: Thread, account: Account) -> None:
    other = tenants.sandbox(name="Support")
    write_in(other, thread.contact)
    reply(owner(tenants), Thread.unscoped.get(account=other).pk, text=TEXT)


def to_somebody_else(tenants: Tenants, thread: Thread, account: Account) -> None:
    marco = sequences.contact(tenants.workspace, "marco")
    write_in(account, marco)
    reply(owner(tenants), Thread.unscoped.get(contact=marco).pk, text=TEXT)


@pytest.mark.parametrize("write_it", [of_the_contact, by_a_key, from_another_account, to_somebody_else])
def test_other_messages_leave_it_as_it_is(
    tenants: Tenants, account: Account, thread: Thread, draft: Proposal, write_it: Callable[..., None]
) -> None:
    write_it(tenants, thread, account)
    assert stored(draft) == ("pending", "open", None)


def test_of_several_drafts_the_one_that_was_meant_ends(tenants: Tenants, thread: Thread, token: str) -> None:
    for each in ("It costs 20 euros.", TEXT):
        write(token, thread, each)
    first, second = Proposal.unscoped.order_by("created_at", "id")
    reply(owner(tenants), thread.pk, text=EDITED)
    assert (stored(first), stored(second)[:2]) == (("pending", "open", None), ("rejected", "edited"))
    reply(owner(tenants), thread.pk, text="Good night!")
    assert stored(first)[:2] == ("rejected", "other")


def test_answer_that_is_like_none_ends_all(tenants: Tenants, thread: Thread, token: str) -> None:
    for each in ("It costs 20 euros.", TEXT):
        write(token, thread, each)
    reply(owner(tenants), thread.pk, text="Sold out, sorry.")
    assert {stored(each)[:2] for each in Proposal.unscoped.all()} == {("rejected", "other")}


def test_member_who_could_not_send_sees_it_and_does_nothing(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    viewer = browser(tenants.member(Role.VIEWER))
    page = text(viewer.get(f"/panel/live/inbox/{thread.pk}/"))
    assert TEXT in page
    assert "Send it" not in page
    assert viewer.post(f"{LIST}{draft.pk}/", {"action": "approve"}).status_code == 403
    assert stored(draft) == ("pending", "open", None)


@pytest.mark.django_db(transaction=True)
def test_two_members_at_once_decide_it_once(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    """One presses "Send it" while the other answers: it is sent, or ended by the answer, and never both."""
    one, other = owner(tenants), member(tenants, Role.AGENT, "Nina")
    run_together_catching(
        [
            lambda: services.decide(one, draft.pk, approve=True),
            lambda: reply(other, thread.pk, text=EDITED),
        ]
    )
    decided = stored(draft)[:2]
    running.run_due()
    assert (decided, sorted(sent())) in [
        (("approved", "same"), sorted([EDITED, TEXT])),
        (("rejected", "edited"), [EDITED]),
    ]


# --- The composer -----------------------------------------------------------------------------------------------------
def composer(page: str) -> str:
    """The text in the composer of a conversation's page."""
    form = page[page.index('id="composer"') :]
    found = re.search(r'<textarea[^>]* name="text"[^>]*>\s?(.*?)</textarea>', form, re.DOTALL)
    assert found is not None
    return found[1]


def test_edit_brings_it_into_the_composer(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    agent = browser(tenants.member(Role.AGENT))
    address = f"/panel/live/inbox/{thread.pk}/"
    assert f"{address}?text_of={draft.pk}#composer" in text(agent.get(address))
    assert composer(words(agent.get(address, {"text_of": draft.pk}))) == TEXT
    assert stored(draft) == ("pending", "open", None)


def test_composer_takes_no_other_proposal(tenants: Tenants, account: Account, thread: Thread, draft: Proposal) -> None:
    marco = sequences.contact(tenants.workspace, "marco")
    support = tenants.sandbox(name="Support")
    ordinary = proposal(tenants, account, thread.contact, text="An ordinary one")
    others = [
        ordinary,
        proposal(tenants, account, marco, text="To Marco", outcome="open"),
        proposal(tenants, support, thread.contact, text="From Support", outcome="open"),
        proposal(tenants, account, thread.contact, text="Of the neighbours", outcome="open"),
        proposal(tenants, account, thread.contact, text="Dismissed", outcome="open", status="rejected"),
    ]
    Proposal.unscoped.filter(pk=others[3].pk).update(workspace=tenants.other)
    agent = browser(tenants.member(Role.AGENT))
    for each in others:
        assert composer(words(agent.get(f"/panel/live/inbox/{thread.pk}/", {"text_of": each.pk}))) == ""
    page = text(agent.get(f"/panel/live/inbox/{thread.pk}/"))
    assert f'id="edit-{ordinary.pk}"' in page


def test_draft_with_a_planned_time_is_edited_in_place(tenants: Tenants, thread: Thread, token: str) -> None:
    at = clock.rfc3339(clock.now() + timedelta(hours=3))
    made = write(token, thread, send_at=at)
    page = text(browser(tenants.owner).get(f"/panel/live/inbox/{thread.pk}/"))
    assert "Send it so" in page
    assert f"text_of={made['id']}" not in page


# --- What ends it otherwise -------------------------------------------------------------------------------------------
def test_nobody_writes_for_a_day(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    Proposal.unscoped.update(expires_at=clock.now() - timedelta(minutes=1))
    assert running.expire() == 1
    assert stored(draft) == ("expired", "open", None)
    reply(owner(tenants), thread.pk, text=TEXT)
    assert stored(draft) == ("expired", "open", None)
    (week,) = drafts.agreement(tenants.workspace, draft.holder)
    assert (week.same, week.edited, week.other, week.nothing) == (0, 0, 0, 1)


def test_what_the_assistant_takes_back_is_not_compared(
    tenants: Tenants, thread: Thread, token: str, draft: Proposal
) -> None:
    assert not use(token, "cancel_proposal", proposal_id=draft.pk)["isError"]
    reply(owner(tenants), thread.pk, text=TEXT)
    assert stored(draft) == ("rejected", "", None)
    assert drafts.agreement(tenants.workspace, draft.holder) == []


def test_what_could_not_be_sent_was_not_sent_as_it_was(tenants: Tenants, draft: Proposal) -> None:
    services.decide(owner(tenants), draft.pk, approve=True)
    revoke_grant(owner(tenants), Grant.unscoped.get().pk)
    assert running.run_due() == 1
    assert stored(draft) == ("stale", "", None)
    assert "has no access any more" in draft.problem
    assert sent() == []


def test_erased_contact_leaves_no_draft(tenants: Tenants, thread: Thread, draft: Proposal) -> None:
    erase_contact(tenants.actor(), thread.contact_id)
    assert stored(draft) == ("stale", "", None)
    assert (draft.arguments, draft.contact_id) == ({}, "")


# --- How often it would have been right -------------------------------------------------------------------------------
def outcome_of(tenants: Tenants, account: Account, contact: Contact, outcome: str, **values: Any) -> Proposal:
    """A draft of the assistant, of which this became."""
    holder = Grant.unscoped.get().holder
    status = "pending" if outcome == "open" else "rejected"
    columns = {"status": status, "outcome": outcome, "reason": "draft", "holder": holder, **values}
    return proposal(tenants, account, contact, **columns)


def test_agreement_of_each_week(tenants: Tenants, account: Account, anna: Contact, token: str) -> None:
    now = clock.now()
    ended = {"expires_at": now - timedelta(minutes=1)}
    before = now - timedelta(weeks=1)
    for outcome, values in (
        ("same", {"kept_percent": 100}),
        ("same", {"kept_percent": 100}),
        ("edited", {"kept_percent": 60}),
        ("edited", {"kept_percent": 91}),
        ("other", {"kept_percent": 5}),
        ("open", ended),
        ("open", {}),  # still waits
        ("", {}),
        ("other", {"created_at": before}),
        ("same", {"created_at": now - timedelta(weeks=13)}),
        ("same", {"holder": "key:another"}),
    ):
        outcome_of(tenants, account, anna, outcome, **values)
    holder = Grant.unscoped.get().holder
    with CaptureQueriesContext(connection) as queries:
        this, last = drafts.agreement(tenants.workspace, holder)
    assert len(queries) == 1
    assert (this.same, this.edited, this.other, this.nothing, this.kept) == (2, 2, 1, 1, 76)
    assert (this.total, this.agreed) == (6, 33)
    assert (last.total, last.other, last.kept) == (1, 1, None)
    assert this.begins - last.begins == timedelta(weeks=1)
    assert this.begins.weekday() == 0


def test_page_of_the_assistant_says_it(tenants: Tenants, account: Account, anna: Contact, token: str) -> None:
    admin = browser(tenants.member(Role.ADMIN))
    page = reverse("admin:oauth_grant_change", args=[Grant.unscoped.get().pk])
    empty = text(admin.get(page))
    assert "It has written no draft that was decided." in empty
    assert "each only once a member sends it" in empty
    for outcome, kept in (("same", 100), ("same", 100), ("same", 100), ("edited", 80)):
        outcome_of(tenants, account, anna, outcome, kept_percent=kept)
    shown = text(admin.get(page))
    assert "3 of 4 sent as they were in 12 weeks: 75 %" in shown
    assert "kept 80 % of the words" in shown
    Grant.unscoped.update(only_drafts=False)
    assert "3 of 4 sent as they were" in text(admin.get(page))
    Proposal.unscoped.all().delete()
    assert "Its drafts and what was sent" not in text(admin.get(page))


# --- Who chooses it ---------------------------------------------------------------------------------------------------
def test_member_chooses_it_at_the_consent(tenants: Tenants) -> None:
    assistant, client = Assistant(), browser(tenants.owner)
    assert re.search(
        r'<input type="checkbox" name="only_drafts"(?![^>]*checked)', words(client.get(assistant.address()))
    )
    data = {"workspace": tenants.workspace.pk, "scopes": ["write:messages"], "approval": "untrusted"}
    preview = client.post(assistant.address(), {**data, "only_drafts": "on", "preview": "yes"}).content.decode()
    assert preview.startswith("At worst: any number of messages to anybody, each only once a member sends it; ")
    assert not Grant.unscoped.exists()
    redirected(client.post(assistant.address(), {**data, "only_drafts": "on"}))
    assert Grant.unscoped.get().only_drafts is True
    assert AuditEntry.unscoped.get(action="grant.created").data["only_drafts"] is True
    redirected(client.post(assistant.address(), data))
    assert Grant.unscoped.order_by("created_at").last().only_drafts is False  # type: ignore[union-attr]


def test_admin_changes_it_and_it_holds_at_once(tenants: Tenants, thread: Thread, token: str) -> None:
    grant = Grant.unscoped.get()
    admin = browser(tenants.member(Role.ADMIN))
    page = reverse("admin:oauth_grant_change", args=[grant.pk])
    assert re.search(r'<input type="checkbox" name="only_drafts"[^>]*checked', words(admin.get(page)))
    admin.post(reverse("admin:oauth_grant_limits", args=[grant.pk]), {"approval": "none"})
    grant.refresh_from_db()
    assert grant.only_drafts is False
    entry = AuditEntry.unscoped.get(action="grant.limits_changed")
    assert (entry.data["old"]["only_drafts"], entry.data["new"]["only_drafts"]) == (True, False)
    result = use(token, "send_message", account_id=thread.account_id, contact_id=thread.contact_id, text=TEXT)
    assert result["structuredContent"]["status"] == "queued"
    assert sent() == [TEXT]
    change_grant_limits(owner(tenants), grant.pk, AssistantLimits(only_drafts=True))
    write(token, thread, "Another one")
    assert (Proposal.unscoped.get().status, sent()) == (ProposalStatus.PENDING, [TEXT])


# --- How texts are compared -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("draft", "answer", "expected"),
    [
        ("", "", ("other", 0)),
        (" ", "Hello", ("other", 0)),
        ("a b c d", "a b c d", ("same", 100)),
        ("a b c d", "a b", ("edited", 50)),
        ("a b c d", "a", ("other", 25)),
        ("a a a a", "a b c d", ("other", 25)),
        ("a b", "b a", ("edited", 100)),
    ],
)
def test_words_are_compared(draft: str, answer: str, expected: tuple[str, int]) -> None:
    assert drafts.compare(draft, answer) == expected


def test_member_without_drafts_pays_one_query(tenants: Tenants, thread: Thread) -> None:
    actor: Actor = owner(tenants)
    with CaptureQueriesContext(connection) as queries:
        reply(actor, thread.pk, text=TEXT)
    asked = [each["sql"] for each in queries if "limits_proposal" in each["sql"]]
    assert len(asked) == 1
