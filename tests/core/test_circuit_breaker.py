import threading

from crmsolid.core.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_stays_closed_while_calls_succeed() -> None:
    breaker = CircuitBreaker(clock=Clock())
    for _ in range(5):
        assert breaker.allows()
        breaker.succeeded()


def test_one_failure_opens_it_for_a_second() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.failed()
    assert not breaker.allows()
    clock.now += 0.999
    assert not breaker.allows()
    clock.now = 101.0
    assert breaker.allows()


def test_one_probe_passes_and_its_success_closes_it() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.failed()
    clock.now += 1
    assert [breaker.allows() for _ in range(4)] == [True, False, False, False]
    breaker.succeeded()
    assert [breaker.allows() for _ in range(4)] == [True] * 4


def test_failed_probe_opens_it_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.failed()
    clock.now += 1
    assert breaker.allows()
    clock.now += 0.1
    breaker.failed()
    clock.now += 0.999
    assert not breaker.allows()
    clock.now += 0.002
    assert breaker.allows()


def test_probe_that_never_reports_back_is_followed_by_another() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.failed()
    clock.now += 1
    assert breaker.allows()
    assert not breaker.allows()
    clock.now += 1
    assert breaker.allows()


def test_only_one_of_many_threads_probes() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.failed()
    clock.now += 1
    barrier, allowed = threading.Barrier(32), []

    def ask() -> None:
        barrier.wait()
        allowed.append(breaker.allows())

    threads = [threading.Thread(target=ask) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(allowed) == [False] * 31 + [True]


def test_probe_that_takes_longer_than_the_breaker_is_open_stays_the_only_one() -> None:
    clock = Clock()
    breaker = CircuitBreaker(open_seconds=1.0, probe_seconds=4.0, clock=clock)
    breaker.failed()
    clock.now += 1
    assert breaker.allows()
    clock.now += 3.999
    assert not breaker.allows()
    breaker.failed()
    clock.now += 1
    assert breaker.allows()
