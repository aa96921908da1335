"""Which members have a conversation open, and which of them write in it. Members who may not write are not shown, and
are told nothing.

Nothing of it is stored: it lies in Redis under keys that expire, and the pages are told that it has changed. Each open
page is a visit, which begins and ends with its stream, and which the page renews while it is seen: that of a browser
which has gone without closing its connection ends by itself, and its stream tells so with the next ping.
"""

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from crmsolid.workspaces.actor import Actor, Scope
from messaging import notices
from messaging.models import Thread
from messaging.notices import PRESENT, TYPING, Notice
from messaging.threads.services.actions import assignable_members
from messaging.typing import SHOWN_SECONDS

# A page renews its visit every 8 s. A stream pings every 15 s.
VISIT_SECONDS = 20.0
MAX_NAME = 40
_OPEN, _WRITING = "crmsolid:open", "crmsolid:writing"

# The end of a visit waits for Redis here: those who end one cannot.
_leaving = ThreadPoolExecutor(max_workers=1, thread_name_prefix="presence")


def _key(name: str, workspace_id: int, thread_id: str) -> str:
    return f"{name}:{workspace_id}:{thread_id}"


class Visit:
    """A member has the conversation open in one page, which has this ``name`` for it. Errors: ``scope_missing``, also
    for who may not write; ``not_found``."""

    def __init__(self, actor: Actor, thread_id: str, name: str = "") -> None:
        actor.require(Scope.WRITE_MESSAGES)
        Thread.objects.for_workspace(actor.workspace).get_or_not_found(thread_id)
        self._notice = Notice(actor.workspace.pk, thread_id, PRESENT, user_id=int(actor.subject.id))
        self._key = _key(_OPEN, actor.workspace.pk, thread_id)
        self._name = f"{actor.subject.id}:{name[:MAX_NAME] or uuid4().hex}"
        self._is_shown = True
        self._has_ended = False

    def renew(self) -> None:
        """Show the member for ``VISIT_SECONDS`` more."""
        if _put(self._key, self._name, VISIT_SECONDS):
            notices.tell(self._notice)

    def look(self) -> None:
        """Tell the pages if the visit has expired meanwhile."""
        until = notices.call_redis(lambda client: client.zscore(self._key, self._name))
        is_shown = until is not None and until > time.time()
        if self._is_shown and not is_shown:
            notices.tell(self._notice)
        self._is_shown = is_shown

    def leave(self) -> None:
        """Show the member no more because of this page. Returns at once; further calls do nothing."""
        if self._has_ended:
            return
        self._has_ended = True

        def leave() -> None:
            notices.call_redis(lambda client: client.zrem(self._key, self._name))
            notices.tell(self._notice)

        with contextlib.suppress(RuntimeError):  # the process is shutting down: the visit expires
            _leaving.submit(leave)


def _put(key: str, name: str, seconds: float) -> bool:
    """Write the name into the sorted set, for so long. Whether it was not there; False if Redis does not answer."""

    def write(client: Any) -> Any:
        pipeline = client.pipeline()
        pipeline.zremrangebyscore(key, "-inf", time.time())
        pipeline.zadd(key, {name: time.time() + seconds})
        pipeline.expire(key, int(seconds) + 1)
        return pipeline.execute()

    results = notices.call_redis(write)
    return bool(results and results[1])


def _names(key: str) -> Callable[[Any], Any]:
    return lambda client: client.zrangebyscore(key, time.time(), "+inf")


def tell_writing(actor: Actor, thread_id: str) -> None:
    """Let the other members see for the next seconds that this one writes in the thread, which is of the actor's
    workspace. Errors: ``scope_missing``."""
    actor.require(Scope.WRITE_MESSAGES)
    _put(_key(_WRITING, actor.workspace.pk, thread_id), actor.subject.id, SHOWN_SECONDS)
    name = actor.subject.name or actor.subject.label
    notices.tell(Notice(actor.workspace.pk, thread_id, TYPING, name, user_id=int(actor.subject.id)))


@dataclass(frozen=True, slots=True)
class Other:
    """A member who has the conversation open, and whether they write in it."""

    user_id: int
    name: str
    is_writing: bool


def others(actor: Actor, thread_id: str) -> list[Other]:
    """The members who have the thread of this workspace open, by name, without the actor. Nobody while Redis does not
    answer, and for an actor who may not write. Errors: ``scope_missing``."""
    if not actor.has(Scope.WRITE_MESSAGES) or actor.subject.kind != "user":
        return []
    visits = notices.call_redis(_names(_key(_OPEN, actor.workspace.pk, thread_id))) or []
    users = {int(each.decode().partition(":")[0]) for each in visits}
    if not users - {int(actor.subject.id)}:
        return []
    members = assignable_members(actor).filter(user_id__in=users).exclude(user_id=int(actor.subject.id))
    found = [each.user for each in members.select_related("user")]
    writing = notices.call_redis(_names(_key(_WRITING, actor.workspace.pk, thread_id))) or []
    writers = {int(each) for each in writing}
    shown = [Other(user.pk, user.shown_name, user.pk in writers) for user in found]
    return sorted(shown, key=lambda each: (each.name, each.user_id))
