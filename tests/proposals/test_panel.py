"""The page Approvals, what waits in a conversation and on Home, and who is told of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact, ContactNote
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.limits import waiting
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.proposals import events, services
from crmsolid.workspaces.models import Role
from messaging.alerts import reading, recording
from messaging.models import Account, Alert, AlertKind, Message, Thread
from tests.proposals.helpers import member, proposal
from tests.tenants import Tenants

LIST = "/panel/live/approvals/"


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox(name="Sales DE")


@pytest.fixture
def anna(tenants: Tenants) -> Contact:
    return Contact.unscoped.create(workspace=tenants.workspace, name="Anna", username="anna", username_key="anna")


@pytest.fixture
def marco(tenants: Tenants) -> Contact:
    return Contact.unscoped.create(workspace=tenants.workspace, name="Marco", username="marco", username_key="marco")


def browser(tenants: Tenants, role: Role) -> Client:
    client = Client()
    client.force_login(tenants.member(role))
    return client


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_page_shows_what_would_be_sent_to_whom_and_why_it_waits(
    tenants: Tenants, account: Account, anna: Contact, marco: Contact
) -> None:
    because = [{"contact_id": marco.pk, "read_at": "2026-01-05T14:02:00Z"}]
    row = proposal(tenants, account, anna, text="**Hello** {name}", because=because)
    row.arguments["format"] = "markdown"
    row.save()
    page = text(browser(tenants, Role.AGENT).get(f"{LIST}{row.pk}/"))
    assert "Send Anna a message from Sales DE" in page
    assert "<b>Hello</b> Anna" in page or "<strong>Hello</strong> Anna" in page
    assert "It read what somebody else wrote" in page
    assert f"/panel/live/contacts/{marco.pk}/" in page
    assert "Sales helper" in page


def test_approved_by_a_button_it_leads_to_the_next(tenants: Tenants, account: Account, anna: Contact) -> None:
    first, second = (proposal(tenants, account, anna, text=each) for each in ("one", "two"))
    client = browser(tenants, Role.AGENT)
    answer = client.post(f"{LIST}{first.pk}/", {"action": "approve"})
    assert answer["Location"] == f"{LIST}{second.pk}/"
    first.refresh_from_db()
    assert first.status == ProposalStatus.APPROVED
    answer = client.post(f"{LIST}{second.pk}/", {"action": "reject", "reason": "The facts are wrong"})
    assert answer["Location"] == LIST
    second.refresh_from_db()
    assert (second.status, second.note) == ("rejected", "The facts are wrong")


def test_second_decision_is_told_in_words(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    services.decide(member(tenants, Role.ADMIN, "Nina"), row.pk, approve=False)
    answer = browser(tenants, Role.AGENT).post(f"{LIST}{row.pk}/", {"action": "approve"}, follow=True)
    assert "Nina has rejected this a moment ago." in text(answer)
    assert Message.unscoped.count() == 0


def test_edit_that_is_refused_keeps_what_was_typed(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    client = browser(tenants, Role.AGENT)
    answer = client.post(f"{LIST}{row.pk}/", {"action": "edit", "text": "Hi {unclosed", "send_at": "soon"})
    assert answer.status_code == 422
    assert "Hi {unclosed" in text(answer)
    client.post(f"{LIST}{row.pk}/", {"action": "edit", "text": "Hi Anna", "send_at": ""})
    edited = Proposal.unscoped.get(edited_from=row.pk)
    assert (edited.arguments["text"], edited.status) == ("Hi Anna", "approved")


def test_edit_in_the_conversation_keeps_when_it_is_sent_and_its_format(
    tenants: Tenants, account: Account, anna: Contact
) -> None:
    thread = Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=anna)
    row = proposal(tenants, account, anna, text="*Hello*")
    at = (clock.now() + timedelta(days=2)).replace(second=17, microsecond=0).isoformat()
    row.arguments |= {"send_at": at, "format": "markdown"}
    row.save()
    client = browser(tenants, Role.AGENT)
    posted = fields_of(client.get(f"/panel/live/inbox/{thread.pk}/").content.decode(), f'id="edit-{row.pk}"')
    client.post(f"{LIST}{row.pk}/", {**posted, "action": "edit", "text": "*Hi*"})
    edited = Proposal.unscoped.get(edited_from=row.pk)
    assert edited.arguments == {**row.arguments, "text": "*Hi*"}
    # A form without the field leaves the time as it was as well.
    second = proposal(tenants, account, anna)
    second.arguments |= {"send_at": at}
    second.save()
    client.post(f"{LIST}{second.pk}/", {"action": "edit", "text": "Hi"})
    assert Proposal.unscoped.get(edited_from=second.pk).arguments["send_at"] == at


def fields_of(page: str, start: str) -> dict[str, str]:
    """The inputs of the first form after ``start``, as a browser sends them."""
    form = page[page.index(start) :].split("</form>")[0]
    return dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', form))


def test_several_are_decided_together(tenants: Tenants, account: Account, anna: Contact) -> None:
    rows = [proposal(tenants, account, anna, text=f"{number}") for number in range(3)]
    Proposal.unscoped.filter(pk=rows[0].pk).update(status="rejected", canceled=True)
    ids = [row.pk for row in rows]
    answer = browser(tenants, Role.AGENT).post(LIST, {"action": "approve_many", "ids": ids}, follow=True)
    assert "2 were approved. 1 did not wait any more, so nothing was done with it." in text(answer)


def test_viewers_and_members_of_others_see_nothing(tenants: Tenants, account: Account, anna: Contact) -> None:
    row = proposal(tenants, account, anna)
    viewer = browser(tenants, Role.VIEWER)
    for answer in (
        viewer.get(LIST),
        viewer.get(f"{LIST}{row.pk}/"),
        viewer.post(f"{LIST}{row.pk}/", {"action": "approve"}),
    ):
        assert answer.status_code == 403
    assert LIST not in text(viewer.get("/panel/live/"))
    stranger = Client()
    stranger.force_login(tenants.stranger)
    assert stranger.get(f"{LIST}{row.pk}/").status_code == 404
    assert stranger.post(f"{LIST}{row.pk}/", {"action": "approve"}).status_code == 404
    assert row.pk not in text(stranger.get(LIST))
    agent = browser(tenants, Role.AGENT)
    assert agent.get(f"/panel/test/approvals/{row.pk}/").status_code == 404
    assert row.pk not in text(agent.get("/panel/test/approvals/"))
    row.refresh_from_db()
    assert row.status == ProposalStatus.PENDING


def test_ten_thousand_waiting_ones_do_not_make_the_page_longer(
    tenants: Tenants, account: Account, anna: Contact, marco: Contact
) -> None:
    client = browser(tenants, Role.AGENT)
    because = [{"contact_id": marco.pk, "read_at": "2026-01-05T14:02:00Z"}]

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(LIST)
        assert answer.status_code == 200
        return len(captured)

    one = proposal(tenants, account, anna, because=because)
    before = (queries(), queries())[1]
    Proposal.unscoped.bulk_create(
        [Proposal(**{**_columns(one), "id": new_id("prp")}) for _ in range(10_000)], batch_size=2_000
    )
    assert queries() <= before + 2
    page = text(client.get(LIST))
    assert page.count('name="ids"') == 50
    assert "99+" in page
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE limits_proposal")
    plan = waiting.waiting_for(tenants.workspace, Role.ADMIN)[:51].explain()
    assert "Sort" not in plan


def _columns(row: Proposal) -> dict[str, Any]:
    return {each.attname: getattr(row, each.attname) for each in Proposal._meta.concrete_fields}


def test_conversation_shows_a_message_that_waits(tenants: Tenants, account: Account, anna: Contact) -> None:
    thread = Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=anna)
    row = proposal(tenants, account, anna, text="Shall we meet?")
    other = proposal(tenants, account, anna, operation="delete_contact", arguments={}, scopes=["write:contacts"])
    address = f"/panel/live/inbox/{thread.pk}/"
    agent = browser(tenants, Role.AGENT)
    page = text(agent.get(address))
    assert "Shall we meet?" in page
    assert f"{LIST}{row.pk}/" in page
    assert "proposes: <bdi>Erase Anna for good</bdi>" in page
    assert f"proposed-{other.pk}" in page
    viewer = text(browser(tenants, Role.VIEWER).get(address))
    assert "Shall we meet?" in viewer
    assert 'value="approve"' not in viewer
    answer = agent.post(f"{LIST}{row.pk}/", {"action": "approve", "thread": thread.pk})
    assert answer["Location"] == address
    row.refresh_from_db()
    assert row.status == ProposalStatus.APPROVED


def test_home_says_how_many_wait(tenants: Tenants, account: Account, anna: Contact) -> None:
    for _ in range(3):
        proposal(tenants, account, anna)
    assert "3 writes wait for you" in text(browser(tenants, Role.ADMIN).get("/panel/live/"))
    assert "wait for you" not in text(browser(tenants, Role.VIEWER).get("/panel/live/"))


def test_alert_says_what_the_member_can_decide_and_nothing_else(
    tenants: Tenants, account: Account, anna: Contact
) -> None:
    agent, admin = tenants.member(Role.AGENT), tenants.member(Role.ADMIN)
    proposal(tenants, account, anna)
    proposal(tenants, account, anna, operation="create_webhook", arguments={"url": "u"}, scopes=["manage:webhooks"])
    recording.proposed(tenants.workspace, [agent.pk, admin.pk])
    words = {told.alert.user_id: told.text for told in reading.in_words(reading.unseen())}
    assert words[agent.pk] == "asks for a decision: Send Anna a message from Sales DE"
    assert words[admin.pk] == "asks for a decision: Send events to u"
    Proposal.unscoped.filter(operation="send_message").update(status="rejected")
    assert agent.pk not in {told.alert.user_id for told in reading.in_words(reading.unseen())}


def test_whoever_approves_sees_all_of_it(tenants: Tenants, account: Account, anna: Contact, marco: Contact) -> None:
    client, nina = browser(tenants, Role.ADMIN), member(tenants, Role.AGENT, "Nina")
    said = ContactNote.unscoped.create(workspace=tenants.workspace, contact=anna, text="Pays late")

    def shown(operation: str, arguments: dict[str, Any], contact_id: str = anna.pk) -> str:
        row = proposal(tenants, account, anna, operation=operation, arguments=arguments)
        Proposal.unscoped.filter(pk=row.pk).update(contact_id=contact_id)
        return text(client.get(f"{LIST}{row.pk}/"))

    steps = [{"id": "a", "text": "Hello " * 60}, {"id": "b", "text": "The last words"}]
    assert "The last words" in shown("create_sequence", {"name": "Cold", "steps": steps}, "")
    people = shown("enroll_contact", {"sequence_id": "seq_x", "contact_ids": [anna.pk, marco.pk]}, "")
    assert "Anna Marco</span>" in people
    assert ">Pays late</span>" in shown("delete_note", {"note_id": said.pk})
    assert "“Pays late”" in text(client.get(LIST))
    changed = shown("update_thread", {"thread_id": "thr_x", "state": "closed", "assignee_id": int(nina.subject.id)})
    assert "Close the conversation with Anna and assign it to Nina" in changed
    assert ">Nina</span>" in changed


def test_members_who_can_decide_are_told_once(tenants: Tenants, account: Account, anna: Contact) -> None:
    agent, viewer = tenants.member(Role.AGENT), tenants.member(Role.VIEWER)
    row = proposal(tenants, account, anna)
    for _ in range(2):
        events._tell(row, is_new=True)
    assert list(Alert.unscoped.filter(user=agent).values_list("kind", flat=True)) == [AlertKind.PROPOSAL]
    assert not Alert.unscoped.filter(user=viewer).exists()
    [told] = reading.in_words(reading.unseen().filter(user=agent))
    assert (told.title, told.text) == ("Sales helper", "asks for a decision: Send Anna a message from Sales DE")
    client = Client()
    client.force_login(agent)
    client.get(LIST)
    assert not reading.unseen().filter(user=agent).exists()
    recording.proposed(tenants.workspace, [agent.pk])
    assert reading.unseen().filter(user=agent).count() == 1
    Proposal.unscoped.update(status="rejected")
    assert not reading.unseen().filter(user=agent).exists()
