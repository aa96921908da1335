"""The timeline of a contact: everything that happened, newest first, in pages that lose and repeat nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import notes, timeline
from contacts.models import Contact, ContactNote, ContactTag, StageChange
from crmsolid.api.pagination import Page
from crmsolid.core.errors import DomainError
from tests.panel import furnish
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 4, 9, tzinfo=UTC)


def titles(found: Page) -> list[str]:
    return [entry.title for entry in found.rows]


def test_every_app_tells_what_it_knows(tenants: Tenants) -> None:
    made = furnish(tenants.workspace, "acme")
    contact = made.of(Contact)
    actor = tenants.actor()
    notes.add_note(actor, contact.pk, text="Called")
    found = timeline.read(actor, contact)
    assert {entry.source and entry.source.group for entry in found.rows} == {
        *("Notes", "Tags", "Scores", "Messages", "Sequences")
    }
    assert titles(found)[0] == "Note by tests"
    assert titles(timeline.read(actor, contact, group="Sequences")) == ["Started the sequence acme sequence"]
    assert timeline.groups() == ["Notes", "Stages", "Tags", "Scores", "Messages", "Sequences"]


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
    assert len(queries) == 7


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
