"""Keeps floods of well-formed but unknown tokens away from the database.

Each such token costs a statement. When an address has used up its limit of requests without a valid key, its tokens are
looked up only if they are among the digests of all keys, which this process then reads every few seconds. So a valid
key behind the same address keeps working, also one that was never used before.

The digests give no authority: a token that is among them is looked up like any other, so a revocation holds at once.
"""

import threading
import time
from collections.abc import Callable
from functools import lru_cache

from django.db.models import Q

from apikeys import tokens
from apikeys.models import ApiKey
from crmsolid.core import clock

# How old the digests may be: so long a key that was created a moment ago may be refused behind such an address.
DIGESTS_SECONDS = 5.0
# The newest keys, about 12 MB. Behind such an address an older key gets 429, if there are more.
MAX_DIGESTS = 100_000
# With more addresses over their limit at once, the first are forgotten until their next refusal.
MAX_ADDRESSES = 10_000


class TokenLookups:
    """Decides which tokens this process looks up. Buckets are those of addresses, as the limiter counts them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._refused: dict[str, float] = {}  # bucket -> the end of its window
        self._digests: frozenset[bytes] = frozenset()
        self._digests_expire = 0.0

    def refuse(self, bucket: str, seconds: int) -> None:
        """From now on look up no unknown token of this address. ``seconds``: until its window ends."""
        with self._lock:
            self._refused.pop(bucket, None)
            if len(self._refused) >= MAX_ADDRESSES:
                del self._refused[next(iter(self._refused))]
            self._refused[bucket] = self._clock() + seconds

    def allowed(self, token: str, bucket: str) -> bool:
        """Whether to ask the database for this token. Costs next to nothing while no address is over its limit."""
        if not self._refused or (end := self._refused.get(bucket)) is None:
            return True
        if end <= self._clock():
            with self._lock:
                self._refused.pop(bucket, None)
            return True
        return tokens.digest(token) in self._read_digests()

    def _read_digests(self) -> frozenset[bytes]:
        """The digests of all keys that are not revoked. Threads that ask at the same time wait for one that reads."""
        with self._lock:
            if self._digests_expire <= self._clock():
                rows = ApiKey.unscoped.filter(Q(revoked_at=None) | Q(revoked_at__gt=clock.now())).order_by("-id")
                self._digests = frozenset(map(bytes, rows.values_list("digest", flat=True)[:MAX_DIGESTS]))
                self._digests_expire = self._clock() + DIGESTS_SECONDS
            return self._digests


@lru_cache(maxsize=1)
def token_lookups() -> TokenLookups:
    """The process's own."""
    return TokenLookups()
