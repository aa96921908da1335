"""The panel's rail of places, the side with the lines of one place, and the way back."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.workspaces.actor import ADMINS, EVERYONE, OWNERS, WRITERS, Roles


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A line of the side: the list of ``model`` (``app.model``), or the page with the URL name ``page``, which is one
    about the user if it begins with ``account:``.

    ``roles`` say who sees a page. For a model its ``TenantAdmin`` says so. ``family`` is how the URL names of the pages
    begin that belong to it; those of a model begin with its name. ``key`` opens it after G.
    """

    title: str
    icon: str
    model: str = ""
    page: str = ""
    roles: Roles = EVERYONE
    family: str = ""
    key: str = ""

    def has(self, name: str) -> bool:
        """Whether the page with this URL name belongs to the line."""
        family = self.family or (f"{self.model.replace('.', '_')}_" if self.model else "")
        return bool(name) and (name == self.page or (bool(family) and name.startswith(family)))

    @property
    def link(self) -> str:
        if self.page.startswith("account:"):
            return reverse(self.page)
        return panel_url(f"{self.page or self.model.replace('.', '_') + '_changelist'}")

    def is_visible(self, request: HttpRequest) -> bool:
        if self.page:
            panel = panel_context(request)
            return panel is not None and panel.has_role(self.roles)
        return admin.site.get_model_admin(apps.get_model(self.model)).has_view_permission(request)


@dataclass(frozen=True, slots=True)
class Place:
    """One of the rail's: its groups of lines stand in the side, unless there is but one line. ``main`` is the group
    whose first line the rail leads to."""

    title: str
    icon: str
    groups: dict[str, tuple[NavigationItem, ...]]
    main: str = ""


PLACES = (
    Place("Home", "house", {"": (NavigationItem("Home", "house", page="index", key="h"),)}),
    Place(
        "Inbox",
        "inbox",
        {
            "": (
                NavigationItem("Conversations", "inbox", page="inbox", family="inbox_", key="i"),
                NavigationItem("Messages", "message-circle", "messaging.message", key="m"),
            )
        },
    ),
    Place(
        "Approvals",
        "shield",
        {"": (NavigationItem("Approvals", "shield", page="approvals", roles=WRITERS, family="approvals_", key="v"),)},
    ),
    Place(
        "People",
        "users",
        {
            "": (
                NavigationItem(
                    "Contacts", "users", page="contacts_contact_changelist", family="contacts_contact_", key="p"
                ),
                NavigationItem("Segments", "funnel", "contacts.segment", key="l"),
                NavigationItem(
                    "Tags", "tag", page="contacts_contacttag_changelist", family="contacts_contacttag_", key="t"
                ),
                NavigationItem("Imports", "upload", "contacts.contactimport"),
            )
        },
    ),
    Place(
        "Automate",
        "workflow",
        {
            "": (
                NavigationItem("Sequences", "workflow", "sequences.sequence", key="s"),
                NavigationItem("Enrollments", "user-check", "sequences.enrollment", key="e"),
                NavigationItem("Broadcasts", "megaphone", "messaging.broadcast", key="b"),
                NavigationItem("Jobs", "hourglass", "workspaces.job", key="j"),
            )
        },
    ),
    Place(
        "Reports",
        "chart-no-axes-column",
        {
            "": (
                NavigationItem(
                    "Reports", "chart-no-axes-column", page="analytics_overview", family="analytics_", key="r"
                ),
            )
        },
    ),
    Place(
        "Settings",
        "settings",
        {
            "You": (
                NavigationItem("Profile", "user", page="account:profile", family="account:password_", key=","),
                NavigationItem("Alerts", "bell", page="alerts"),
                NavigationItem("Two-factor authentication", "shield", page="account:two_factor"),
                NavigationItem("Sessions", "monitor", page="account:sessions"),
                NavigationItem("Your assistants", "bot", page="account:assistants"),
            ),
            "Workspace": (
                NavigationItem("Workspace", "building-2", page="workspace", roles=ADMINS),
                NavigationItem("Members", "id-card", page="members", roles=ADMINS, family="member_"),
                NavigationItem("Telegram accounts", "smartphone", "messaging.account", key="a"),
                NavigationItem("Plan", "crown", page="plan", roles=OWNERS),
            ),
            "Customers": (
                NavigationItem("Custom fields", "sliders-horizontal", "contacts.customfield"),
                NavigationItem("Scoring", "gauge", "contacts.scoringrule"),
                NavigationItem("Templates", "file-text", "messaging.template"),
                NavigationItem("Opt-out words", "ban", "messaging.optoutword"),
            ),
            "Developers": (
                NavigationItem("API Keys", "key-round", "apikeys.apikey", key="k"),
                NavigationItem("Assistants", "bot", "oauth.grant"),
                NavigationItem("Webhooks", "webhook", "webhooks.endpoint", key="w"),
                NavigationItem("Deliveries", "package", "webhooks.delivery"),
                NavigationItem("Events", "zap", "events.event"),
                NavigationItem("Audit log", "scroll-text", "workspaces.auditentry"),
                NavigationItem(
                    "Assistants' changes", "rotate-ccw", page="contacts_assistantchange_changelist", roles=WRITERS
                ),
            ),
        },
        main="Workspace",
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The places, each with its groups of the lines that this member may see."""
    name = _url_name(request)
    places = []
    for place in PLACES:
        groups: list[dict[str, Any]] = []
        for title, items in place.groups.items():
            lines = [
                {
                    "title": item.title,
                    "icon": item.icon,
                    "link": item.link,
                    "key": item.key,
                    "active": item.has(name),
                }
                for item in items
                if item.is_visible(request)
            ]
            if lines:
                groups.append({"title": title, "items": lines})
        if not groups:
            continue
        main = next((group for group in groups if group["title"] == place.main), groups[0])
        active = any(line["active"] for group in groups for line in group["items"])
        places.append(
            {
                "title": place.title,
                "icon": place.icon,
                "link": main["items"][0]["link"],
                "active": active,
                "groups": groups,
                "has_side": len(groups) > 1 or len(groups[0]["items"]) > 1,
            }
        )
    return places


def shown_line(places: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The line of the page that is shown, of what :func:`navigation` returns; None for a page without one."""
    lines = (line for place in places for group in place["groups"] for line in group["items"])
    return next((line for line in lines if line["active"]), None)


def breadcrumbs(request: HttpRequest) -> list[dict[str, str]]:
    """The place and the line of this page, such as ``Settings``, ``API Keys``; empty for the home page.

    The page's own title follows them. A line that is a page by itself is left out, for it has the same title.
    """
    name = _url_name(request)
    for place in PLACES[1:]:
        for items in place.groups.values():
            for item in items:
                if name and name == item.page:
                    return [{"title": place.title, "link": ""}]
                if item.has(name):
                    return [{"title": place.title, "link": ""}, {"title": item.title, "link": item.link}]
    return []


def _url_name(request: HttpRequest) -> str:
    """The URL name of the page that is shown, with ``account:`` for one about the user."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    return f"account:{name}" if match and match.app_names == ["account"] else name
