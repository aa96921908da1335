"""Queries of messaging that have a name."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Coalesce

from crmsolid.core import clock
from crmsolid.workspaces.models import Workspace
from messaging.files.models import Attachment, FileKind
from messaging.models import (
    LIVE_STATES,
    Account,
    AccountKind,
    AccountState,
    Message,
    MessageAttempt,
    SpentSlot,
    Status,
    Thread,
    WaitingFor,
)
from messaging.sending.attaching import nothing_arrived
from messaging.sending.slots import DAY

MAX_COUNT = 99  # what the panel counts, it counts up to here; one more says that there are more
UNCONNECTED_AFTER = timedelta(minutes=2)  # shorter interruptions are usual, and nobody has to act


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


def with_connection(rows: "QuerySet[Account]") -> "QuerySet[Account]":
    """Accounts with what is known of their connection to Telegram, all NULL for a sandbox account, and
    ``is_unconnected`` as :func:`unconnected` has it.

    A connection whose worker holds no lease any more has ended, even if the worker died before it could say so.
    """
    session = {
        name: F(f"telegram_session__{name}")
        for name in (
            "heard_at",
            "last_error_code",
            "last_error_message",
            "last_error_at",
            "frozen_until",
            "appeal_url",
        )
    }
    is_held = Q(telegram_lease__lease_until__gt=clock.now())
    return rows.annotate(
        connected_at=Case(When(is_held, then=F("telegram_session__connected_at"))),
        # Unless the worker was killed.
        disconnected_at=Case(When(telegram_session__connected_at=None, then=F("telegram_session__disconnected_at"))),
        is_unconnected=ExpressionWrapper(unconnected(), output_field=BooleanField(null=True)),
        **session,
    )


def unconnected() -> Q:
    """Accounts that are to be connected, and have not been for two minutes: what people write does not arrive."""
    since = clock.now() - UNCONNECTED_AFTER
    ended = Q(telegram_session__disconnected_at=None) | Q(telegram_session__disconnected_at__lt=since)
    is_down = Q(telegram_session__connected_at=None) & ended | Q(telegram_lease__lease_until__lt=since)
    is_logged_in = Q(telegram_session__logged_in_at__lt=since) & ~Q(telegram_session__auth_key=b"")
    return Q(kind=AccountKind.TELEGRAM, state__in=LIVE_STATES) & is_logged_in & is_down


def in_trouble() -> Q:
    """Accounts whose messages wait until somebody acts or a pause ends, without those that were logged out here."""
    paused = Q(state=AccountState.PAUSED) & (Q(paused_until=None) | Q(paused_until__gt=clock.now()))
    session_lost = Q(state=AccountState.NEEDS_LOGIN) & ~Q(telegram_session__auth_key=b"")
    return paused | session_lost | Q(state__in=[AccountState.FROZEN, AccountState.BANNED])


def waiting_threads(workspace: Workspace) -> "QuerySet[Thread]":
    """The threads whose contact waits for an answer, without what is snoozed; the longest wait first."""
    rows: QuerySet[Thread] = Thread.objects.for_workspace(workspace)
    return rows.filter(_waits()).order_by("waiting_since", "id")


def _waits() -> Q:
    return Q(waiting_since__isnull=False, closed_at=None, active_at__lte=clock.now())


def waiting_count(workspace: Workspace) -> int:
    """How many persons :func:`waiting_threads` are of. One query, which looks for no more than ``MAX_COUNT + 1``."""
    rows = first_of_contact(waiting_threads(workspace), _waits(), "waiting_since", "id")
    return rows[: MAX_COUNT + 1].count()


def unassigned_too_long(workspace: Workspace) -> list[datetime]:
    """Since when the contacts wait whom nobody looks after for longer than the workspace wants, the longest wait first,
    at most ``MAX_COUNT + 1``. One query."""
    aim = timedelta(minutes=workspace.owner_workspace.unassigned_aim_minutes)
    rows: QuerySet[Any] = waiting_threads(workspace).filter(assignee=None, waiting_since__lte=clock.now() - aim)
    return list(rows.values_list("waiting_since", flat=True)[: MAX_COUNT + 1])


def first_of_contact(rows: "QuerySet[Thread]", among: Q, *order: Any) -> "QuerySet[Thread]":
    """Those of the threads that are the first one of their contact among those that match, in this order."""
    own = Thread.unscoped.filter(contact_id=OuterRef("contact_id"))
    if among:
        # PostgreSQL does not look into CASE, so the index of the contact alone fits. It takes the conditions of the
        # inbox for independent of each other, expects next to nothing in the indexes that have them, and would read
        # such a one from its beginning for each row.
        own = own.alias(is_among=Case(When(among, then=Value(True)), default=Value(False))).filter(is_among=True)
    first = Case(When(pk=Subquery(own.order_by(*order).values("pk")[:1]), then=Value(True)), default=Value(False))
    # Of a comparison PostgreSQL would expect that one in 200 rows matches, and would read all of them before it sorts.
    # Of CASE it expects every other one.
    return rows.alias(is_first=first).filter(is_first=True)


def behind(sort: str, value: Any, pk: Any) -> Q:
    """The rows that come after the one with this value and id in the order of a column (``-``: descending), ties broken
    by id."""
    column, way = sort.lstrip("-"), "lt" if sort.startswith("-") else "gt"
    # The first condition is that of an index, which does not know the second one.
    return Q(**{f"{column}__{way}e": value}) & (Q(**{f"{column}__{way}": value}) | Q(**{f"pk__{way}": pk}))


def with_names(messages: Iterable[Message]) -> None:
    """Load the contacts and accounts of these messages with a query each for all of them, or none if they are
    loaded."""
    prefetch_related_objects(list(messages), "contact", "account")


def with_attachments(messages: Iterable[Message]) -> None:
    """Load the attachments of these messages with their files, with one query for all of them, or none if no message
    was sent or received as a file."""
    rows = Attachment.unscoped.select_related("file").order_by("message_id", "position")
    having = [message for message in messages if message.kind in FileKind.values]
    prefetch_related_objects(having, Prefetch("attachments", queryset=rows))


def surely_unsent() -> Q:
    """Messages that have failed and that no attempt may have delivered.

    ``unsettled_since`` is the time of the first attempt whose result is not known, else that of the last attempt, which
    was refused. So the attempts from then on must be that last one alone. A worker that died in an attempt has written
    no row of it.
    """
    attempts = MessageAttempt.unscoped.filter(message=OuterRef("pk"), at__gte=OuterRef("unsettled_since"))
    refused = attempts.filter(number=OuterRef("attempts"), outcome="failed")
    earlier = attempts.filter(number__lt=OuterRef("attempts"))
    return (
        Q(status=Status.FAILED)
        & nothing_arrived()
        & (Q(unsettled_since=None) | Q(Exists(refused)) & ~Q(Exists(earlier)))
    )


def newest_messages(workspace: Workspace | int, threads: list[Thread], **conditions: object) -> dict[str, Message]:
    """The newest message of each of these threads by the thread's id, with its files; with ``conditions``, of those
    that meet them."""
    messages = Message.objects.for_workspace(workspace)
    newest_first = messages.filter(thread_id=OuterRef("pk"), **conditions).order_by("-created_at", "-id").values("pk")
    newest_of_each = Thread.unscoped.filter(pk__in=[thread.pk for thread in threads]).annotate(
        newest=Subquery(newest_first[:1])
    )
    rows = messages.filter(pk__in=newest_of_each.values("newest"))
    with_attachments(rows)
    return {message.thread_id: message for message in rows}


def planned_answers(workspace: Workspace | int, threads: list[Thread]) -> dict[str, datetime]:
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
