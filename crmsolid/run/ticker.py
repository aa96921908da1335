"""The scheduler of the one process: rings what ``CELERY_BEAT_SCHEDULE`` lists, from a thread."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from kombu.exceptions import OperationalError

logger = logging.getLogger("crmsolid.run")

Send = Callable[..., object]


class Ticker(threading.Thread):
    """Each entry is rung at once, then every ``schedule`` seconds. ``send`` is Celery's ``send_task``."""

    def __init__(self, schedule: Mapping[str, Mapping[str, Any]], send: Send) -> None:
        super().__init__(name="scheduler", daemon=True)
        self._entries = list(schedule.values())
        self._send = send
        self._stopping = threading.Event()

    def run(self) -> None:
        due = [time.monotonic()] * len(self._entries)
        while not self._stopping.wait(max(0.0, min(due) - time.monotonic())):
            for position, entry in enumerate(self._entries):
                if due[position] <= time.monotonic():
                    self._ring(entry)
                    due[position] = time.monotonic() + entry["schedule"]

    def _ring(self, entry: Mapping[str, Any]) -> None:
        try:
            self._send(entry["task"], **entry.get("options", {}), retry=False)
        except OperationalError as error:
            logger.warning("the broker does not answer (%s): %s was not rung", type(error).__name__, entry["task"])

    def stop(self) -> None:
        self._stopping.set()
        self.join()
