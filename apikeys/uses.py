"""What each key was used for in the last day: its requests by call, and those that were refused by code.

No request writes: it is counted in the process, and one thread of each web process adds the counts to the database
every ``WRITE_EVERY_SECONDS``. A process that is killed loses what it has counted since then, at most 10 seconds of
figures. A write of which it is unknown whether it was committed is repeated, so its counts may then be in it twice.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import Error, connection, connections
from django.db.models import Q, Sum

from apikeys.models import ApiKey, KeyUse
from crmsolid.core import clock

logger = logging.getLogger("crmsolid.apikeys")

WRITE_EVERY_SECONDS = 10.0
# How long the last write may keep a process from stopping.
STOP_WITHIN_SECONDS = 2.0
# Different keys, hours, calls and codes that wait to be written. More of them, while the database is away, are not
# counted. About 3 MB.
MAX_WAITING = 10_000
SHOWN = timedelta(hours=24)
KEPT = timedelta(hours=48)
PURGED_TOGETHER = 1000

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
    keys, hours, calls, codes = (list(values) for values in zip(*counts, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO apikeys_keyuse (workspace_id, key_id, hour, call, code, requests)"
            " SELECT k.workspace_id, k.id, to_timestamp(u.hour * 3600), u.call, u.code, u.requests"
            " FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[])"
            " AS u (key_id, hour, call, code, requests) JOIN apikeys_apikey k ON k.id = u.key_id"
            " ORDER BY k.id, u.hour, u.call, u.code ON CONFLICT (key_id, hour, call, code)"
            " DO UPDATE SET requests = apikeys_keyuse.requests + excluded.requests",
            [keys, hours, calls, codes, list(counts.values())],
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
    uses = []
    for call, codes in by_call.items():
        refused = sorted((each for each in codes if each[0]), key=lambda each: (-each[1].day, each[0]))
        uses.append(CallUse(call, _sum(codes), _sum(refused), refused))
    return sorted(uses, key=lambda use: (-use.requests.day, use.call))


def requests_by_hour(keys: Sequence[ApiKey]) -> dict[str, list[int]]:
    """How many requests each of these keys made in each of the 24 clock hours that end with this one, by the key's id.
    One query; keys of one workspace."""
    latest = hour_began()
    hours = [latest - timedelta(hours=back) for back in range(23, -1, -1)]
    found: dict[str, list[int]] = {key.pk: [0] * len(hours) for key in keys}
    if keys:
        # A process whose clock is ahead may have written the next hour already.
        rows = KeyUse.objects.for_workspace(keys[0].workspace_id).filter(key__in=found, hour__range=(hours[0], latest))
        for key_id, hour, requests in rows.values_list("key", "hour").annotate(Sum("requests")):
            found[key_id][hours.index(hour)] = requests
    return found


def _sum(codes: list[tuple[str, Requests]]) -> Requests:
    return Requests(sum(each.this_hour for _, each in codes), sum(each.day for _, each in codes))


def purge() -> int:
    """Delete the uses older than 48 h, each batch in a transaction of its own; return how many."""
    old, deleted = KeyUse.unscoped.filter(hour__lt=clock.now() - KEPT).order_by("hour"), 0
    while batch := list(old.values_list("pk", flat=True)[:PURGED_TOGETHER]):
        deleted += KeyUse.unscoped.filter(pk__in=batch).delete()[0]
    return deleted
