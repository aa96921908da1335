"""What a browser is told when a page cannot be shown. Requests to the API never come here: see ``crmsolid/api``."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crmsolid.workspaces.admin_base import OWNERS
from crmsolid.workspaces.panel_context import seat_of


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words whether a row never was, is gone, or is another workspace's."""
    text = "It may have been deleted, or belong to another workspace: what you see is what the switch at the top says."
    if _seat(request) is None:
        text = "The address may be mistyped, or what was here is gone."
    return _page(request, 404, "There is nothing here", text)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Why not: the trial is over, or the member's role does not reach that far."""
    seat = _seat(request)
    if seat is None:
        return _page(request, 403, "This is not for you to see", "Log in with another address.")
    if seat.is_expired:
        text = f"The trial of {seat.live.name} has ended: everything can be read, nothing changed."
        is_owner = seat.has_role(OWNERS)
        text = text if is_owner else f"{text} An owner can choose a plan."
        return _page(request, 403, "Nothing can be changed at the moment", text, may_choose_plan=is_owner)
    if seat.has_role(OWNERS):
        return _page(
            request, 403, "The panel does not do this", "It is not a matter of your role: nobody can do it here."
        )
    role = seat.membership.get_role_display().lower()
    text = f"You are {role} in {seat.live.name}. Ask an owner of the workspace to do this, or for another role."
    return _page(request, 403, "Your role does not allow this", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Mostly a page left open while its user logged out and in again, or a browser that keeps no cookies."""
    text = (
        "Nothing was changed. This happens when you have logged in again since the page was opened, or when the "
        "browser keeps no cookies. Open the page again and send it once more."
    )
    return _page(request, 403, "This page is too old to be sent", text)


def _seat(request: HttpRequest) -> Any:
    return seat_of(request) if hasattr(request, "session") else None


def _page(request: HttpRequest, status: int, title: str, text: str, **more: Any) -> HttpResponse:
    """In the panel's frame for who is in the panel, else on a page by itself."""
    seat = _seat(request)
    in_panel = seat is not None and request.path.startswith(reverse("admin:index"))
    template = "panel/refused.html" if in_panel else "panel/refused_alone.html"
    context = {**admin.site.each_context(request), "title": title, "text": text, **more}
    return render(request, template, context, status=status)
