"""The panel's places in the product's words. A place whose model has no page yet is left out."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from crmsolid.workspaces.admin_base import EVERYONE, OWNERS, Roles
from crmsolid.workspaces.panel_context import seat_of


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the sidebar: ``label`` is the model behind it, ``app.model``; or ``page`` is the name of an address
    with no model behind it, for ``roles``."""

    title: str
    icon: str
    label: str = ""
    page: str = ""
    roles: Roles = EVERYONE


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    places: tuple[Place, ...]


GROUPS = (
    Group(
        "Conversations",
        (
            Place("Inbox", "inbox", "messaging.thread"),
            Place("Messages", "chat", "messaging.message"),
            Place("Broadcasts", "campaign", "messaging.broadcast"),
            Place("Templates", "draft", "messaging.template"),
        ),
    ),
    Group(
        "People",
        (
            Place("Contacts", "group", "contacts.contact"),
            Place("Segments", "filter_alt", "contacts.segment"),
            Place("Tags", "sell", "contacts.contacttag"),
        ),
    ),
    Group(
        "Automation",
        (
            Place("Sequences", "account_tree", "sequences.sequence"),
            Place("Enrollments", "how_to_reg", "sequences.enrollment"),
            Place("Jobs", "hourglass_top", "workspaces.job"),
        ),
    ),
    Group(
        "Settings",
        (
            Place("Telegram accounts", "smartphone", "messaging.account"),
            Place("Custom fields", "tune", "contacts.customfield"),
            Place("Scoring", "trending_up", "contacts.scorerule"),
            Place("API Keys", "key", "apikeys.apikey"),
            Place("Webhooks", "webhook", "webhooks.endpoint"),
            Place("Deliveries", "outbox", "webhooks.delivery"),
            Place("Events", "bolt", "events.event"),
            Place("Members", "badge", "workspaces.membership"),
            Place("Plan", "workspace_premium", page="plan", roles=OWNERS),
            Place("Audit log", "policy", "workspaces.auditentry"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar as Unfold wants it: only what this member may see."""
    home = {"title": "Home", "icon": "space_dashboard", "link": reverse("admin:index")}
    groups: list[dict[str, Any]] = [{"items": [home]}]
    for group in GROUPS:
        items = [_item(request, place) for place in group.places if _visible(request, place)]
        if items:
            groups.append({"title": group.title, "separator": True, "items": items})
    return groups


def crumbs(request: HttpRequest) -> list[dict[str, str]]:
    """Where this page is: ``Settings``, ``API Keys``. Empty outside the places; a page's own title is its last one."""
    match = request.resolver_match
    name = (match.url_name or "") if match else ""
    for group in GROUPS:
        for place in group.places:
            if place.page and name == place.page:
                return [{"title": group.title, "link": ""}]
            if place.label and name.startswith(f"{place.label.replace('.', '_')}_"):
                return [{"title": group.title, "link": ""}, {"title": place.title, "link": _link(place)}]
    return []


def _visible(request: HttpRequest, place: Place) -> bool:
    if place.page:
        seat = seat_of(request)
        return seat is not None and seat.has_role(place.roles)
    try:
        model = apps.get_model(place.label)
    except LookupError:
        return False
    page = admin.site._registry.get(model)
    return page is not None and page.has_view_permission(request)


def _item(request: HttpRequest, place: Place) -> dict[str, Any]:
    link = _link(place)
    return {"title": place.title, "icon": place.icon, "link": link, "active": request.path.startswith(link)}


def _link(place: Place) -> str:
    return reverse(f"admin:{place.page or place.label.replace('.', '_') + '_changelist'}")
