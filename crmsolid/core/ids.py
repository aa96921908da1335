"""Public ids: a prefix that names the type, and a ULID (github.com/ulid/spec), which sorts by creation time."""

import os
import re
import threading
from dataclasses import dataclass
from datetime import datetime

from crmsolid.core import clock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Encoding two characters (ten bits) at a time takes 13 look-ups for an id instead of 26 divisions.
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
# 26 characters hold 130 bits and a ULID has 128, so the first character is at most 7.
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that has ids. ``segment`` is the part of the API's paths before an id, ``call`` the call of the
    API that finds the ids; each is empty if there is none. An MCP error names the tool in place of the call."""

    prefix: str
    segment: str = ""
    call: str = ""

    @property
    def hint(self) -> str:
        """Where a client finds the id."""
        begin = f"its id begins with `{self.prefix}_` and" if self.prefix else "it"
        return f"{begin} is found with `{self.call}`" if self.call else begin.removesuffix(" and")


# Every kind of object with ids, by the name that errors give it.
KINDS = {
    "contact": Kind("con", "contacts", "GET /v1/contacts"),
    "message": Kind("msg", "messages", "GET /v1/messages"),
    "file": Kind("fil", "files", "GET /v1/messages"),
    "thread": Kind("thr", "threads", "GET /v1/threads"),
    "segment": Kind("seg", "segments", "GET /v1/segments"),
    "sequence": Kind("seq", "sequences", "GET /v1/sequences"),
    "enrollment": Kind("enr", "enrollments", "GET /v1/enrollments"),
    "broadcast": Kind("brd", "broadcasts", "GET /v1/broadcasts"),
    "webhook endpoint": Kind("whk", "webhooks", "GET /v1/webhooks"),
    "delivery": Kind("dlv", "deliveries", "GET /v1/webhooks/ID/deliveries"),
    "event": Kind("evt", "events", "GET /v1/events"),
    "job": Kind("job", "jobs", "GET /v1/jobs"),
    "proposal": Kind("prp", "proposals", "GET /v1/proposals"),
    "import": Kind("imp"),
    "note": Kind("not", "notes", "GET /v1/contacts/ID/notes"),
    "API key": Kind("key"),
    "connected assistant": Kind("grt"),
    "login": Kind("log"),
}
# What has a number or a name in place of such an id.
WITHOUT_PREFIX = {
    "account": Kind("", "accounts", "GET /v1/accounts"),
    "custom field": Kind("", "custom-fields", "GET /v1/custom-fields"),
    "member": Kind("", "members", "GET /v1/members"),
    "tag": Kind("", "tags", "GET /v1/tags"),
    "template": Kind("", "templates", "GET /v1/templates"),
}
_KIND_OF_PREFIX = {kind.prefix: name for name, kind in KINDS.items()}
# No username in use looks like this: a prefix, and 20 to 28 letters or digits of which the first is a digit. That is an
# id also where it was shortened or mistyped, or changed its case.
_LIKE_AN_ID = re.compile(rf"({'|'.join(_KIND_OF_PREFIX)})_[0-7][0-9a-z]{{19,27}}", re.ASCII | re.IGNORECASE)


def hint_of(name: str) -> str:
    """Where a client finds the id of what errors call so; empty where that is not known."""
    kind = KINDS.get(name) or WITHOUT_PREFIX.get(name)
    return kind.hint if kind else ""


class UlidGenerator:
    """Makes ULIDs that increase within a process: the last millisecond and random part are kept under a lock.

    Within a millisecond the random part counts up, and it does so too after the clock was set back. Each millisecond
    starts with the top bit of the random part clear, which leaves 2**79 steps.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.millisecond = 0
        self.random_part = 0

    def next_ulid(self) -> str:
        now = int(clock.database.time() * 1000)
        with self.lock:
            if now > self.millisecond:
                self.millisecond = now
                self.random_part = int.from_bytes(os.urandom(10)) >> 1
            else:
                self.random_part += 1
            millisecond, random_part = self.millisecond, self.random_part
        return _encode(millisecond, 50) + _encode(random_part, 80)


def _encode(number: int, bits: int) -> str:
    return "".join(_PAIRS[number >> shift & 1023] for shift in range(bits - 10, -1, -10))


_generator = UlidGenerator()


def _replace_generator() -> None:
    global _generator
    _generator = UlidGenerator()


# A forked child would continue its parent's sequence, and the lock may be held by a thread that it does not have.
os.register_at_fork(after_in_child=_replace_generator)


def new_id(prefix: str) -> str:
    """An id such as ``con_01J…`` for ``con``: unique everywhere, and increasing within one process."""
    return f"{prefix}_{_generator.next_ulid()}"


def first_id(prefix: str, created: datetime) -> str:
    """The smallest id of that millisecond. It lets the primary key's index find the rows older than ``created``."""
    return f"{prefix}_{_encode(int(created.timestamp() * 1000), 50)}{'0' * 16}"


def is_id(prefix: str, text: object) -> bool:
    """Whether ``text`` has the form of ``new_id(prefix)``, in upper case. It does not look into the database."""
    if not isinstance(text, str) or not text.startswith(f"{prefix}_"):
        return False
    return _ULID.fullmatch(text, len(prefix) + 1) is not None


def kind_of(text: str) -> str | None:
    """The name in ``KINDS`` of the kind that ``text`` is an id of, even if the id was shortened or mistyped; None for
    anything else, such as ``con_artist`` or ``key_west``."""
    match = _LIKE_AN_ID.fullmatch(text)
    return _KIND_OF_PREFIX[match[1].lower()] if match else None
