"""Endpoints that somebody should look at: what the panel's notices are made of."""

from dataclasses import dataclass

from django.db.models import Q

from crmsolid.workspaces.models import Workspace
from webhooks import querysets
from webhooks.models import DisabledReason, Endpoint


@dataclass(frozen=True, slots=True)
class Troubles:
    """Oldest first. ``disabled``: by themselves, never by hand. ``failing``: still tried."""

    disabled: tuple[Endpoint, ...]
    failing: tuple[Endpoint, ...]


def troubles(workspace: Workspace) -> Troubles:
    """One query, however many endpoints."""
    switched_off = Q(enabled=False, disabled_reason__in=[DisabledReason.GONE, DisabledReason.FAILING])
    failing = Q(enabled=True, failing_since__isnull=False)
    rows = querysets.endpoints(workspace).filter(switched_off | failing).defer("secret", "previous_secret")
    found = list(rows.order_by("created_at", "id"))
    return Troubles(
        tuple(endpoint for endpoint in found if not endpoint.enabled),
        tuple(endpoint for endpoint in found if endpoint.enabled),
    )
