"""Notices to the pages that are open: what they show has changed although no event says so, or somebody is typing.

They pass through Redis and are never stored. One that is lost does no harm: a page shows what it shows until the next
event, or until it is loaded again.
"""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import redis
from django.conf import settings
from django.db import transaction

from contacts.models import ContactNote
from crmsolid.core.circuit_breaker import CircuitBreaker
from crmsolid.core.redis import REDIS_ERRORS, build_client

logger = logging.getLogger("crmsolid.stream")

CHANNEL = "crmsolid:notices"
CHANGED, READ, TYPING, PRESENT, DRAFT, ALERT = "changed", "read", "typing", "present", "draft", "alert"
# So many are read at once; a page needs no more than the latest of them.
BATCH = 500
OPEN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind``: ``changed``; ``read``, or unread again, which changes the list alone; ``typing`` by ``who``, which is
    ``contact`` or the name of the member ``user_id``; ``present``: other members have the thread open than before;
    ``draft``: what the member ``user_id`` has begun to write has the revision ``who`` by now, none if it is not there
    any more. Pages of members who may not write get the first two, and the third of a contact. An ``alert`` is for the
    pages of the user whose id is ``who`` alone, in whatever workspace."""

    workspace_id: int
    thread_id: str
    kind: str
    who: str = ""
    user_id: int = 0


def tell_changed(workspace_id: int, thread_id: str, kind: str = CHANGED) -> None:
    """Tell the pages that show this thread, after the commit, that it has changed."""
    tell_later(Notice(workspace_id, thread_id, kind))


def tell_later(notice: Notice) -> None:
    """:func:`tell` after the commit."""
    transaction.on_commit(partial(tell, notice))


def tell_member(user_id: int) -> None:
    """Tell the open pages of this user that there is something to tell, or not any more."""
    tell(Notice(0, "", ALERT, str(user_id)))


def tell_of_note(note: ContactNote) -> None:
    """Tell the pages that show the conversation in which the note stands that it has changed."""
    if note.thread_id:
        tell_changed(note.workspace_id, note.thread_id)


def tell(notice: Notice) -> None:
    """Tell all web processes. Does nothing while Redis does not answer."""
    body = json.dumps([notice.workspace_id, notice.thread_id, notice.kind, notice.who, notice.user_id])
    call_redis(lambda client: client.publish(CHANNEL, body))


def call_redis(command: Any) -> Any:
    """What the command answers, which is called with a client; None while Redis does not answer."""
    client, breaker = _redis()
    if not breaker.allows():
        return None
    try:
        answer = command(client)
    except REDIS_ERRORS as error:
        breaker.failed()
        logger.warning("redis does not answer (%s): nobody is told who is typing", type(error).__name__)
        return None
    breaker.succeeded()
    return answer


@lru_cache(maxsize=1)
def _redis() -> tuple[redis.Redis, CircuitBreaker]:
    return build_client(settings.REDIS_URL), CircuitBreaker(OPEN_SECONDS)


class Listener:
    """Receives all notices from its first :meth:`read` on; for one thread."""

    def __init__(self) -> None:
        self._client = build_client(settings.REDIS_URL)
        self._breaker = CircuitBreaker(OPEN_SECONDS)
        self._subscription: Any = None

    def read(self) -> list[Notice]:
        """The notices since the last call, without waiting for any; none while Redis does not answer."""
        if not self._breaker.allows():
            return []
        try:
            notices = self._read()
        except REDIS_ERRORS:
            self._breaker.failed()
            self.close()
            return []
        self._breaker.succeeded()
        return notices

    def _read(self) -> list[Notice]:
        if self._subscription is None:
            self._subscription = self._client.pubsub()  # type: ignore[no-untyped-call]
            self._subscription.subscribe(CHANNEL)
        notices: list[Notice] = []
        for _ in range(BATCH):
            message = self._subscription.get_message(timeout=0)
            if message is None:
                break
            if message["type"] == "message" and (notice := _parsed(message["data"])) is not None:
                notices.append(notice)
        return notices

    def close(self) -> None:
        """Receive nothing more until the next :meth:`read`."""
        subscription, self._subscription = self._subscription, None
        if subscription is not None:
            try:
                subscription.close()
            except REDIS_ERRORS:
                logger.info("a subscription in Redis was not closed")


def _parsed(body: bytes) -> Notice | None:
    """None for what a later version may send."""
    try:
        return Notice(*json.loads(body))
    except (ValueError, TypeError):
        return None
