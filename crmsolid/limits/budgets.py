"""The daily budgets of a key or an assistant: how many messages it may send, and how much it may change, in a sliding
24 hours. What it used is written in the transaction of the write, so what was rolled back does not count."""

import math
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum, Window

from crmsolid.core import clock
from crmsolid.core.advisory_locks import hold_lock
from crmsolid.core.errors import DomainError
from crmsolid.limits.models import BudgetUse
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Limits
from crmsolid.workspaces.models import Workspace

DAY = timedelta(hours=24)
KINDS = {"sends": "messages", "changes": "changes"}


def check(actor: Actor, *, sends: int = 0, changes: int = 0) -> datetime:
    """Raise ``key_budget`` (429) if a write needs more than is left now, with ``Retry-After`` until so much is free
    again, where it ever will be. Returns the instant for which it was said."""
    wanted, now = {"sends": sends, "changes": changes}, clock.now()
    budgets = {kind: budget for kind, budget in _budgets(actor.limits).items() if wanted[kind]}
    spent = _used(actor.workspace, actor.limits, now) if budgets else {}
    missing = {kind: spent[kind] + wanted[kind] - budget for kind, budget in budgets.items()}
    missing = {kind: count for kind, count in missing.items() if count > 0}
    if missing:
        details = [f"{spent[kind]} of {budgets[kind]} {KINDS[kind]} in 24 hours are used" for kind in missing]
        details.append(f"this needs {' and '.join(f'{wanted[kind]} {KINDS[kind]}' for kind in missing)}")
        possible = all(wanted[kind] <= budgets[kind] for kind in missing)
        free_at = max(_free_at(actor, kind, count, now) for kind, count in missing.items()) if possible else None
        raise _refusal(", ".join(details), free_at, now)
    return now


def use(actor: Actor, *, sends: int = 0, changes: int = 0) -> None:
    """Count what a write has done. It belongs at the end of the write's transaction: calls of one holder wait here for
    each other until the transaction ends, so nothing that another call may hold is locked after it. Errors as
    :func:`check`."""
    if not actor.limits.has_budget or not (sends or changes):
        return
    hold_lock(f"budget:{actor.workspace.pk}:{actor.limits.holder}")
    now = check(actor, sends=sends, changes=changes)
    BudgetUse.objects.for_workspace(actor.workspace).create(
        workspace=actor.workspace, holder=actor.limits.holder, at=now, sends=sends, changes=changes
    )


def left(workspace: Workspace, limits: Limits) -> dict[str, int | None]:
    """How many ``sends`` and ``changes`` are left now; None: any number."""
    budgets = _budgets(limits)
    spent = _used(workspace, limits, clock.now()) if budgets else {}
    return {kind: max(budgets[kind] - spent[kind], 0) if kind in budgets else None for kind in KINDS}


def _budgets(limits: Limits) -> dict[str, int]:
    budgets = {"sends": limits.daily_sends, "changes": limits.daily_changes}
    return {kind: budget for kind, budget in budgets.items() if budget is not None}


def _used(workspace: Workspace, limits: Limits, now: datetime) -> dict[str, int]:
    found = _within_a_day(workspace, limits, now).aggregate(
        sends=Sum("sends", default=0), changes=Sum("changes", default=0)
    )
    return {kind: int(found[kind]) for kind in KINDS}


def _free_at(actor: Actor, kind: str, count: int, now: datetime) -> datetime:
    """When so many of those that are used are a day old."""
    so_far = Window(Sum(kind), order_by=("at", "pk"))
    rows = (
        _within_a_day(actor.workspace, actor.limits, now)
        .annotate(so_far=so_far)
        .filter(so_far__gte=count)
        .order_by("at", "pk")
    )
    at: datetime = rows.values_list("at", flat=True)[0]
    return at + DAY


def _refusal(detail: str, free_at: datetime | None, now: datetime) -> DomainError:
    if free_at is None:
        return DomainError("key_budget", f"{detail}, which is more than a day has")
    seconds = max(math.ceil((free_at - now).total_seconds()), 1)
    return DomainError("key_budget", f"{detail}; retry in {seconds} s", headers={"Retry-After": str(seconds)})


def _within_a_day(workspace: Workspace, limits: Limits, now: datetime) -> QuerySet[BudgetUse]:
    rows: QuerySet[BudgetUse] = BudgetUse.objects.for_workspace(workspace)
    return rows.filter(holder=limits.holder, at__gt=now - DAY)


def past_retention() -> QuerySet[BudgetUse]:
    """What no longer counts."""
    return BudgetUse.unscoped.filter(at__lt=clock.now() - DAY).order_by("pk")
