"""Queries of messaging that have a name."""

from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace
from messaging.models import Account, AccountState, Message, MessageAttempt, SpentSlot, Status, Thread, WaitingFor
from messaging.sending.slots import DAY


def with_usage(rows: "QuerySet[Account]") -> "QuerySet[Account]":
    """Accounts with ``used`` (sends in the last 24 hours) and ``reserved`` (slots in the next 24 hours)."""
    now = clock.now()
    return rows.annotate(
        used=_count_slots(slot_at__gt=now - DAY, slot_at__lte=now),
        reserved=_count_slots(slot_at__gt=now, slot_at__lt=now + DAY),
    )


def _count_slots(**bounds: object) -> CombinedExpression:
    def count(model: type[Message] | type[SpentSlot]) -> Coalesce:
        rows = model.unscoped.filter(account=OuterRef("pk"), **bounds).order_by().values("account")
        return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)

    return count(Message) + count(SpentSlot)


def in_trouble() -> Q:
    """Accounts whose messages wait until somebody acts or a pause ends, without those that were logged out here."""
    paused = Q(state=AccountState.PAUSED) & (Q(paused_until=None) | Q(paused_until__gt=clock.now()))
    session_lost = Q(state=AccountState.NEEDS_LOGIN) & ~Q(telegram_session__auth_key=b"")
    return paused | session_lost | Q(state=AccountState.BANNED)


def surely_unsent() -> Q:
    """Messages that have failed and that no attempt may have delivered.

    ``unsettled_since`` is the time of the first attempt whose result is not known, else that of the last attempt, which
    was refused. So the attempts from then on must be that last one alone. A worker that died in an attempt has written
    no row of it.
    """
    attempts = MessageAttempt.unscoped.filter(message=OuterRef("pk"), at__gte=OuterRef("unsettled_since"))
    refused = attempts.filter(number=OuterRef("attempts"), outcome="failed")
    earlier = attempts.filter(number__lt=OuterRef("attempts"))
    return Q(status=Status.FAILED) & (Q(unsettled_since=None) | Q(Exists(refused)) & ~Q(Exists(earlier)))


def newest_messages(workspace: Workspace, threads: list[Thread], **conditions: object) -> dict[str, Message]:
    """The newest message of each of these threads by the thread's id, in one query; with ``conditions``, of those that
    meet them."""
    messages = Message.objects.for_workspace(workspace)
    newest_first = messages.filter(thread_id=OuterRef("pk"), **conditions).order_by("-created_at", "-id").values("pk")
    newest_of_each = Thread.unscoped.filter(pk__in=[thread.pk for thread in threads]).annotate(
        newest=Subquery(newest_first[:1])
    )
    rows = messages.filter(pk__in=newest_of_each.values("newest"))
    return {message.thread_id: message for message in rows}


def planned_answers(workspace: Workspace, threads: list[Thread]) -> dict[str, datetime]:
    """When the first planned answer of each of these threads is due, by the thread's id, in one query. One that waits
    for the gap between two sends is not planned: it goes out within moments."""
    planned = Message.objects.for_workspace(workspace).filter(
        # With the accounts, the index message_due finds them.
        account__in={thread.account_id for thread in threads},
        thread__in=[thread.pk for thread in threads],
        status=Status.QUEUED,
        source="direct",
        attempts=0,
        eta__gt=clock.now(),
    )
    planned = planned.exclude(delayed_by=WaitingFor.GAP).order_by()
    return dict(planned.values_list("thread_id").annotate(Min("eta")))
