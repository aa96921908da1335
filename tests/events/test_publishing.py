"""Publishing: an event exactly when its transaction commits, and one wake-up for it."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction

from contacts.events import CONTACT_CREATED, CONTACT_TAGGED
from crmsolid.core import doorbell
from crmsolid.events.models import Event
from crmsolid.events.publishing import NewEvent, publish, publish_all
from messaging.representations import MESSAGE_SENT
from tests.tenants import Tenants


@pytest.fixture
def wake_ups(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float]]:
    """The names of the tasks that were woken, with their delays."""
    recorded: list[tuple[str, float]] = []
    monkeypatch.setattr(doorbell, "ring", lambda name, *, queue=None, after=0.0: recorded.append((name, after)))
    return recorded


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(tenants: Tenants) -> None:
    with pytest.raises(RuntimeError):
        publish(tenants.workspace, MESSAGE_SENT, {})
    assert Event.unscoped.count() == 0


@pytest.mark.django_db(transaction=True)
def test_rolled_back_transaction_leaves_no_event(tenants: Tenants) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(tenants.workspace, MESSAGE_SENT, {})
        raise ZeroDivisionError
    assert Event.unscoped.count() == 0


def test_event_keeps_the_request_id_of_its_actor(tenants: Tenants) -> None:
    actor = replace(tenants.actor(), request_id="req-of-the-call")
    with transaction.atomic():
        from_actor = publish(actor, MESSAGE_SENT, {})
        explicit = publish(actor, MESSAGE_SENT, {}, request_id="req-of-another-call")
        from_workspace = publish(tenants.workspace, MESSAGE_SENT, {}, request_id="req-passed-on")
        without = publish(tenants.workspace, MESSAGE_SENT, {})
        many = publish_all(actor, [NewEvent(MESSAGE_SENT, {"n": n}) for n in range(30)])
    assert dict(Event.unscoped.values_list("pk", "request_id")) == {
        from_actor: "req-of-the-call",
        explicit: "req-of-another-call",
        from_workspace: "req-passed-on",
        without: "",
        **dict.fromkeys(many, "req-of-the-call"),
    }


def test_event_bodies_are_stored_as_the_bytes_that_are_delivered(tenants: Tenants) -> None:
    with transaction.atomic():
        published = publish_all(
            tenants.workspace,
            [NewEvent(CONTACT_CREATED, {"name": f'Мария 😀 \\ " {n}'}, f"con_{n}") for n in range(30)],
        )
    rows = list(Event.unscoped.order_by("id"))
    assert [row.pk for row in rows] == published
    for n, row in enumerate(rows):
        made = row.created_at.isoformat().replace("+00:00", "Z")
        data = {"name": f'Мария 😀 \\ " {n}'}
        envelope = {"event": row.type, "id": row.pk, "created_at": made, "actor": None}
        assert json.loads(bytes(row.body)) == {**envelope, "data": data}
        assert (row.type, row.contact_id, row.workspace_id, row.position) == (
            *("contact.created", f"con_{n}"),
            *(tenants.workspace.pk, None),
        )


def test_a_transaction_wakes_the_pump_once_after_its_commit(
    tenants: Tenants, wake_ups: list[tuple[str, float]], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():  # type: ignore[attr-defined]
        publish(tenants.workspace, CONTACT_CREATED, {})
        publish_all(tenants.workspace, [NewEvent(CONTACT_TAGGED, {})] * 3)
        with transaction.atomic():
            publish(tenants.workspace, MESSAGE_SENT, {})
        assert wake_ups == []
    assert wake_ups == [("webhooks.pump", 0.0)]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_savepoint_does_not_cancel_the_wake_up_of_the_transaction(
    wake_ups: list[tuple[str, float]],
) -> None:
    tenants = Tenants()
    wake_ups.clear()
    with transaction.atomic():
        with transaction.atomic():
            publish(tenants.workspace, CONTACT_CREATED, {})
            transaction.set_rollback(True)
        publish(tenants.workspace, CONTACT_CREATED, {})
    assert wake_ups == [("webhooks.pump", 0.0)]
    with transaction.atomic():
        publish(tenants.workspace, CONTACT_CREATED, {})
        transaction.set_rollback(True)
    assert len(wake_ups) == 1
