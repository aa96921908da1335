"""Finding or creating the contact of a Telegram user."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from contacts.lookup import find_or_create
from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Workspace
from tests.contacts.helpers import INSERT_CONTACT, before_statement, created_and_erased_by_others, published_events
from tests.tenants import Tenants


def find(workspace: Workspace, **identity: Any) -> Contact:
    with unit_of_work():
        return find_or_create(workspace, **identity)


def test_unknown_username_creates_a_contact_and_publishes_it(tenants: Tenants) -> None:
    contact = find(tenants.workspace, username="Sarah_M", name="n" * 201)
    assert (contact.username, contact.username_key, contact.name) == ("Sarah_M", "sarah_m", "n" * 200)
    (event,) = published_events()
    assert (event[0], event[1]["contact"]["id"]) == ("contact.created", contact.id)
    assert find(tenants.workspace, username="SARAH_m") == contact
    assert len(published_events()) == 1
    assert find(tenants.other, username="sarah_m") != contact


def test_event_carries_the_request_id_of_the_actor(tenants: Tenants) -> None:
    with unit_of_work():
        find_or_create(replace(tenants.actor(), request_id="req-1"), username="sarah")
    assert Event.unscoped.get().request_id == "req-1"


def test_telegram_id_and_username_seen_together_join_on_the_contact_of_the_username(tenants: Tenants) -> None:
    contact = find(tenants.workspace, username="sarah")
    assert find(tenants.workspace, username="sarah", telegram_id=7) == contact
    assert find(tenants.workspace, telegram_id=7) == contact


def test_changed_username_is_updated_and_can_be_searched(tenants: Tenants) -> None:
    contact = find(tenants.workspace, username="sarah", telegram_id=7)
    changed = find(tenants.workspace, username="Sally", telegram_id=7)
    assert (changed, changed.username, changed.username_key) == (contact, "Sally", "sally")
    assert Contact.unscoped.get().search == "@sally"


def test_username_that_passed_to_another_telegram_user_is_taken_from_the_former_contact(tenants: Tenants) -> None:
    former = find(tenants.workspace, username="sarah", telegram_id=7, name="First")
    latter = find(tenants.workspace, username="sarah", telegram_id=8)
    assert latter != former
    former.refresh_from_db()
    assert (former.username, former.username_key, former.telegram_id, former.name) == ("", None, 7, "First")
    assert (latter.username_key, latter.telegram_id) == ("sarah", 8)


def test_name_fills_in_only_where_there_is_none(tenants: Tenants) -> None:
    contact = find(tenants.workspace, telegram_id=7)
    assert find(tenants.workspace, telegram_id=7, name="Sarah").name == "Sarah"
    assert find(tenants.workspace, telegram_id=7, name="Other").name == "Sarah"
    contact.refresh_from_db()
    assert (contact.name, contact.search) == ("Sarah", "sarah")


def test_contact_that_another_call_creates_first_is_found(tenants: Tenants) -> None:
    def create() -> None:
        Contact.unscoped.create(workspace=tenants.workspace, username="sarah", username_key="sarah")

    with before_statement(INSERT_CONTACT, create):
        contact = find(tenants.workspace, username="sarah")
    assert contact == Contact.unscoped.get()
    assert published_events() == []


def test_lookup_gives_up_when_others_create_and_erase_the_contact_each_time(tenants: Tenants) -> None:
    with (
        created_and_erased_by_others(tenants.workspace, "sarah", 99),
        transaction.atomic(),
        pytest.raises(DomainError) as error,
    ):
        find_or_create(tenants.workspace, username="sarah")
    assert error.value.code == "service_unavailable"
    assert published_events() == []
