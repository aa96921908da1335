"""The panel's error pages (403, 404, CSRF failure). Errors of the API are rendered by ``crmsolid/api`` instead."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crmsolid.workspaces.admin_base import OWNERS
from crmsolid.workspaces.panel_context import PanelContext, panel_context


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The text is the same whether a row never existed, was deleted, or belongs to another workspace."""
    text = "It may have been deleted, or belong to another workspace. The switch at the top says which one you see."
    if _context(request) is None:
        text = "The address may be mistyped, or what was here is gone."
    return _page(request, 404, "There is nothing here", text)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why: the trial has ended, the member's role does not allow it, or the panel cannot do it at all."""
    panel = _context(request)
    if panel is None:
        return _page(request, 403, "You may not see this page", "Log in with another address.")
    is_owner = panel.has_role(OWNERS)
    if panel.is_expired:
        text = f"The trial of {panel.live.name} has ended: everything can be read, nothing can be changed."
        text = text if is_owner else f"{text} An owner can choose a plan."
        return _page(request, 403, "Nothing can be changed at the moment", text, may_choose_plan=is_owner)
    if is_owner:
        text = "It is not a matter of your role: nobody can do it here."
        return _page(request, 403, "The panel does not do this", text)
    role = panel.membership.get_role_display().lower()
    text = f"You are {role} in {panel.live.name}. Ask an owner of the workspace to do this, or for another role."
    return _page(request, 403, "Your role does not allow this", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The usual cause is a page that was open while its user logged in again, or a browser without cookies."""
    text = (
        "Nothing was changed. This happens when you have logged in again since the page was opened, or when the "
        "browser keeps no cookies. Open the page again and send it once more."
    )
    return _page(request, 403, "This page is too old to be sent", text)


def _context(request: HttpRequest) -> PanelContext | None:
    return panel_context(request) if hasattr(request, "session") else None


def _page(request: HttpRequest, status: int, title: str, text: str, **context: Any) -> HttpResponse:
    """Inside the panel's frame for its members, else a page by itself."""
    in_panel = _context(request) is not None and request.path.startswith(reverse("admin:index"))
    template = "panel/error.html" if in_panel else "panel/error_alone.html"
    context = {**admin.site.each_context(request), "title": title, "text": text, **context}
    return render(request, template, context, status=status)
