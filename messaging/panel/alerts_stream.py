"""Tells the pages of a signed-in member what alerts there are: Server-Sent Events with all of them, when they change.

One tab of a browser has the stream for all of its tabs, also while nobody sees it. Before each event, session,
membership, role and workspace are read anew, and the stream ends when they no longer hold. What it
sends is no activity of the member.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from importlib import import_module

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse

from crmsolid.limits.waiting import count_waiting
from crmsolid.panel.components.context import PanelContext, panel_context
from crmsolid.workspaces.actor import Scope
from messaging.alerts.reading import state_of
from messaging.panel.words import count_text
from messaging.querysets import waiting_count
from messaging.streaming import stream_limits
from messaging.streaming.frames import PING_SECONDS
from messaging.streaming.hub import SubscriptionEnded, hub, in_thread
from messaging.streaming.stream_limits import StreamSlot

STREAMS_PER_MEMBER = 10
# What comes in within this time is told together, and the page that shows the conversation has seen it by then.
SETTLE_SECONDS = 1.0


class AlertStream(StreamingHttpResponse):
    """Releases its slot when it ends, even if the client disconnected before anything was sent."""

    def __init__(self, request: HttpRequest, user_id: int, slot: StreamSlot) -> None:
        self._slot = slot
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_frames(request, user_id, slot), content_type="text/event-stream", headers=headers)

    def close(self) -> None:
        self._slot.release()
        super().close()

    def __del__(self) -> None:
        self._slot.release()


async def alerts_stream(request: HttpRequest) -> HttpResponseBase:
    """Refusals are plain answers: a browser's EventSource shows none, and does not come back after one."""
    if request.method != "GET":
        return HttpResponse(status=405, headers={"Allow": "GET"})
    panel = await in_thread(_read_anew, request)
    if panel is None:
        return HttpResponse(status=403)
    slot = await stream_limits.limiter().acquire(f"alerts:{panel.membership.user_id}", STREAMS_PER_MEMBER)
    if slot is None:
        return HttpResponse(status=429)
    return AlertStream(request, panel.membership.user_id, slot)


async def _frames(request: HttpRequest, user_id: int, slot: StreamSlot) -> AsyncIterator[bytes]:
    sent = b""
    try:
        async with hub().subscribe(0, user_id=user_id) as subscription:
            while True:
                try:
                    state = await in_thread(_state, request)
                except DatabaseError:
                    state = sent
                if state is None:
                    return
                yield b": ping\n\n" if state == sent else b"event: alerts\ndata: %s\n\n" % state
                sent = state
                await slot.renew()
                if await subscription.next(PING_SECONDS) is not None:
                    await asyncio.sleep(SETTLE_SECONDS)
                    while await subscription.next(0.001) is not None:
                        pass
    except SubscriptionEnded:
        return
    finally:
        slot.release()


def _state(request: HttpRequest) -> bytes | None:
    panel = _read_anew(request)
    if panel is None:
        return None
    state = state_of(panel.membership, panel.workspace)
    approvals = count_waiting(panel.workspace, panel.membership.role)
    counts = {"waiting": count_text(waiting_count(panel.workspace)), "approvals": approvals.text}
    return json.dumps(state | counts | {"approvals_version": approvals.version}).encode()


def _read_anew(request: HttpRequest) -> PanelContext | None:
    """Who looks at which workspace, by what the database says now. None for somebody who may not read its messages, and
    if it is another workspace than that of the stream's address."""
    now = HttpRequest()
    now.method, now.path, now.path_info, now.META = "GET", request.path, request.path_info, request.META
    now.session = import_module(settings.SESSION_ENGINE).SessionStore(request.session.session_key)
    now.user = get_user(now)
    panel = panel_context(now) if admin.site.has_permission(now) else None
    if panel is None or str(panel.workspace.pk) != request.GET.get("workspace"):
        return None
    return panel if panel.actor(now).has(Scope.READ_MESSAGES) else None
