"""Public ids: a prefix that names the kind, and a ULID (github.com/ulid/spec) that sorts by birth."""

import os
import re
import threading
import time
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Two characters, ten bits, at a look-up: an id costs eight look-ups, not twenty-six divisions.
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
_TEN_BITS = 1023
_POOL_BYTES = 640
# 26 characters hold 130 bits, a ULID is 128: the first character never passes 7.
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


class _Clockwork:
    """The last millisecond and the last random part handed out, advanced under one lock.

    Within a millisecond the random part counts up; a clock that steps back keeps the last millisecond, so ids of
    one process never go backwards. The start of each millisecond leaves the top bit clear: 2**79 steps of room.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.millisecond = 0
        self.random_part = 0
        self.time_text = ""
        self.pool = b""  # random bytes not used yet: asking the system for each ten of them costs more than the id

    def next_ulid(self) -> str:
        now = time.time_ns() // 1_000_000
        with self.lock:
            if now > self.millisecond:
                self.millisecond = now
                self.time_text = _encode_time(now)
                self.random_part = int.from_bytes(self._ten_bytes()) >> 1
            else:
                self.random_part += 1
            time_text, number = self.time_text, self.random_part
        return time_text + _encode_random(number)

    def _ten_bytes(self) -> bytes:
        if not self.pool:
            self.pool = os.urandom(_POOL_BYTES)
        ten, self.pool = self.pool[:10], self.pool[10:]
        return ten


def _encode_time(millisecond: int) -> str:
    return "".join(_PAIRS[millisecond >> shift & _TEN_BITS] for shift in (40, 30, 20, 10, 0))


def _encode_random(number: int) -> str:
    # Two 40-bit halves, because small integers shift faster than one of 80 bits; written out, because this is hot.
    high, low = number >> 40, number & 0xFFFFFFFFFF
    return (
        _PAIRS[high >> 30]
        + _PAIRS[high >> 20 & 1023]
        + _PAIRS[high >> 10 & 1023]
        + _PAIRS[high & 1023]
        + _PAIRS[low >> 30]
        + _PAIRS[low >> 20 & 1023]
        + _PAIRS[low >> 10 & 1023]
        + _PAIRS[low & 1023]
    )


_clockwork = _Clockwork()


def _start_afresh() -> None:
    """A forked child shares its parent's state, and maybe a lock held by a thread it does not have."""
    global _clockwork
    _clockwork = _Clockwork()


os.register_at_fork(after_in_child=_start_afresh)


def new_id(prefix: str) -> str:
    """`con` gives `con_01J…`: unique everywhere, and increasing within one process."""
    return f"{prefix}_{_clockwork.next_ulid()}"


def first_id(prefix: str, moment: datetime) -> str:
    """The smallest id of that millisecond: ids are sorted by birth, so the key's own index answers "older than"."""
    return f"{prefix}_{_encode_time(int(moment.timestamp() * 1000))}{'0' * 16}"


def is_id(prefix: str, text: object) -> bool:
    """Whether `text` could have come from `new_id(prefix)`; asks no database. Upper case only: one id, one spelling."""
    if not isinstance(text, str) or not text.startswith(f"{prefix}_"):
        return False
    return _ULID.fullmatch(text, len(prefix) + 1) is not None
