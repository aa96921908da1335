"""The sessions of a user: where they are signed in, when they were there last, and how a session is ended.

Django's session store has the sessions; ``UserSession`` says whose they are. A session is ended by deleting both rows,
so its next request is that of somebody who is signed out.

What acts for a user without a session, the assistants that they have connected, is ended with the sessions when the
password or the second factor changes, because a thief may have connected it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from crmsolid.core import clock
from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces import audit
from crmsolid.workspaces.models import Membership, User, UserSession

WRITE_EVERY = timedelta(minutes=5)
MAX_REMEMBERED = 10_000
MAX_BROWSER = 200

# Each ends access of a kind. It gets the user, the reason for the audit log and the address of whoever asked for it,
# runs in the caller's transaction and returns how many it has ended.
access_enders: ExtensionPoint[Callable[[User, str, str | None], int]] = ExtensionPoint("access without a session")


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One session as its user sees it. ``id`` is not the session's key, which nobody needs to see."""

    id: int
    browser: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    is_current: bool


def connect() -> None:
    """Record each sign-in."""
    user_logged_in.connect(_signed_in, dispatch_uid="crmsolid.sessions")


def _signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    if request.session.session_key:
        _write(request, user, confirmed_at=clock.now())
        recent_writes().is_due(request.session.session_key)


def record_use(request: HttpRequest, user: User, membership: Membership | None) -> None:
    """Note that the session is in use, and that the member was seen: written every five minutes by each process."""
    key, now = request.session.session_key, clock.now()
    if key is None:
        return
    if recent_writes().is_due(key):
        used = {"last_used_at": now, "ip": client_ip(request)}
        if not UserSession.objects.filter(session_key=key, user=user).update(**used):
            _write(request, user)
    if membership is not None and recent_writes().is_due(f"{key}:{membership.pk}"):
        Membership.objects.for_workspace(membership.workspace_id).filter(pk=membership.pk).update(last_seen_at=now)


def _write(request: HttpRequest, user: User, **more: Any) -> None:
    used = {
        **more,
        "user": user,
        "browser": request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:MAX_BROWSER],
        "ip": client_ip(request),
        "last_used_at": clock.now(),
    }
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=used)


def follow(old_key: str | None, new_key: str | None) -> None:
    """Django has given the session another key."""
    if old_key and new_key:
        UserSession.objects.filter(session_key=old_key).update(session_key=new_key)


class RecentWrites:
    """What this process has written lately, by name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._written: OrderedDict[str, float] = OrderedDict()

    def is_due(self, name: str) -> bool:
        """Whether ``name`` has not been written within ``WRITE_EVERY``; if so, it counts as written now."""
        now = time.monotonic()
        with self._lock:
            if now - self._written.get(name, -1e9) < WRITE_EVERY.total_seconds():
                return False
            self._written[name] = now
            self._written.move_to_end(name)
            if len(self._written) > MAX_REMEMBERED:
                self._written.popitem(last=False)
            return True


@lru_cache(maxsize=1)
def recent_writes() -> RecentWrites:
    return RecentWrites()


def list_sessions(user: User, current_key: str | None) -> list[SessionInfo]:
    """Where the user is signed in now: this session first, then by last use."""
    rows = list(UserSession.objects.filter(user=user).order_by("-last_used_at", "-pk"))
    keys = [row.session_key for row in rows]
    alive = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now())
    alive_keys = set(alive.values_list("session_key", flat=True))
    sessions = [
        SessionInfo(row.pk, row.browser, row.ip, row.created_at, row.last_used_at, row.session_key == current_key)
        for row in rows
        if row.session_key in alive_keys
    ]
    return sorted(sessions, key=lambda each: not each.is_current)


def browser_name(agent: str) -> str:
    """A User-Agent in words: browser and system."""
    browsers = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}
    browser = next((name for mark, name in browsers.items() if mark in agent), "")
    system = next((name for mark, name in {**systems, "Linux": "Linux"}.items() if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent[:40] or "Unknown browser"


@transaction.atomic
def end_session(user: User, session_id: int, *, ip: str | None) -> None:
    """Sign the user out there. Errors: ``not_found``."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        raise DomainError("not_found", "this session has ended already")
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
    audit.record_about_user(user, "user.session_ended", ip)


@transaction.atomic
def end_other_sessions(user: User, current_key: str | None) -> int:
    """Sign the user out everywhere but in the session with this key (None: everywhere); returns how many ended.

    That one has to prove again whose it is (``confirmation``), because somebody else may use it too. The caller writes
    the audit log, because it knows why.
    """
    UserSession.objects.filter(user=user).update(confirmed_at=None)
    others = UserSession.objects.filter(user=user).exclude(session_key=current_key or "")
    keys = list(others.values_list("session_key", flat=True))
    ended = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.now()).count()
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return ended


@transaction.atomic
def sign_out_elsewhere(user: User, current_key: str | None, *, ip: str | None) -> int:
    """:func:`end_other_sessions` because the user asked for it."""
    ended = end_other_sessions(user, current_key)
    if ended:
        audit.record_about_user(user, "user.sessions_ended", ip, ended=ended)
    return ended


def end_other_access(user: User, reason: str, ip: str | None) -> int:
    """End all that acts for the user without a session; returns how many. Call it when the user's row is locked, so
    that none is made meanwhile."""
    return sum(end(user, reason, ip) for end in access_enders.values())
