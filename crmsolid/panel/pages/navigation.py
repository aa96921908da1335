"""The panel's sidebar and breadcrumbs."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest

from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.workspaces.actor import ADMINS, EVERYONE, OWNERS, Roles


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A line of the sidebar: the list of ``model`` (``app.model``), or the page with the URL name ``page``.

    ``roles`` say who sees a page. For a model its ``TenantAdmin`` says so. ``family`` is how the URL names of the pages
    begin that belong to it; those of a model begin with its name.
    """

    title: str
    icon: str
    model: str = ""
    page: str = ""
    roles: Roles = EVERYONE
    family: str = ""

    def has(self, name: str) -> bool:
        """Whether the page with this URL name belongs to the line."""
        family = self.family or (f"{self.model.replace('.', '_')}_" if self.model else "")
        return bool(name) and (name == self.page or (bool(family) and name.startswith(family)))

    @property
    def link(self) -> str:
        return panel_url(f"{self.page or self.model.replace('.', '_') + '_changelist'}")

    def is_visible(self, request: HttpRequest) -> bool:
        if self.page:
            panel = panel_context(request)
            return panel is not None and panel.has_role(self.roles)
        return admin.site.get_model_admin(apps.get_model(self.model)).has_view_permission(request)


GROUPS: dict[str, tuple[NavigationItem, ...]] = {
    "Conversations": (
        NavigationItem("Inbox", "inbox", page="inbox", family="inbox_"),
        NavigationItem("Messages", "message-circle", "messaging.message", family="messaging_message"),
        NavigationItem("Broadcasts", "megaphone", "messaging.broadcast"),
    ),
    "People": (
        NavigationItem("Contacts", "users", page="contacts_contact_changelist", family="contacts_contact_"),
        NavigationItem("Segments", "funnel", "contacts.segment"),
        NavigationItem("Tags", "tag", page="contacts_contacttag_changelist", family="contacts_contacttag_"),
        NavigationItem("Imports", "upload", "contacts.contactimport"),
    ),
    "Automation": (
        NavigationItem("Sequences", "workflow", "sequences.sequence"),
        NavigationItem("Enrollments", "user-check", "sequences.enrollment"),
        NavigationItem("Jobs", "hourglass", "workspaces.job"),
    ),
    "Reports": (NavigationItem("Analytics", "chart-no-axes-column", page="analytics_funnel", family="analytics_"),),
    "Settings": (
        NavigationItem("Workspace", "building-2", page="workspace", roles=ADMINS),
        NavigationItem("Telegram accounts", "smartphone", "messaging.account"),
        NavigationItem("Custom fields", "sliders-horizontal", "contacts.customfield"),
        NavigationItem("Scoring", "gauge", "contacts.scoringrule"),
        NavigationItem("Templates", "file-text", "messaging.template"),
        NavigationItem("Opt-out words", "ban", "messaging.optoutword"),
        NavigationItem("API Keys", "key-round", "apikeys.apikey"),
        NavigationItem("Assistants", "bot", "oauth.grant"),
        NavigationItem("Webhooks", "webhook", "webhooks.endpoint"),
        NavigationItem("Deliveries", "package", "webhooks.delivery"),
        NavigationItem("Events", "zap", "events.event"),
        NavigationItem("Members", "id-card", page="members", roles=ADMINS, family="member_"),
        NavigationItem("Plan", "crown", page="plan", roles=OWNERS),
        NavigationItem("Audit log", "scroll-text", "workspaces.auditentry"),
    ),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar's groups, with the items that this member may see."""
    name = _url_name(request)
    home = {"title": "Home", "icon": "house", "link": panel_url("index"), "active": request.path == panel_url("index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for title, items in GROUPS.items():
        links = [
            {"title": item.title, "icon": item.icon, "link": item.link, "active": item.has(name)}
            for item in items
            if item.is_visible(request)
        ]
        if links:
            groups.append({"title": title, "items": links})
    return groups


def breadcrumbs(request: HttpRequest) -> list[dict[str, str]]:
    """The sidebar's group and item of this page, such as ``Settings``, ``API Keys``; empty for the home page.

    The page's own title follows them. An item that is a page by itself is left out, for it has the same title.
    """
    name = _url_name(request)
    for title, items in GROUPS.items():
        for item in items:
            if item.page and name == item.page:
                return [{"title": title, "link": ""}]
            if item.has(name):
                return [{"title": title, "link": ""}, {"title": item.title, "link": item.link}]
    return []


def _url_name(request: HttpRequest) -> str:
    """The URL name of the page that is shown."""
    match = request.resolver_match
    return (match.url_name or "") if match else ""
