import threading
from datetime import UTC, datetime, timedelta

import pytest

from crmsolid.core import clock

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def test_simulated_clock_stands_still_until_it_is_set() -> None:
    with clock.simulated(NOON) as simulated:
        assert (clock.now(), clock.now()) == (NOON, NOON)
        simulated.now += timedelta(days=3)
        assert clock.now() == NOON + timedelta(days=3)


def test_time_is_real_again_after_the_context_and_after_an_error_in_it() -> None:
    with pytest.raises(LookupError), clock.simulated(NOON):
        raise LookupError
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_simulated_clocks_nest() -> None:
    with clock.simulated(NOON):
        with clock.simulated(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON


def test_other_threads_do_not_see_it() -> None:
    seen: list[datetime] = []
    with clock.simulated(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert abs(seen[0] - datetime.now(UTC)) < timedelta(minutes=1)
