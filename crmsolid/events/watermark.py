"""Notices that the database is older than it was, such as a restored backup, and holds sending then.

A file in the data folder, which a restored database does not take back, says how far this host has seen the database
come: the last position of the event log, which only goes up in what is committed, and every attempt at sending leaves
an event. A database that is behind what the file says lacks what happened since, so it would do that again.

The file knows databases by the random ``key`` of their installation, so an empty database, or another one, is no
reason to hold anything. A release begins a new ``generation`` of the database, whose positions are compared by
themselves; a database of an earlier generation is an older state as well. No clock is compared with another.
"""

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.backends.signals import connection_created
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from crmsolid.events.models import Feed
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import HoldReason, Installation

logger = logging.getLogger("crmsolid.restore")

_FILE = "watermark.json"
# How many generations, of all databases together, the file remembers.
KEPT = 100
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a generation of a database had come: the last position of its event log."""

    key: str
    generation: str
    position: int


def path() -> Path:
    """The file of this host."""
    return Path(settings.DATA_DIR) / _FILE


def check() -> bool:
    """Hold sending if the database is behind what this host has seen of it, else write down how far it has come.
    Returns whether the hold began now.

    Must not be called in a transaction: what that would roll back must never be written down. Raises the errors of
    the database; a file that cannot be read or written is logged.
    """
    # Before the database: whatever another process writes meanwhile, the database is at least as far as this.
    known = _read()
    mark = _mark()
    ahead = _ahead(known, mark)
    if ahead is None:
        _write(known, mark)
        return False
    note = f"the event log ends at {mark.position}, {ahead.position} were seen on this host"
    if ahead.generation != mark.generation:
        note = "sending was released before in a later state of this database"
    if not sending_hold.hold(HoldReason.RESTORED, note, Actor.system, generation=mark.generation):
        return False
    logger.error(
        "the database is older than this host has seen it: sending is held; see `manage.py sending status`",
        extra={"position": mark.position, "seen": ahead.position},
    )
    return True


def _mark() -> Mark:
    here = Installation.objects.filter(pk=sending_hold.installation().pk)
    position = Coalesce(Subquery(Feed.objects.values("last_position")[:1]), 0)
    return Mark(*here.values_list("key", "generation", position).get())


def _ahead(known: Sequence[Mark], mark: Mark) -> Mark | None:
    """What was seen of this database that is later than ``mark``; None if nothing was."""
    ours = [each for each in known if each.key == mark.key]
    if all(each.generation != mark.generation for each in ours):
        return None
    last = ours[-1]
    return last if last.generation != mark.generation or last.position > mark.position else None


def _read() -> list[Mark]:
    try:
        text = path().read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        logger.error("the watermark of the database cannot be read", extra={"error": str(error)})
        return []
    try:
        marks = [Mark(**each) for each in json.loads(text)]
        if not all(isinstance(each.position, int) for each in marks):
            raise ValueError("a position is no number")
    except (ValueError, TypeError) as error:
        # Replaced by what is true now: a hold for no reason would be worse.
        logger.error("the watermark of the database cannot be understood", extra={"error": str(error)})
        return []
    return marks


def _write(known: Sequence[Mark], mark: Mark) -> None:
    """Replace the file as a whole, unless it says this already. If two processes write at the same time, one of the
    positions is lost until the next time, and never one that the database has not reached is kept."""
    marks = [each for each in known if each.generation != mark.generation]
    marks = [*marks, mark][-KEPT:]
    if marks == known:
        return
    folder = path().parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY)
        try:
            # All processes use one temporary file, so a failure leaves no others. One that stands still while it has
            # the lock must not hold up the work of the others.
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary = folder / f"{_FILE}.new"
            with open(temporary, "w", opener=partial(os.open, mode=0o600)) as file:
                json.dump([asdict(each) for each in marks], file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path())
            os.fsync(opened)  # without this, the new name may be gone after a loss of power
        finally:
            os.close(opened)
    except BlockingIOError:
        logger.info("another process writes the watermark of the database")
    except OSError as error:
        logger.error("the watermark of the database cannot be written", extra={"error": str(error)})


# Set in a worker process that has not compared the database since it connected to it.
_is_due = threading.Event()
# Held while a thread compares, so that the others wait for the result before they work.
_comparing = threading.Lock()
_this_thread = threading.local()


def check_before_work() -> None:
    """Have :func:`check_if_due` check in this process, now and after each new connection to the database, which may
    lead to another one, such as a promoted replica. For workers, at their start."""
    connection_created.connect(_note_new_connection, dispatch_uid="watermark")
    _is_due.set()


def check_if_due() -> None:
    """Check, if this process has connected to the database since the last check. Returns when the check has ended, also
    that of another thread. For workers, before they work, in the thread that works and outside of transactions. Raises
    the errors of the database, and the next call checks then."""
    # A connection that is made later, during the work, would be noticed too late.
    connection.ensure_connection()
    with _comparing:
        if not _is_due.is_set():
            return
        # Cleared first: a connection that another thread makes meanwhile is not covered by this check.
        _is_due.clear()
        _this_thread.is_comparing = True
        try:
            check()
        except BaseException:
            _is_due.set()
            raise
        finally:
            _this_thread.is_comparing = False


def _note_new_connection(**kwargs: Any) -> None:
    if not getattr(_this_thread, "is_comparing", False):  # the check itself reads through its own new connection
        _is_due.set()


def check_in_background() -> threading.Thread:
    """Check once in a thread, as soon as the database answers. For processes that send nothing themselves."""
    thread = threading.Thread(target=_check_until_it_answers, name="watermark", daemon=True)
    thread.start()
    return thread


def _check_until_it_answers() -> None:
    try:
        while True:
            try:
                check()
                return
            except Error as error:
                logger.warning("the database cannot be compared with the watermark yet: %r", error)
                time.sleep(RETRY_SECONDS)
    finally:
        connection.close()
