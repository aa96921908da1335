"""Statistics of broadcasts, and the people behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsolid.api.pagination import Page, page
from crmsolid.core.errors import not_found
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor, Scope
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.stats import Outcomes, count_all_outcomes, count_outcomes, with_figure


@dataclass(frozen=True, slots=True)
class BroadcastFigures:
    """What came of the messages of a broadcast."""

    broadcast: Broadcast
    outcomes: Outcomes


def broadcast_report(actor: Actor, periods: Sequence[Period]) -> Report[list[BroadcastFigures]]:
    """The figures of the broadcasts of which a message was sent or has failed in these periods, newest first. In the
    series each period has those of which one was in it. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    workspace = actor.workspace
    counted = count_outcomes(Recipient.objects.for_workspace(workspace), "status", ["broadcast_id"], periods)
    ids = [broadcast_id for (broadcast_id,) in counted.total]
    rows = Broadcast.objects.for_workspace(workspace).filter(pk__in=ids).only("name", "workspace_id")
    broadcasts = list(rows.order_by("-created_at", "-id"))

    def figures(outcomes: Mapping[Any, Outcomes]) -> list[BroadcastFigures]:
        return [BroadcastFigures(each, outcomes[each.pk,]) for each in broadcasts if (each.pk,) in outcomes]

    return Report(figures(counted.total), [figures(outcomes) for outcomes in counted.series])


def outcome_report(actor: Actor, periods: Sequence[Period], broadcast_id: str = "") -> Report[Outcomes]:
    """What came of the messages of this broadcast, or of all broadcasts together. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = Recipient.objects.for_workspace(actor.workspace)
    return count_all_outcomes(rows.filter(broadcast=broadcast_id) if broadcast_id else rows, "status", periods)


def list_broadcast_figure(
    actor: Actor, broadcast_id: str, figure: str, period: Period, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The recipients, newest first, that :func:`broadcast_report` counts as ``figure``, with their contacts.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    if not Broadcast.objects.for_workspace(actor.workspace).filter(pk=broadcast_id).exists():
        raise not_found("broadcast")
    rows = Recipient.objects.for_workspace(actor.workspace).filter(broadcast_id=broadcast_id).select_related("contact")
    return page(
        with_figure(rows, "status", figure, period),
        sort="-settled_at",
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters={"broadcast": broadcast_id, "figure": figure, "from": period.begins},
    )
