"""The read vocabulary of messaging."""

from datetime import timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, AccountState, Message, SpentSlot, Thread

DAY = timedelta(hours=24)


def accounts(workspace: Workspace) -> "QuerySet[Account]":
    """The workspace's accounts, :func:`with_usage`."""
    rows: QuerySet[Account] = Account.objects.for_workspace(workspace)
    return with_usage(rows)


def with_usage(rows: "QuerySet[Account]") -> "QuerySet[Account]":
    """Accounts with ``used`` (sends in the last 24 h) and ``reserved`` (slots in the next 24 h)."""
    now = clock.now()
    return rows.annotate(
        used=_slots(slot_at__gt=now - DAY, slot_at__lte=now), reserved=_slots(slot_at__gt=now, slot_at__lt=now + DAY)
    )


def in_trouble() -> Q:
    """Accounts whose messages wait for somebody to act or for a pause to end; not those that were logged out here."""
    paused = Q(state=AccountState.PAUSED) & (Q(paused_until=None) | Q(paused_until__gt=clock.now()))
    lost = Q(state=AccountState.NEEDS_LOGIN) & ~Q(telegram_session__auth_key=b"")
    return paused | lost | Q(state=AccountState.BANNED)


def _slots(**bounds: object) -> CombinedExpression:
    return _count(Message, bounds) + _count(SpentSlot, bounds)


def _count(model: type[Message] | type[SpentSlot], bounds: dict[str, object]) -> Coalesce:
    counted = model.unscoped.filter(account=OuterRef("pk"), **bounds).order_by().values("account")
    return Coalesce(Subquery(counted.annotate(number=Count("pk")).values("number")), 0)


def threads(workspace: Workspace) -> "QuerySet[Thread]":
    rows: QuerySet[Thread] = Thread.objects.for_workspace(workspace)
    return rows


def newest_messages(workspace: Workspace, threads: list[Thread]) -> dict[str, Message]:
    """The newest message of each of these threads, in one query."""
    newest = (
        Message.objects.for_workspace(workspace)
        .filter(thread_id=OuterRef("pk"))
        .order_by("-created_at", "-id")
        .values("pk")[:1]
    )
    picked = Thread.unscoped.filter(pk__in=[t.pk for t in threads]).annotate(newest=Subquery(newest)).values("newest")
    rows = Message.objects.for_workspace(workspace).filter(pk__in=picked)
    return {message.thread_id: message for message in rows}
