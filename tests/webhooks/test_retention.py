from collections.abc import Callable
from datetime import timedelta

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from tests.cast import Cast
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import purging, services
from webhooks.feed import place_events
from webhooks.models import Attempt, Delivery, Endpoint, Event

MakeEndpoint = Callable[..., Endpoint]


def test_the_first_id_of_a_moment_parts_old_from_new() -> None:
    from crmsolid.core.ids import is_id, new_id

    now = clock.now()
    assert is_id("dlv", first_id("dlv", now))
    assert first_id("dlv", now - timedelta(seconds=1)) < new_id("dlv") < first_id("dlv", now + timedelta(seconds=60))


def test_the_log_is_kept_for_its_retention(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint, monkeypatch: object
) -> None:
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    assert purging.purge() == 0
    assert (Delivery.unscoped.count(), Attempt.unscoped.count(), Event.unscoped.count()) == (1, 1, 1)


def test_what_is_past_it_goes_and_what_is_open_stays(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    emit(cast.workspace)
    place_events()
    later = timedelta(days=30, minutes=1)
    original = purging.RETENTION
    try:
        purging.RETENTION = original - later  # as if it were a month later
        assert purging.purge() == 2 + 0
    finally:
        purging.RETENTION = original
    assert (Delivery.unscoped.get().status, Attempt.unscoped.count(), Event.unscoped.count()) == ("pending", 0, 1)


def test_a_deleted_endpoint_goes_with_its_log(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    found = endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    services.delete_endpoint(cast.actor(), found)
    assert purging.purge() == 2
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Event.unscoped.count()) == (0, 0, 1)
