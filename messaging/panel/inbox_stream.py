"""Tells the inbox of a signed-in member that a thread has changed: Server-Sent Events with its id, and no content.

The page then asks for what changed, with a request that is checked as every other one. The stream also tells who is
typing (:mod:`messaging.notices`). In the address ``after`` is the position of the latest event when the page was made,
so nothing is missed in between, ``workspace`` the workspace that it shows: the stream is refused if that is not the
session's any more. ``thread`` is the conversation that is open, in which the others see the member, and
``visit`` what the page calls that (:mod:`messaging.threads.presence`). With each ping session, membership, role and
workspace are read anew, and the stream ends when they no longer hold.
"""

import json
from contextlib import suppress
from importlib import import_module

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError
from crmsolid.events.feed import Entry
from crmsolid.panel.components.context import PanelContext, panel_context
from crmsolid.workspaces.actor import Scope
from messaging import notices
from messaging.notices import Notice
from messaging.streaming import stream_limits
from messaging.streaming.frames import EventStreamResponse, Source, start_position
from messaging.streaming.hub import in_thread
from messaging.threads.presence import Visit
from messaging.threads.state import ASSIGNABLE

# A browser shows the inbox in so many tabs at once; a tab that is not seen has no stream.
STREAMS_PER_MEMBER = 10


async def inbox_stream(request: HttpRequest) -> HttpResponseBase:
    """Refusals are plain answers: a browser's EventSource shows none, and does not come back after one."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    try:
        reader, position = await in_thread(_start, request)
    except DomainError as error:
        return HttpResponse(status=error.status)
    if reader is None:
        return HttpResponse(status=403)
    slot = await stream_limits.limiter().acquire(f"member:{reader.panel.membership.pk}", STREAMS_PER_MEMBER)
    if slot is None:
        reader.leave()
        return HttpResponse(status=429)
    source = Source(reader.panel.workspace.pk, position, reader.is_allowed, _frame, reader.frame, reader.leave)
    return EventStreamResponse(source, slot)


def _start(request: HttpRequest) -> "tuple[_Reader | None, int]":
    panel = _read_anew(request)
    if panel is None:
        return None, 0
    position = start_position(request.META.get("HTTP_LAST_EVENT_ID") or request.GET.get("after", ""))
    reader = _Reader(request, panel)
    reader.visit()
    return reader, position


def _read_anew(request: HttpRequest) -> PanelContext | None:
    """Who looks at which workspace, by what the database says now. None for somebody who may not read its messages, and
    if it is another workspace than that of the stream's address."""
    now = HttpRequest()
    now.method, now.path, now.path_info, now.META = "GET", request.path, request.path_info, request.META
    now.session = import_module(settings.SESSION_ENGINE).SessionStore(request.session.session_key)
    now.user = get_user(now)
    if not admin.site.has_permission(now):
        return None
    panel = panel_context(now)
    if panel is None or str(panel.workspace.pk) != request.GET.get("workspace"):
        return None
    return panel if panel.actor(now).has(Scope.READ_MESSAGES) else None


def _frame(entry: Entry) -> bytes:
    thread_id = json.loads(bytes(entry.body))["data"]["message"]["thread_id"]
    data = strictjson.dumps({"thread": thread_id, "event": entry.type})
    return b"id: %d\nevent: message\ndata: %s\n\n" % (entry.position, data)


class _Reader:
    """Who reads the stream: which notices they get, and that the others see them in the conversation."""

    def __init__(self, request: HttpRequest, panel: PanelContext) -> None:
        self._request, self.panel = request, panel
        self._visit: Visit | None = None

    @property
    def _may_write(self) -> bool:
        return self.panel.membership.role in ASSIGNABLE

    def visit(self) -> None:
        """Have the others see the member in the conversation that the address names, if it names one of theirs."""
        given = self._request.GET
        if self._may_write and (thread_id := given.get("thread", "")):
            with suppress(DomainError):
                self._visit = Visit(self.panel.actor(self._request), thread_id, given.get("visit", ""))
                self._visit.renew()

    def leave(self) -> None:
        if self._visit is not None:
            self._visit.leave()

    def is_allowed(self) -> bool:
        """Whether the member may still read, which is asked with each ping."""
        panel = _read_anew(self._request)
        if panel is None:
            return False
        self.panel = panel
        if not self._may_write:
            self.leave()
        elif self._visit is not None:
            self._visit.look()
        return True

    def frame(self, notice: Notice) -> bytes:
        """The notice, empty if it is not for them. Without an id: it has no place in the log of events."""
        is_own, is_of_member = notice.user_id == self.panel.membership.user_id, notice.user_id != 0
        match notice.kind:
            case notices.TYPING if is_own or (is_of_member and not self._may_write):
                return b""
            case notices.TYPING:
                data = {"thread": notice.thread_id, "who": notice.who, "member": is_of_member}
            case notices.DRAFT if not is_own:
                return b""
            case notices.DRAFT:
                data = {"thread": notice.thread_id, "revision": notice.who}
            case notices.PRESENT if is_own or not self._may_write:
                return b""
            case notices.PRESENT:
                data = {"thread": notice.thread_id}
            case _:
                data = {"thread": notice.thread_id, "event": notice.kind}
        event = "message" if notice.kind in (notices.CHANGED, notices.READ) else notice.kind
        return b"event: %s\ndata: %s\n\n" % (event.encode(), strictjson.dumps(data))
