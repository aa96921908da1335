"""Who waits for whom: the pump, an erasure and a replay lock the same rows, and none of them may end in a deadlock."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from tests.cast import Cast
from tests.waiting import somebody_waits, until
from tests.webhooks.conftest import emit
from webhooks import endpoint_health, erasure, purging, replays
from webhooks.delivery.queue import claim
from webhooks.models import Delivery, DisabledReason, Endpoint

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's"),
]
MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return Cast()


class Beside:
    """A call in a thread and on a connection of its own; leaving waits for its end and raises what it raised."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self._call = call
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._call()
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error


def test_placing_does_not_wait_for_an_erasure(cast: Cast, endpoint: MakeEndpoint) -> None:
    """The pump holds a delivery about the person that the erasure waits for; the erasure holds an event of the same
    person that has no place yet."""
    found = endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace, contact_id="con_1")
    assign_positions()
    late, other = emit(cast.workspace, contact_id="con_1"), emit(cast.workspace, contact_id="con_2")
    with erasing(cast), transaction.atomic():
        assert len(claim({found.id: 1})) == 1
        until(somebody_waits)
        assert assign_positions() == 1
    assert Event.unscoped.get(pk=other).position == 2
    assert assign_positions() == 1
    assert (Event.unscoped.get(pk=late).position, bytes(Event.unscoped.get(pk=late).body)) == (3, b"")
    assert list(Delivery.unscoped.order_by("id").values_list("status", "reason")) == [
        ("canceled", "erased"),
        ("pending", ""),
    ]


def held(delivery: Delivery) -> None:
    """Lock the row as the pump does when it settles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM webhooks_delivery WHERE id = %s FOR NO KEY UPDATE", [delivery.pk])


def two_deliveries(cast: Cast) -> list[Delivery]:
    """Of two events about one person, in the order of their ids."""
    for _ in range(2):
        emit(cast.workspace, contact_id="con_1")
    assign_positions()
    return list(Delivery.unscoped.order_by("id"))


def erasing(cast: Cast) -> Beside:
    return Beside(lambda: transaction.atomic(erasure.erase)(cast.workspace.pk, "con_1"))


def test_switching_off_does_not_wait_for_an_erasure(cast: Cast, endpoint: MakeEndpoint) -> None:
    """Whoever switches off has just settled the later delivery; the erasure holds the earlier one and waits."""
    found = endpoint("http://127.0.0.1:9/hook")
    _, later = two_deliveries(cast)
    with erasing(cast), transaction.atomic():
        held(later)
        until(somebody_waits)
        assert endpoint_health.disable(found.pk, found.workspace_id, DisabledReason.GONE)
    assert list(Delivery.unscoped.order_by("id").values_list("reason", flat=True)) == ["erased", "endpoint_disabled"]
    assert not Endpoint.unscoped.get().enabled


def test_what_switching_off_passed_over_is_canceled_by_the_sweep(cast: Cast, endpoint: MakeEndpoint) -> None:
    found = endpoint("http://127.0.0.1:9/hook")
    earlier, _ = two_deliveries(cast)
    with transaction.atomic():
        held(earlier)
        disable = transaction.atomic(endpoint_health.disable)
        off = Beside(lambda: disable(found.pk, found.workspace_id, DisabledReason.GONE))
        with off:
            pass
    assert list(Delivery.unscoped.order_by("id").values_list("status", flat=True)) == ["pending", "canceled"]
    assert endpoint_health.cancel_queues_of_disabled_endpoints() == 1
    assert set(Delivery.unscoped.values_list("status", "reason")) == {("canceled", "endpoint_disabled")}


def test_a_purge_passes_over_what_an_erasure_or_a_replay_holds(
    cast: Cast, endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A purge that had deleted attempts would wait for their delivery, and its holder for the attempts."""
    endpoint("http://127.0.0.1:9/hook")
    kept, _ = two_deliveries(cast)
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None)
    much_later = clock.now() + purging.retention() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: much_later)
    with transaction.atomic():
        held(kept)
        with Beside(purging.purge):
            pass
        assert list(Delivery.unscoped.all()) == [kept]
        Delivery.unscoped.update(status="pending", next_attempt_at=clock.now())  # a replay
    assert purging.purge() == 0
    assert list(Event.unscoped.all()) == [kept.event]


def test_a_replay_job_waits_in_the_common_order_and_takes_only_what_is_still_failed(
    cast: Cast, endpoint: MakeEndpoint
) -> None:
    found = endpoint("http://127.0.0.1:9/hook")
    done, left = two_deliveries(cast)
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None)
    replays.replay_failed(cast.actor(), found, since=clock.now() - timedelta(hours=1))
    with transaction.atomic():
        held(done)
        job = Beside(replays.run_open_jobs)
        job.__enter__()
        until(somebody_waits)
        held(left)  # the job that waits for the first holds none after it
        Delivery.unscoped.filter(pk=done.pk).update(status="succeeded")
    job.__exit__()
    assert list(Delivery.unscoped.order_by("id").values_list("status", flat=True)) == ["succeeded", "pending"]
