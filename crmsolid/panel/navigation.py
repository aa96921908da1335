"""The panel's sidebar and breadcrumbs."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from crmsolid.workspaces.admin_base import ADMINS, EVERYONE, OWNERS, Roles
from crmsolid.workspaces.panel_context import panel_context


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A line of the sidebar: the list of ``model`` (``app.model``), or the page with the URL name ``page``.

    ``roles`` say who sees a page. For a model its ``TenantAdmin`` says so.
    """

    title: str
    icon: str
    model: str = ""
    page: str = ""
    roles: Roles = EVERYONE

    @property
    def link(self) -> str:
        return reverse(f"admin:{self.page or self.model.replace('.', '_') + '_changelist'}")

    def is_visible(self, request: HttpRequest) -> bool:
        if self.page:
            panel = panel_context(request)
            return panel is not None and panel.has_role(self.roles)
        return admin.site._registry[apps.get_model(self.model)].has_view_permission(request)


GROUPS: dict[str, tuple[NavigationItem, ...]] = {
    "Conversations": (
        NavigationItem("Inbox", "inbox", "messaging.thread"),
        NavigationItem("Messages", "chat", "messaging.message"),
        NavigationItem("Broadcasts", "campaign", "messaging.broadcast"),
    ),
    "People": (
        NavigationItem("Contacts", "group", "contacts.contact"),
        NavigationItem("Segments", "filter_alt", "contacts.segment"),
        NavigationItem("Tags", "sell", "contacts.contacttag"),
        NavigationItem("Imports", "upload_file", "contacts.contactimport"),
    ),
    "Automation": (
        NavigationItem("Sequences", "route", "sequences.sequence"),
        NavigationItem("Enrollments", "person_check", "sequences.enrollment"),
        NavigationItem("Jobs", "hourglass_top", "workspaces.job"),
    ),
    "Settings": (
        NavigationItem("Workspace", "apartment", page="workspace", roles=ADMINS),
        NavigationItem("Telegram accounts", "smartphone", "messaging.account"),
        NavigationItem("Custom fields", "tune", "contacts.customfield"),
        NavigationItem("Scoring", "leaderboard", "contacts.scoringrule"),
        NavigationItem("Templates", "description", "messaging.template"),
        NavigationItem("Opt-out words", "block", "messaging.optoutword"),
        NavigationItem("API Keys", "key", "apikeys.apikey"),
        NavigationItem("Assistants", "smart_toy", "oauth.grant"),
        NavigationItem("Webhooks", "webhook", "webhooks.endpoint"),
        NavigationItem("Deliveries", "outbox", "webhooks.delivery"),
        NavigationItem("Events", "bolt", "events.event"),
        NavigationItem("Members", "badge", "workspaces.membership"),
        NavigationItem("Plan", "workspace_premium", page="plan", roles=OWNERS),
        NavigationItem("Audit log", "policy", "workspaces.auditentry"),
    ),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar in Unfold's format, with the items that this member may see."""
    home = {"title": "Home", "icon": "space_dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, items in GROUPS.items():
        links = [
            {"title": item.title, "icon": item.icon, "link": item.link, "active": request.path.startswith(item.link)}
            for item in items
            if item.is_visible(request)
        ]
        if links:
            groups.append({"title": title, "separator": True, "items": links})
    return groups


def breadcrumbs(request: HttpRequest) -> list[dict[str, str]]:
    """The sidebar's group and item of this page, such as ``Settings``, ``API Keys``; empty for the home page.

    The page's own title follows them. An item that is a page by itself is left out, for it has the same title.
    """
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    for title, items in GROUPS.items():
        for item in items:
            if item.page and name == item.page:
                return [{"title": title, "link": ""}]
            if item.model and name.startswith(f"{item.model.replace('.', '_')}_"):
                return [{"title": title, "link": ""}, {"title": item.title, "link": item.link}]
    return []
