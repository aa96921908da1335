"""What the members of a workspace write to contacts, and how long contacts wait for it: the rows, and their statistics.

Everything is counted from ``WrittenMessage``, which keeps its rows when a contact is erased. docs/analytics.md says
which index answers these statements.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Min, Q, QuerySet

from crmsolid.api.pagination import Page, page
from crmsolid.core import periods as spans
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.periods import Period, Report
from crmsolid.core.unit_of_work import insert_later
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.working_hours import UnixTime, WorkedSeconds, hours_of
from messaging import episodes
from messaging.models import Message, Thread, WrittenMessage
from messaging.querysets import waiting_threads
from messaging.threads.state import Answered

PHONE = "phone"
# Told of each message that a member has written, with the actor, None for the phone, in the transaction that stores it.
member_wrote: ExtensionPoint[Callable[[Message, Actor | None], None]] = ExtensionPoint("watchers of answers")
# How each list of :func:`list_written` is sorted.
WRITTEN_FIGURES = {"written": "-at", "answered": "-worked", "late": "-worked"}


# --- The rows ---------------------------------------------------------------------------------------------------------
def author_of(actor: Actor | None) -> tuple[int | None, str]:
    """The id of the member, None for anybody else, and the interface; without an actor it was written on the phone."""
    is_member = actor is not None and actor.subject.kind == "user"
    return int(actor.subject.id) if actor is not None and is_member else None, actor.surface if actor else PHONE


def record_written(message: Message, actor: Actor | None, at: datetime | None, answered: Answered | None) -> None:
    """A person wrote the message; what it answered is ``answered``. ``at`` is None for one that is planned, and
    ``answered`` then too. Runs in the transaction that stores the message."""
    author_id, via = author_of(actor)
    waiting_since, episode_id = (None, None) if answered is None else answered[1:]
    insert_later(
        WrittenMessage(
            workspace_id=message.workspace_id,
            message_id=message.pk,
            author_id=author_id,
            via=via,
            at=at,
            waited=None if at is None else _seconds(waiting_since, at),
            episode_id=episode_id,
        )
    )
    if author_id is not None or via == PHONE:
        for wrote in member_wrote.values():
            wrote(message, actor)


def record_sent(planned: Iterable[Message], now: datetime) -> None:
    """These messages, which were planned, are sent. Their threads, which are locked, still say since when the contacts
    wait."""
    by_message = {message.pk: message.thread_id for message in planned}
    rows = list(WrittenMessage.unscoped.filter(message__in=by_message, at=None).order_by("pk"))
    if not rows:
        return
    since = dict(Thread.unscoped.filter(pk__in=by_message.values()).values_list("pk", "waiting_since"))
    for row in rows:
        # Of two answers to one wait, the first has ended it.
        row.at, row.waited = now, _seconds(since.pop(by_message[str(row.message_id)], None), now)
    episodes.answered_later(rows, {row.pk: by_message[str(row.message_id)] for row in rows})
    WrittenMessage.unscoped.bulk_update(rows, ["at", "waited", "episode"])


def _seconds(since: datetime | None, at: datetime) -> int | None:
    return None if since is None or since > at else int((at - since).total_seconds())


def forget(message_ids: Sequence[str]) -> None:
    """These messages were canceled."""
    if message_ids:
        rows = WrittenMessage.unscoped.filter(message__in=message_ids)
        written_in = set(rows.filter(episode__isnull=False).values_list("episode", flat=True))
        rows.delete()
        if written_in:
            episodes.answers_taken_back(sorted(written_in))


def outlive_messages(workspace_id: int, contact_id: str) -> None:
    """The messages of the contact are about to be erased; what is counted of them stays."""
    rows = WrittenMessage.objects.for_workspace(workspace_id).filter(message__contact=contact_id)
    rows.filter(at=None).delete()
    rows.update(message=None)


# --- Statistics -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes to contacts: a member in the panel, or with ``user`` None whoever uses the interface ``via``. Both
    are empty for everybody together."""

    user: User | None = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class WriterFigures:
    """What somebody wrote in a period: ``written`` messages, with which ``answered`` waits of contacts ended,
    ``in_time`` of them within the aim of the workspace; how long the median of these waits was, and that which a tenth
    exceeded, all in its working hours."""

    writer: Writer
    written: int = 0
    answered: int = 0
    in_time: int = 0
    median: timedelta | None = None
    slowest_tenth: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """What everybody wrote in a period, and each who wrote anything, those with the most answers first."""

    everyone: WriterFigures
    writers: Sequence[WriterFigures]


class _Percentile(Aggregate):
    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, *, share: float) -> None:
        super().__init__(expression, share=share)


def _worked(workspace: Workspace) -> F | WorkedSeconds:
    """For how much of the working hours the contact had waited, in seconds; NULL if they did not wait."""
    hours = hours_of(workspace)
    return F("waited") if hours is None else WorkedSeconds(hours, UnixTime("at") - F("waited"), UnixTime("at"))


def aim_of(workspace: Workspace) -> timedelta:
    """Within what time the members want to answer."""
    return timedelta(minutes=workspace.owner_workspace.answer_aim_minutes)


def _aggregates(workspace: Workspace) -> dict[str, Aggregate]:
    return {
        "written": Count("*"),
        "answered": Count("waited"),
        "in_time": Count("waited", filter=Q(worked__lte=aim_of(workspace).total_seconds())),
        "median": _Percentile("worked", share=0.5),
        "slowest": _Percentile("worked", share=0.9),
    }


def team_report(actor: Actor, periods: Sequence[Period]) -> Report[TeamFigures]:
    """The figures of everybody and of each writer in each of these periods. Errors: ``scope_missing``."""
    whole = [Period(periods[0].begins, periods[-1].ends)]
    everyone, writers = everyone_report(actor, periods), writers_by_period(actor, whole)
    series = writers if len(periods) == 1 else writers_by_period(actor, periods)
    return Report(TeamFigures(everyone.total, writers[0]), [*map(TeamFigures, everyone.series, series)])


def everyone_report(actor: Actor, periods: Sequence[Period]) -> Report[WriterFigures]:
    """The figures of everybody together. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = _written(actor, Period(periods[0].begins, periods[-1].ends))
    total = _figures(Writer(), *rows.aggregate(**_aggregates(actor.workspace)).values())
    return Report(total, [total] if len(periods) == 1 else everyone_by_period(actor, periods))


def everyone_by_period(actor: Actor, periods: Sequence[Period]) -> list[WriterFigures]:
    """The figures of everybody in each of these periods, without those of all of them, whose medians are a statement of
    their own. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = _written(actor, Period(periods[0].begins, periods[-1].ends))
    numbered = rows.annotate(number=spans.number_of("at", periods)).values_list("number")
    grouped = numbered.annotate(**_aggregates(actor.workspace)).order_by()
    found = {number: _figures(Writer(), *values) for number, *values in grouped}
    return [found.get(number, WriterFigures(Writer())) for number in range(len(periods))]


def writers_by_period(actor: Actor, periods: Sequence[Period]) -> list[list[WriterFigures]]:
    """By period, the figures of each who wrote anything in it, those with the most answers first.

    Errors: ``scope_missing``.
    """
    actor.require(Scope.READ_ANALYTICS)
    rows = _written(actor, Period(periods[0].begins, periods[-1].ends))
    numbered = rows.annotate(number=spans.number_of("at", periods))
    grouped = list(numbered.values_list("number", "author", "via").annotate(**_aggregates(actor.workspace)).order_by())
    users = User.objects.in_bulk({author_id for _, author_id, *_ in grouped if author_id})
    series: list[list[WriterFigures]] = [[] for _ in periods]
    for number, author_id, via, *values in grouped:
        series[number].append(_figures(Writer(users.get(author_id), via), *values))
    return [sorted(each, key=lambda one: (-one.answered, -one.written, one.writer.via)) for each in series]


def _figures(
    writer: Writer, written: int, answered: int, in_time: int, median: float | None, slowest: float | None
) -> WriterFigures:
    return WriterFigures(writer, written, answered, in_time, _duration(median), _duration(slowest))


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=round(seconds))


def _written(actor: Actor, period: Period) -> "QuerySet[Any]":
    rows = WrittenMessage.objects.for_workspace(actor.workspace)
    return rows.filter(at__gte=period.begins, at__lt=period.ends).annotate(worked=_worked(actor.workspace))


def list_written(
    actor: Actor,
    figure: str,
    period: Period,
    *,
    author_id: int | None = None,
    via: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """What :func:`team_report` counts as ``figure``, one of ``WRITTEN_FIGURES``, with author, message, contact, thread
    and the wait in working hours (``worked``, seconds); of everybody without ``via``. What was written is sorted by
    time, answers by how long they took, the slowest first. Rows of erased contacts have no message.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    sort = WRITTEN_FIGURES[figure]
    rows = _written(actor, period).select_related("author", "message__contact")
    if figure != "written":
        longer_than = aim_of(actor.workspace).total_seconds() if figure == "late" else -1
        rows = rows.filter(waited__isnull=False, worked__gt=longer_than)
    if via:
        rows = rows.filter(author=author_id, via=via)
    filters = {"figure": figure, "author": author_id, "via": via, "from": period.begins}
    return page(
        rows, sort=sort, limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters, may_skip=True
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many contacts wait now, without those of snoozed conversations; the first of them since ``since``."""

    number: int
    since: datetime


def waiting_now(actor: Actor) -> dict[int | None, Waiting]:
    """By the user who looks after the conversations, None for nobody. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = waiting_threads(actor.workspace).order_by().values_list("assignee")
    grouped = rows.annotate(number=Count("*"), since=Min("waiting_since"))
    return {user_id: Waiting(number, since) for user_id, number, since in grouped}
