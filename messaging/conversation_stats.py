"""Statistics of conversations: how many began, were handled and closed, in what time, and who waits now.

Counted from ``Episode`` and ``WrittenMessage``, which keep their rows when a contact is erased. A first answer counts
when it was written and a closing when it happened, so the figures of the past stay. Times are those within the working
hours of the workspace. docs/analytics.md says which index answers these statements.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Count, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Greatest

from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core import periods as spans
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import User
from crmsolid.workspaces.working_hours import DAY, UnixTime, WorkedSeconds, WorkingHours, hours_of
from messaging.models import Account, Episode, WrittenMessage
from messaging.querysets import waiting_threads
from messaging.team import aim_of


@dataclass(frozen=True, slots=True)
class Durations:
    """So many conversations took a time; ``slowest_tenth`` is what a tenth of them exceeded."""

    number: int = 0
    median: timedelta | None = None
    slowest_tenth: timedelta | None = None


NONE = Durations()


@dataclass(frozen=True, slots=True)
class ConversationFigures:
    """``new`` conversations began in the period, ``new_people`` of them with people who had never written; in
    ``handled`` of all somebody wrote to the contact. ``answered``: those that got their first answer, in what time;
    ``closed``: those that were closed, in what time since they began."""

    new: int = 0
    new_people: int = 0
    handled: int = 0
    answered: Durations = NONE
    closed: Durations = NONE


@dataclass(frozen=True, slots=True)
class Conversations:
    """Of everybody; of each member, and with None of whoever is none, those with the most handled first; of each
    account, oldest first."""

    everyone: ConversationFigures
    members: Sequence[tuple[User | None, ConversationFigures]]
    accounts: Sequence[tuple[Account, ConversationFigures]]


# Of whom: everybody, an account or a member.
EVERYONE, ACCOUNT, MEMBER = "everyone", "account", "member"
# The number of the period, None for all of them; of whom; the id of the account or the user.
_Key = tuple[int | None, str, int | None]
_Found = dict[_Key, Any]


def conversation_report(actor: Actor, periods: Sequence[Period]) -> Report[Conversations]:
    """The figures in each of these periods, which follow each other. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    began, written = _began(actor, periods), _handled(actor, periods)
    answered, closed = _first_answers(actor, periods), _closings(actor, periods)
    accounts = list(Account.objects.for_workspace(actor.workspace).order_by("created_at", "id"))
    users: dict[int, User] = User.objects.in_bulk(
        {key[2] for key in (*written, *answered, *closed) if key[1] == MEMBER and key[2]}
    )

    def figures(*key: Any) -> ConversationFigures:
        new, new_people = began.get(key, (0, 0))
        return ConversationFigures(new, new_people, written.get(key, 0), answered.get(key, NONE), closed.get(key, NONE))

    def all_of(number: int | None) -> Conversations:
        ids = {key[2] for key in (*written, *answered, *closed) if key[:2] == (number, MEMBER)}
        members = [(users.get(user_id) if user_id else None, figures(number, MEMBER, user_id)) for user_id in ids]
        return Conversations(
            figures(number, EVERYONE, None),
            sorted(members, key=lambda each: (each[0] is None, -each[1].handled, -each[1].closed.number, str(each[0]))),
            [(account, figures(number, ACCOUNT, account.pk)) for account in accounts],
        )

    total = all_of(None)
    return Report(total, [total] if len(periods) == 1 else [all_of(number) for number in range(len(periods))])


def _episodes(actor: Actor, time: str, periods: Sequence[Period]) -> "QuerySet[Any]":
    rows = Episode.objects.for_workspace(actor.workspace)
    return rows.filter(**{f"{time}__gte": periods[0].begins, f"{time}__lt": periods[-1].ends})


def _began(actor: Actor, periods: Sequence[Period]) -> _Found:
    rows = _episodes(actor, "opened_at", periods).annotate(number=spans.number_of("opened_at", periods))
    counted = rows.values_list("number", "account").annotate(
        new=Count("*"), new_people=Count("pk", filter=Q(is_first=True))
    )
    found: dict[_Key, Counter[str]] = defaultdict(Counter)
    for number, account_id, new, people in counted.order_by():
        for key in (
            (None, EVERYONE, None),
            (number, EVERYONE, None),
            (None, ACCOUNT, account_id),
            (number, ACCOUNT, account_id),
        ):
            found[key] += Counter(new=new, people=people)
    return {key: (counts["new"], counts["people"]) for key, counts in found.items()}


def _first_answers(actor: Actor, periods: Sequence[Period]) -> _Found:
    rows = _episodes(actor, "first_answer_at", periods)
    return _durations(rows, "first_answer_at", "first_answer_by", seconds_to_answer(hours_of(actor.workspace)), periods)


def _closings(actor: Actor, periods: Sequence[Period]) -> _Found:
    rows = _episodes(actor, "closed_at", periods)
    return _durations(rows, "closed_at", "closed_by", seconds_to_close(hours_of(actor.workspace)), periods)


def seconds_to_answer(hours: WorkingHours | None) -> WorkedSeconds:
    """From the beginning of an episode to its first answer."""
    return WorkedSeconds(hours, UnixTime("opened_at"), UnixTime("first_answer_at"))


def seconds_to_close(hours: WorkingHours | None) -> WorkedSeconds:
    """From the beginning of an episode to its closing. Telegram's clock may be ahead of ours."""
    return WorkedSeconds(hours, UnixTime("opened_at"), UnixTime(Greatest("closed_at", "opened_at")))


def _durations(rows: "QuerySet[Any]", time: str, by: str, seconds: WorkedSeconds, periods: Sequence[Period]) -> _Found:
    rows = rows.annotate(number=spans.number_of(time, periods), value=seconds)
    what = "count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY value)"
    found = _grouped(rows.values_list("number", "account", by, "value"), what, periods)
    return {
        key: Durations(number, *(timedelta(seconds=round(each)) for each in both))
        for key, (number, both) in found.items()
    }


def _handled(actor: Actor, periods: Sequence[Period]) -> _Found:
    rows = WrittenMessage.objects.for_workspace(actor.workspace).filter(
        at__gte=periods[0].begins, at__lt=periods[-1].ends, episode__isnull=False
    )
    rows = rows.annotate(number=spans.number_of("at", periods))
    rows = rows.values_list("number", "episode__account", "author", "episode")
    return {key: number for key, (number,) in _grouped(rows, "count(DISTINCT value)", periods).items()}


def _grouped(rows: "QuerySet[Any]", what: str, periods: Sequence[Period]) -> _Found:
    """``what`` of the ``value`` of these rows (number of the period, account, member, value): of everybody, of each
    account and of each member, in all of the time and in each period. One statement reads the rows once; the ORM has no
    GROUPING SETS."""
    sets, by_period = ["()", "(account)", "(member)"], "false, NULL"
    if len(periods) > 1:
        sets += ["(number)", "(number, account)", "(number, member)"]
        by_period = "grouping(number) = 0, number"
    inner, params = rows.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {by_period}, grouping(account) = 0, account, grouping(member) = 0, member, {what}"
            f" FROM ({inner}) AS rows (number, account, member, value) GROUP BY GROUPING SETS ({', '.join(sets)})"
            " HAVING count(*) > 0",
            params,
        )
        found = cursor.fetchall()
    result: _Found = {}
    for by_number, number, by_account, account, by_member, member, *values in found:
        whose = (ACCOUNT, account) if by_account else (MEMBER, member) if by_member else (EVERYONE, None)
        result[number if by_number else None, *whose] = values
    return result


def counted_since(actor: Actor) -> datetime | None:
    """When the first conversation that is counted began; None if there were none before. A contact who waited for an
    answer before it was in one. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    rows = Episode.objects.for_workspace(actor.workspace).order_by("opened_at")
    since: datetime = rows.values_list("opened_at", flat=True).first() or clock.now()
    answers = WrittenMessage.objects.for_workspace(actor.workspace).filter(at__lt=since, waited__isnull=False)
    return since if answers.exists() else None


# --- Who waits now ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Age:
    """So many contacts have waited for less than ``below``, None for longer, and not less than the age before;
    ``unassigned`` of them in conversations that nobody looks after."""

    below: timedelta | None
    waiting: int = 0
    unassigned: int = 0


@dataclass(frozen=True, slots=True)
class Backlog:
    """The contacts who wait now, as the inbox shows them without snoozed conversations, by how long they have waited in
    working hours, and how many by account."""

    ages: Sequence[Age]
    by_account: Mapping[int, int] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        return sum(age.waiting for age in self.ages)

    @property
    def unassigned(self) -> int:
        return sum(age.unassigned for age in self.ages)


def read_backlog(actor: Actor) -> Backlog:
    """Who waits now. The ages end at the aim for answers, 1 hour, 4 hours and a day, which is a working day where there
    are working hours. Errors: ``scope_missing``."""
    actor.require(Scope.READ_ANALYTICS)
    hours, now = hours_of(actor.workspace), clock.now()
    day = hours.day_length if hours else timedelta(seconds=DAY)
    bounds = sorted({aim_of(actor.workspace), timedelta(hours=1), timedelta(hours=4), day})
    until = Func(template=f"{int(now.timestamp())}::bigint", output_field=BigIntegerField())
    limits = Value([int(each.total_seconds()) for each in bounds], ArrayField(BigIntegerField()))
    waited = WorkedSeconds(hours, UnixTime("waiting_since"), until)
    age = Func(waited, limits, function="width_bucket", output_field=IntegerField())
    rows = waiting_threads(actor.workspace).annotate(age=age).order_by()
    ages = [Age(each) for each in (*bounds, None)]
    by_account: Counter[int] = Counter()
    counted = rows.values_list("age", "account").annotate(
        waiting=Count("*"), unassigned=Count("pk", filter=Q(assignee=None))
    )
    for number, account_id, waiting, unassigned in counted:
        of = ages[number]
        ages[number] = replace(of, waiting=of.waiting + waiting, unassigned=of.unassigned + unassigned)
        by_account[account_id] += waiting
    return Backlog(ages, by_account)


# --- What a figure counts ---------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Figure:
    """By which time and member a figure counts episodes, and how long what it counts took; it is sorted by that, the
    longest first, else by time."""

    time: str
    by: str = ""
    took: Callable[[WorkingHours | None], WorkedSeconds] | None = None


EPISODE_FIGURES = {
    "new": _Figure("opened_at"),
    "answered": _Figure("first_answer_at", "first_answer_by", seconds_to_answer),
    "closed": _Figure("closed_at", "closed_by", seconds_to_close),
}


def list_episodes(
    actor: Actor,
    figure: str,
    period: Period,
    *,
    account_id: int | None = None,
    user_id: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """What :func:`conversation_report` counts as ``figure``, one of ``EPISODE_FIGURES``, of everybody, an account or a
    member (0: whoever is none), with account, contact and ``took`` in seconds: the longest first, new ones by time.
    Those of erased contacts have no thread.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    which = EPISODE_FIGURES[figure]
    rows = _episodes(actor, which.time, [period])
    rows = rows.select_related("account", "thread__contact", "first_answer_by", "closed_by")
    if account_id is not None:
        rows = rows.filter(account=account_id)
    if user_id is not None and which.by:
        rows = rows.filter(**{which.by: user_id or None})
    sort = f"-{which.time}"
    if which.took is not None:
        rows, sort = rows.annotate(took=which.took(hours_of(actor.workspace))), "-took"
    filters = {"figure": figure, "account": account_id, "user": user_id, "from": period.begins}
    return page(
        rows, sort=sort, limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters, may_skip=True
    )
