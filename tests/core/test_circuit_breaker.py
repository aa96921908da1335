import threading

import pytest

from crmsolid.core.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("probe_seconds", "script"),
    [
        pytest.param(1.0, "ask+ ok ask+ ok ask+", id="it stays closed while calls succeed"),
        pytest.param(1.0, "fail ask- 0.999 ask- 0.002 ask+", id="a failure opens it for a second"),
        pytest.param(1.0, "fail 1 ask+ ask- ask- ok ask+ ask+", id="one probe passes, and its success closes it"),
        pytest.param(1.0, "fail 1 ask+ 0.1 fail 0.999 ask- 0.002 ask+", id="a failed probe opens it again"),
        pytest.param(1.0, "fail 1 ask+ ask- 1 ask+", id="a probe that never reports back is followed by another"),
        pytest.param(4.0, "fail 1 ask+ 3.999 ask- fail 1 ask+", id="a long probe stays the only one"),
    ],
)
def test_it_opens_after_a_failure_and_lets_one_probe_pass(probe_seconds: float, script: str) -> None:
    """``ask+`` and ``ask-`` are what a call is told, ``ok`` and ``fail`` its result; a number is a wait."""
    clock = Clock()
    breaker = CircuitBreaker(open_seconds=1.0, probe_seconds=probe_seconds, clock=clock)
    for step in script.split():
        match step:
            case "ask+" | "ask-":
                assert breaker.allows() == (step == "ask+"), f"{step} at {clock.now}"
            case "ok":
                breaker.succeeded()
            case "fail":
                breaker.failed()
            case seconds:
                clock.now += float(seconds)


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
