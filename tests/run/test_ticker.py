from queue import Queue
from typing import Any

from kombu.exceptions import OperationalError

from crmsolid.run.ticker import Ticker


def test_rings_each_entry_at_once_and_then_at_its_pace() -> None:
    rung: Queue[tuple[str, dict[str, Any]]] = Queue()
    schedule = {
        "often": {"task": "often", "schedule": 0.01, "options": {"expires": 2.0}},
        "seldom": {"task": "seldom", "schedule": 3600.0},
    }
    ticker = Ticker(schedule, lambda name, **options: rung.put((name, options)))
    ticker.start()
    first = [rung.get(timeout=10) for _ in range(5)]
    ticker.stop()
    assert first[:2] == [("often", {"expires": 2.0, "retry": False}), ("seldom", {"retry": False})]
    assert [name for name, _ in first[2:]] == ["often"] * 3
    assert not ticker.is_alive()


def test_goes_on_when_the_broker_does_not_answer() -> None:
    calls: Queue[str] = Queue()

    def refuse(name: str, **options: Any) -> None:
        calls.put(name)
        raise OperationalError("no broker")

    ticker = Ticker({"sweep": {"task": "sweep", "schedule": 0.01}}, refuse)
    ticker.start()
    assert [calls.get(timeout=10) for _ in range(3)] == ["sweep"] * 3
    ticker.stop()
