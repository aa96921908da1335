"""What each key was used for in the last day: its requests by call, and those that were refused by code.

No request writes: it is counted in the process, and one thread of each web process adds the counts to the database
every ``WRITE_EVERY_SECONDS``. A process that is killed loses what it has counted since then, at most 10 seconds of
figures. A write of which it is unknown whether it was committed is repeated, so its counts may then be in it twice.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import Error, connections
from django.db.models import Q, Sum

from apikeys.models import ApiKey, KeyUse
from crmsolid.core import clock
from crmsolid.core.sql import bulk
from crmsolid.core.sql.table import Table

logger = logging.getLogger("crmsolid.apikeys")

WRITE_EVERY_SECONDS = 10.0
# How long the last write may keep a process from stopping.
STOP_WITHIN_SECONDS = 2.0
# Different keys, hours, calls and codes that wait to be written. More of them, while the database is away, are not
# counted. About 3 MB.
MAX_WAITING = 10_000
SHOWN = timedelta(hours=24)
KEPT = timedelta(hours=48)

_COLUMNS = {"key_id": "text", "hour": "time", "call": "text", "code": "text", "requests": "int"}
_uses, _keys = Table(KeyUse), Table(ApiKey)

_Use = tuple[str, int, str, str]  # the id of the key, the hour since 1970, the call, the code of the refusal or ""


class UseCounter:
    """Counts in memory; :meth:`write` moves the counts to the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[_Use, int] = {}

    def count(self, key_id: str, call: str, code: str) -> None:
        """One request, now. ``call``: method and route; ``code``: of the refusal, "" for none."""
        use = (key_id, int(clock.now().timestamp()) // 3600, call, code)
        with self._lock:
            self._add(use, 1)

    def _add(self, use: _Use, requests: int) -> None:
        if use in self._waiting or len(self._waiting) < MAX_WAITING:
            self._waiting[use] = self._waiting.get(use, 0) + requests

    def write(self) -> None:
        """Add to the database what was counted since the last time. If that fails, the counts wait for the next one."""
        with self._lock:
            counts, self._waiting = self._waiting, {}
        try:
            _add_to_database(counts)
        except Error:
            with self._lock:
                for use, requests in counts.items():
                    self._add(use, requests)
            raise


@lru_cache(maxsize=1)
def use_counter() -> UseCounter:
    """The process's own."""
    return UseCounter()


def _add_to_database(counts: dict[_Use, int]) -> None:
    """In one statement. Rows are written in one order, so that processes which write at once wait for each other and
    do not deadlock. Keys that do not exist any more are left out."""
    if not counts:
        return
    rows = [
        (key_id, datetime.fromtimestamp(hour * 3600, UTC), call, code, requests)
        for (key_id, hour, call, code), requests in counts.items()
    ]
    names = ", ".join(_COLUMNS)
    bulk.run(
        f"INSERT INTO {_uses.name} (workspace_id, {names})"
        f" SELECT k.workspace_id, {', '.join(f'r.{name}' for name in _COLUMNS)}"
        f" FROM {bulk.rows_source(_COLUMNS)} JOIN {_keys.name} k ON k.id = r.key_id"
        " ORDER BY r.key_id, r.hour, r.call, r.code"
        " ON CONFLICT (key_id, hour, call, code)"
        f" DO UPDATE SET requests = {_uses.name}.requests + excluded.requests",
        [bulk.rows_parameter(rows)],
    )


class UseWriter:
    """The thread that writes; it starts and stops with the server."""

    def start(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="key-uses", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Write a last time. False if that takes too long."""
        self._stopped.set()
        self._thread.join(STOP_WITHIN_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopped.wait(WRITE_EVERY_SECONDS):
            self._write()
        self._write()

    def _write(self) -> None:
        try:
            use_counter().write()
        except Error:
            logger.warning("could not write what keys were used for; it waits for the next time", exc_info=True)
        finally:
            connections.close_all()  # it would hold a connection that it needs for a moment


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests in this clock hour, and since :func:`day_began`."""

    this_hour: int
    day: int


@dataclass(frozen=True, slots=True)
class CallUse:
    """One call of a key: all its requests, and those that were refused by code, the most frequent first."""

    call: str
    requests: Requests
    refused: Requests
    codes: Sequence[tuple[str, Requests]]


def hour_began() -> datetime:
    """The beginning of this clock hour."""
    return clock.now().replace(minute=0, second=0, microsecond=0)


def day_began() -> datetime:
    """From when on uses are shown: a day before this clock hour began."""
    return hour_began() - SHOWN


def uses_of(key: ApiKey) -> list[CallUse]:
    """The calls of the last day, the most frequent first."""
    rows = KeyUse.objects.for_workspace(key.workspace_id).filter(key=key, hour__gte=day_began())
    in_this_hour = Sum("requests", filter=Q(hour__gte=hour_began()), default=0)
    found = rows.values_list("call", "code").annotate(in_this_hour=in_this_hour, day=Sum("requests"))
    by_call: dict[str, list[tuple[str, Requests]]] = {}
    for call, code, this_hour, day in found:
        by_call.setdefault(call, []).append((code, Requests(this_hour, day)))
    uses = [_call_use(call, codes) for call, codes in by_call.items()]
    return sorted(uses, key=lambda use: (-use.requests.day, use.call))


def _call_use(call: str, codes: list[tuple[str, Requests]]) -> CallUse:
    refused = sorted((each for each in codes if each[0]), key=lambda each: (-each[1].day, each[0]))
    return CallUse(call, _sum(codes), _sum(refused), refused)


def _sum(codes: list[tuple[str, Requests]]) -> Requests:
    return Requests(sum(each.this_hour for _, each in codes), sum(each.day for _, each in codes))
