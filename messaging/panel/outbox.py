"""Answers the outbox of the browser (``panel/outbox.js``), which sends a form until one of these answers ends that."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.core.ids import is_id
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.template_tags import moment_text
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from messaging.accounts import get_account
from messaging.models import Message, Thread, WaitingFor
from messaging.panel import conversation
from messaging.panel.conversation import Draft

MAX_PLACES = 100


def is_from_outbox(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


class OutboxPage(TenantPage):
    """A page whose forms may come from the outbox."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A form of another member, workspace or side than the session has by now is kept until that one is back, so
        this comes before what the session may do."""
        if request.method == "POST" and is_from_outbox(request):
            session = str(self.panel.membership.user_id), str(self.workspace.pk)
            given = request.POST or request.GET  # of an upload, the body is the file
            if (given.get("member"), given.get("workspace")) != session:
                return JsonResponse({"state": "elsewhere"}, status=409)
        return super().dispatch(request, *args, **kwargs)


def gone() -> JsonResponse:
    """The answer for a conversation that was deleted, with which the browser deletes what it has kept."""
    return JsonResponse({"state": "gone"}, status=404)


def erased(page: TenantPage, places: list[str]) -> list[str]:
    """Which places of drafts are there no more: conversations, also of notes
    (``note thr_…``), and contacts of new messages (``new con_…``)."""
    ids = {place: place.removeprefix("new ").removeprefix("note ") for place in places[:MAX_PLACES]}
    found: set[str] = set()
    for model, prefix in ((Thread, "thr"), (Contact, "con")):
        wanted = [each for each in ids.values() if is_id(prefix, each)]
        found |= {*page.rows(model).filter(pk__in=wanted).values_list("pk", flat=True)}
    return [place for place, each in ids.items() if each and each not in found]


def answer(
    page: TenantPage,
    send: Callable[[Draft], Message],
    draw: Callable[[Message], str] | None = None,
    next_of: Callable[[], str] = str,
) -> JsonResponse:
    """Send the draft, and say what became of it: ``crossed`` if somebody else has answered what the page has not shown,
    which the member is asked about. What is stored comes as HTML that ``draw`` makes. What may pass by itself is 503,
    and is tried again. ``next_of`` gives the address of the page that opens after a message, empty if the one that is
    shown stays."""
    draft = Draft.of(page.request.POST)
    try:
        message = send(draft)
    except DomainError as error:
        if error.status >= 500:
            return JsonResponse({"state": "unavailable"}, status=503)
        draft.refuse(error)
        if draft.crossing is not None:
            return JsonResponse({"state": "crossed", "answer": asdict(draft.crossing)})
        return JsonResponse({"state": "refused", "errors": draft.errors, "message_id": draft.message_id})
    is_planned = message.delayed_by == WaitingFor.ETA
    said = f"Planned for {moment_text(message.eta)}." if is_planned else "Sent."
    left = conversation.left_text(get_account(page.actor, message.account_id))
    address = panel_url("inbox_thread", message.thread_id)
    html = draw(message) if draw is not None else ""
    stored = {"state": "stored", "said": said, "left": left, "url": address, "html": html, "next": next_of()}
    return JsonResponse(stored)


def answer_change(change: Callable[[], None]) -> JsonResponse:
    """Change a message, and say what became of it."""
    try:
        change()
    except DomainError as error:
        found = {each.field: f"{each.detail[:1].upper()}{each.detail[1:]}." for each in error.errors}
        return JsonResponse({"state": "refused", "errors": found or {"": error_text(error)}})
    return JsonResponse({"state": "done"})
