"""Retention: what is deleted, and when."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.ids import first_id, is_id, new_id
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import purging, services
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_the_first_id_of_a_time_sorts_between_older_and_newer_ids() -> None:
    now = clock.now()
    assert is_id("dlv", first_id("dlv", now))
    assert first_id("dlv", now - timedelta(seconds=1)) < new_id("dlv") < first_id("dlv", now + timedelta(seconds=60))


@pytest.mark.parametrize("days", [30, 7])
def test_final_deliveries_and_their_events_are_deleted_after_the_retention(
    tenants: Tenants,
    receiver: Receiver,
    make_endpoint: MakeEndpoint,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
) -> None:
    settings.WEBHOOK_LOG_DAYS = days
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    emit(tenants.workspace)
    assign_positions()
    made = clock.now()
    monkeypatch.setattr(clock, "now", lambda: made + timedelta(days=days) - timedelta(minutes=1))
    assert purging.purge() == 0
    assert (Delivery.unscoped.count(), Attempt.unscoped.count(), Event.unscoped.count()) == (2, 1, 2)
    monkeypatch.setattr(clock, "now", lambda: made + timedelta(days=days, minutes=1))
    assert purging.purge() == 2
    assert (Delivery.unscoped.get().status, Attempt.unscoped.count(), Event.unscoped.count()) == ("pending", 0, 1)


def test_the_default_retention_is_thirty_days() -> None:
    assert purging.retention() == timedelta(days=30)


def test_backlogs_of_all_kinds_get_a_share_of_the_time(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def delete_batch(kind: str) -> int:
        calls[kind] += 1
        return purging.BATCH

    monkeypatch.setattr(purging, "time", SimpleNamespace(monotonic=lambda: 10.0 * calls.total()))
    monkeypatch.setattr(purging, "_delete_deliveries", lambda deliveries: delete_batch("deliveries"))
    monkeypatch.setattr(purging, "_delete_endpoints", lambda: delete_batch("endpoints"))
    monkeypatch.setattr(purging, "_delete_events", lambda *ids: (delete_batch("events"), "evt_"))
    assert purging.purge() == 30 * purging.BATCH
    assert calls == {"deliveries": 16, "endpoints": 7, "events": 7}


def test_a_retention_of_zero_days_is_refused_at_start() -> None:
    environment = {**os.environ, "CRMSOLID_WEBHOOK_LOG_DAYS": "0"}
    command = [sys.executable, "-c", "import crmsolid.settings"]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert "CRMSOLID_WEBHOOK_LOG_DAYS" in process.stderr


def test_a_deleted_endpoint_is_purged_with_its_log(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    services.delete_endpoint(tenants.actor(), endpoint.pk)
    assert purging.purge() == 2
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Event.unscoped.count()) == (0, 0, 1)


@pytest.fixture
def old_events(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> int:
    """Sixty events past their retention, with batches of one event."""
    made = clock.now() - timedelta(days=31)
    ids = [f"{first_id('evt', made)[:-2]}{number:02}" for number in range(60)]
    Event.unscoped.bulk_create(
        Event(id=id, workspace=tenants.workspace, type="ping", body=b"{}", created_at=made, position=-number)
        for number, id in enumerate(ids)
    )
    monkeypatch.setattr(purging, "BATCH", 1)
    return len(ids)


def test_a_run_deletes_as_many_batches_as_there_are(old_events: int) -> None:
    assert purging.purge() == old_events
    assert not Event.unscoped.exists()


def test_events_with_a_delivery_are_kept_and_do_not_keep_later_ones(
    old_events: int, tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint, kept = make_endpoint(receiver.url()), list(Event.unscoped.order_by("pk").values_list("pk", flat=True)[:2])
    for event in kept:
        Delivery.unscoped.create(
            workspace=tenants.workspace,
            endpoint=endpoint,
            event_id=event,
            event_type="ping",
            next_attempt_at=clock.now(),
        )
    assert purging.purge() == old_events - 2
    assert list(Event.unscoped.order_by("pk").values_list("pk", flat=True)) == kept


def test_a_run_ends_when_its_time_is_over_and_the_next_continues(
    old_events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "MAX_SECONDS", 0)
    assert purging.purge() == 0
    assert Event.unscoped.count() == old_events
    monkeypatch.undo()
    assert purging.purge() == old_events
