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


class Machine:
    """A machine whose clock is set, and a database whose clock is ``ahead`` of the right time."""

    def __init__(self) -> None:
        self.seconds = 0.0  # since the start
        self.error = 0.0  # of the machine's clock
        self.ahead = 0.0
        self.clock = clock.DatabaseClock(lambda: 1000.0 + self.seconds + self.error, lambda: self.seconds)

    def read(self, *, takes: float = 0.0) -> None:
        def database() -> float:
            self.seconds += takes / 2
            at = 1000.0 + self.seconds + self.ahead
            self.seconds += takes / 2
            return at

        self.clock.read(database)


def test_until_it_is_read_it_is_the_clock_of_the_machine() -> None:
    machine = Machine()
    machine.error = 7200.0
    assert machine.clock.time() == 8200.0


@pytest.mark.parametrize("jump", [7200.0, -7200.0, 10.0, -10.0])
def test_jump_of_the_machine_changes_nothing_after_the_first_reading(jump: float) -> None:
    machine = Machine()
    machine.read()
    machine.error, machine.seconds = jump, 5.0
    assert machine.clock.time() == 1005.0
    machine.read()
    assert machine.clock.time() == 1005.0


def test_machine_that_is_wrong_from_the_start_takes_over_the_time_of_the_database() -> None:
    machine = Machine()
    machine.error = -7200.0
    machine.read(takes=1.0)
    assert machine.clock.time() == 1001.0


def test_difference_that_the_reading_may_have_caused_changes_nothing() -> None:
    machine = Machine()
    machine.ahead = 0.2
    machine.read(takes=0.4)
    assert machine.clock.time() == 1000.4  # and not 1000.6


def test_slow_reading_is_ignored_and_repeated_soon() -> None:
    machine = Machine()
    machine.read()
    machine.ahead = 10.0
    machine.read(takes=0.6)
    assert machine.clock.time() == 1000.6
    assert not machine.clock.is_due()
    machine.seconds += 1.0
    assert machine.clock.is_due()
    machine.read()
    assert machine.clock.time() == 1011.6


def test_database_that_jumps_is_followed() -> None:
    machine = Machine()
    machine.read()
    machine.ahead = 3600.0
    machine.read()
    assert machine.clock.time() == 4600.0


def test_one_thread_is_asked_to_read_it_every_ten_seconds() -> None:
    machine = Machine()
    assert [machine.clock.is_due(), machine.clock.is_due()] == [True, True]  # nobody has read it yet
    machine.read()
    assert not machine.clock.is_due()
    machine.seconds = 9.9
    assert not machine.clock.is_due()
    machine.seconds = 10.0
    assert [machine.clock.is_due(), machine.clock.is_due()] == [True, False]
