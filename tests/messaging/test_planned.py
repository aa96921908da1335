"""A planned answer is given another text and another time, as long as it was never tried."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from messaging import services
from messaging.models import Message, WaitingFor
from messaging.sending import dispatch
from tests.messaging.conftest import FrozenTime
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(tenants: Tenants) -> Message:
    account = tenants.sandbox()
    send_at = clock.now() + timedelta(hours=5)
    return services.send_message(tenants.actor(), account_id=account.pk, to="@anna", text="Hello", send_at=send_at)


def change(tenants: Tenants, message: Message, **given: Any) -> Message:
    values = {"text": "Good morning", "send_at": clock.now() + timedelta(hours=2), **given}
    services.change_planned(tenants.actor(), message.pk, **values)
    return Message.unscoped.get(pk=message.pk)


def test_text_and_time_are_changed_and_the_slot_moves(tenants: Tenants, planned: Message) -> None:
    at = clock.now() + timedelta(hours=2)
    changed = change(tenants, planned, send_at=at)
    assert (changed.text, changed.eta, changed.slot_at, changed.delayed_by) == ("Good morning", at, at, WaitingFor.ETA)
    assert AuditEntry.unscoped.filter(action="message.replanned", target=planned.pk).count() == 1


def test_slot_of_the_message_itself_does_not_count(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=1)
    at = clock.now() + timedelta(hours=5)
    message = services.send_message(tenants.actor(), account_id=account.pk, to="@anna", text="Hello", send_at=at)
    assert change(tenants, message).slot_at == clock.now() + timedelta(hours=2)


def test_time_that_has_passed_sends_it_now(tenants: Tenants, planned: Message) -> None:
    changed = change(tenants, planned, send_at=clock.now() - timedelta(minutes=1))
    assert changed.delayed_by == ""
    dispatch.dispatch()
    changed.refresh_from_db()
    assert (changed.status, changed.text) == ("sent", "Good morning")


def test_what_is_not_planned_any_more_stays_as_it_is(tenants: Tenants, planned: Message) -> None:
    services.cancel_message(tenants.actor(), planned.pk)
    before = Message.unscoped.filter(pk=planned.pk).values().get()
    with pytest.raises(DomainError) as refused:
        change(tenants, planned)
    assert refused.value.code == "invalid_state"
    assert Message.unscoped.filter(pk=planned.pk).values().get() == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": ""}, "validation_failed"),
        ({"text": "Hi {nobody}"}, "validation_failed"),
        ({"send_at": "in two years"}, "validation_failed"),
    ],
)
def test_refusal_changes_nothing(tenants: Tenants, planned: Message, given: dict[str, Any], code: str) -> None:
    if "send_at" in given:
        given = {"send_at": clock.now() + timedelta(days=700)}
    before = Message.unscoped.filter(pk=planned.pk).values().get()
    with pytest.raises(DomainError) as refused:
        change(tenants, planned, **given)
    assert refused.value.code == code
    assert Message.unscoped.filter(pk=planned.pk).values().get() == before


def test_it_needs_the_scope(tenants: Tenants, planned: Message) -> None:
    reader = replace(tenants.actor(), scopes=frozenset({Scope.READ_MESSAGES}))
    with pytest.raises(DomainError) as refused:
        services.change_planned(reader, planned.pk, text="Hi", send_at=clock.now())
    assert refused.value.code == "scope_missing"


def test_it_is_changed_over_the_api(tenants: Tenants, api: Api, planned: Message) -> None:
    at = clock.now() + timedelta(hours=3)
    body = {"text": "Good evening", "send_at": at.isoformat()}
    answer = api(tenants.key()).patch(f"/v1/messages/{planned.pk}", body)
    assert (answer.status_code, answer.json()["text"]) == (200, "Good evening")
    assert datetime.fromisoformat(answer.json()["eta"]) == at


def test_message_of_a_sequence_or_a_broadcast_keeps_its_time(tenants: Tenants, planned: Message) -> None:
    Message.unscoped.update(source="sequence")  # put off by its window, which says ``eta`` too
    before = Message.unscoped.filter(pk=planned.pk).values().get()
    with pytest.raises(DomainError) as refused:
        change(tenants, planned)
    assert refused.value.code == "invalid_state"
    assert Message.unscoped.filter(pk=planned.pk).values().get() == before
