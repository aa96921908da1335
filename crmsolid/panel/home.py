"""The panel's home page: figures, what needs attention, and the first step of a new workspace."""

from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from apikeys.models import ApiKey
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.workspaces.admin_base import ADMINS
from crmsolid.workspaces.panel_context import PanelContext
from messaging.models import Account, AccountState, Message, Thread
from messaging.querysets import in_trouble
from webhooks.querysets import endpoint_alerts

MAX_FIGURE = 10_000
MAX_ACCOUNTS = 5


def home_context(panel: PanelContext) -> dict[str, Any]:
    """What the home page shows. Only admins and owners, who can do something about them, see problems and steps."""
    workspace = panel.workspace
    day_ago = clock.now() - timedelta(hours=24)
    figures = [
        _figure("Contacts", Contact.objects.for_workspace(workspace), "contacts_contact"),
        _figure(
            "Unread conversations",
            Thread.objects.for_workspace(workspace).filter(unread_count__gt=0),
            "messaging_thread",
        ),
        _figure(
            "Sent in 24 hours",
            Message.objects.for_workspace(workspace).filter(direction="out", status="sent", sent_at__gte=day_ago),
            "messaging_message",
        ),
    ]
    if not panel.has_role(ADMINS):
        return {"figures": figures, "steps": [], "accounts_in_trouble": [], "webhook_alerts": None}
    accounts = Account.objects.for_workspace(workspace)
    need_login = in_trouble() & ~Q(state=AccountState.PAUSED)  # a pause ends without anybody's help
    steps = []
    if not ApiKey.objects.for_workspace(workspace).exists():
        steps.append({"title": "Make your first API key", "link": reverse("admin:apikeys_apikey_add")})
    return {
        "figures": [*figures, _figure("Accounts", accounts, "messaging_account")],
        "steps": steps,
        "accounts_in_trouble": list(accounts.filter(need_login).order_by("name", "id")[:MAX_ACCOUNTS]),
        "webhook_alerts": endpoint_alerts(workspace),
    }


def _figure(title: str, rows: QuerySet[Any], url_name: str) -> dict[str, Any]:
    """Count up to ``MAX_FIGURE`` rows: counting millions would take seconds."""
    count = rows[: MAX_FIGURE + 1].count()
    value = f"{count:,}" if count <= MAX_FIGURE else f"{MAX_FIGURE:,}+"
    return {"title": title, "value": value, "link": reverse(f"admin:{url_name}_changelist")}
