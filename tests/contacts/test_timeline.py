"""The timeline of a contact: everything that happened, newest first, in pages that lose and repeat nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from contacts import notes, timeline
from contacts.models import Contact, ContactNote, ContactTag, StageChange
from contacts.services import update_contact, upsert_contact
from crmsolid.api.pagination import Page
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership
from messaging.accounts import create_sandbox_account
from messaging.models import Message, Thread
from tests.panel import furnish
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 4, 9, tzinfo=UTC)


def titles(found: Page) -> list[str]:
    return [strip_tags(entry.title) for entry in found.rows]


def test_every_app_tells_what_it_knows(tenants: Tenants) -> None:
    made = furnish(tenants.workspace, "acme")
    contact = made.of(Contact)
    actor = tenants.actor()
    notes.add_note(actor, contact.pk, text="Called")
    found = timeline.read(actor, contact)
    assert {entry.source and entry.source.group for entry in found.rows} == set(timeline.GROUPS)
    assert titles(found)[0] == "tests noted"
    assert set(titles(timeline.read(actor, contact, group=timeline.CHANGES))) == {
        *("acme sequence started", "Tagged acme tag", "+5 points: acme rule")
    }


def test_fields_that_a_member_has_changed_are_told_by_name(tenants: Tenants) -> None:
    actor = Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace, None)
    contact = upsert_contact(actor, {"username": "sarah"}).contact
    update_contact(actor, contact.pk, {"phone": "1", "last_name": "Miller"})
    update_contact(actor, contact.pk, {"stage": "won"})
    found = titles(timeline.read(actor, contact))
    assert [each for each in found if "changed" in each] == [f"{actor.subject.label} changed last name, phone"]
    assert "Stage from New to Won" in found


def test_messages_of_one_conversation_and_day_are_one_entry(tenants: Tenants) -> None:
    actor, common = tenants.actor(), {"workspace": tenants.workspace}
    contact = Contact.unscoped.create(name="Sarah Miller", **common)
    accounts = [create_sandbox_account(tenants.actor(), name=name, daily_limit=9) for name in ("sales", "support")]
    for account in accounts:
        thread = Thread.unscoped.create(account=account, contact=contact, **common)
        for hours in range(0, 60, 6):  # at 9, 15 and 21 o'clock of one day, at 3, 9, … of the next
            Message.unscoped.create(
                thread=thread,
                account=account,
                contact=contact,
                direction="in",
                status="received",
                text=f"{account.name} {hours}",
                created_at=AT + timedelta(hours=hours),
                **common,
            )
    whole = timeline.read(actor, contact)
    assert [
        (title, [line.text for line in entry.lines]) for title, entry in zip(titles(whole), whole.rows, strict=True)
    ] == [
        (f"Conversation by {name}, {number} messages", [f"{name} {hour}" for hour in shown])
        for number, shown in ((3, (42, 48, 54)), (4, (24, 30, 36)), (3, (0, 6, 12)))
        for name in ("support", "sales")
    ]
    assert whole.rows[0].lines[0].who == "Sarah" and whole.rows[0].began == AT + timedelta(hours=42)
    # A day that ended before the note stands behind it, whole, on the next page.
    seen: list[str] = []
    cursor = None
    while True:
        found = timeline.read(actor, contact, limit=1, cursor=cursor)
        seen += titles(found)
        if (cursor := found.next_cursor) is None:
            break
    assert seen == titles(whole)


def test_pages_lose_and_repeat_nothing_even_of_one_instant(tenants: Tenants) -> None:
    actor, common = tenants.actor(), {"workspace": tenants.workspace}
    contact = Contact.unscoped.create(name="Sarah", **common)
    for number in range(4):
        ContactNote.unscoped.create(contact=contact, author_label="a", text=str(number), created_at=AT, **common)
        ContactTag.unscoped.create(contact=contact, name=f"t{number}", created_at=AT, **common)
        stage: dict[str, Any] = {"stage": "won", "from_stage": "new", "is_first": False, "entered_at": AT}
        StageChange.unscoped.create(contact=contact, at=AT + timedelta(hours=number - 2), **stage, **common)
    whole = timeline.read(actor, contact)
    assert (len(whole.rows), whole.next_cursor) == (12, None)
    for limit in (1, 2, 3, 5, 11):
        seen, cursor = [], None
        while True:
            found = timeline.read(actor, contact, limit=limit, cursor=cursor)
            seen += [(entry.source and entry.source.name, entry.id) for entry in found.rows]
            cursor = found.next_cursor
            if cursor is None:
                break
        assert seen == [(entry.source and entry.source.name, entry.id) for entry in whole.rows]


def test_number_of_queries_is_that_of_the_sources(tenants: Tenants) -> None:
    contact = furnish(tenants.workspace, "acme").of(Contact)
    for number in range(20):
        notes.add_note(tenants.actor(), contact.pk, text=str(number))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        timeline.read(tenants.actor(), contact, limit=5)
    assert len(queries) == 10


def test_cursor_of_another_contact_is_refused(tenants: Tenants) -> None:
    actor = tenants.actor()
    ours, other = (Contact.unscoped.create(workspace=tenants.workspace, name=name) for name in "ab")
    for _ in range(2):
        notes.add_note(actor, ours.pk, text="x")
    cursor = timeline.read(actor, ours, limit=1).next_cursor
    for wrong in (cursor, "x", "a:b:c"):
        with pytest.raises(DomainError) as refused:
            timeline.read(actor, other, cursor=wrong)
        assert refused.value.code == "invalid_cursor"
