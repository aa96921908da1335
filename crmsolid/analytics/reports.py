"""The reports, as REST, MCP and the panel show them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from contacts.stats import funnel_report
from crmsolid.analytics.inputs import Span
from crmsolid.analytics.representations import (
    AccountConversationsOut,
    AccountFiguresOut,
    BacklogOut,
    BroadcastFiguresOut,
    ConversationFiguresOut,
    EveryoneOut,
    MemberConversationsOut,
    SequenceResultsOut,
    StageOut,
    VersionFiguresOut,
    WeekdayOut,
    WriterFiguresOut,
)
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.periods import Period, Report
from crmsolid.workspaces.actor import Actor
from messaging.broadcasts.stats import BroadcastFigures, broadcast_report
from messaging.conversation_stats import Conversations, conversation_report, counted_since, read_backlog
from messaging.stats import account_report, writing_hours
from messaging.team import TeamFigures, team_report
from messaging.threads.received import REPLY_WINDOW
from sequences.running.schedule import DAYS
from sequences.stats import MATURE_AFTER, result_report, sequence_report


@dataclass(frozen=True)
class ReportKind:
    """A report: the service that counts, how the figures of a period are shown, for how long what comes later changes
    the figures of a moment, and what it says of now, whatever the time."""

    count: Callable[[Actor, Sequence[Period]], Report[Any]]
    render: Callable[[Any], dict[str, Any]]
    grows_for: timedelta = timedelta()
    read_now: Callable[[Actor], dict[str, Any]] = lambda actor: {}


def _list(render: Callable[[Any], dict[str, Any]], name: str = "data") -> Callable[[Sequence[Any]], dict[str, Any]]:
    return lambda figures: {name: [render(each) for each in figures]}


def _broadcast(figures: BroadcastFigures) -> dict[str, Any]:
    broadcast = figures.broadcast
    return BroadcastFiguresOut.render(figures.outcomes, broadcast_id=broadcast.pk, name=broadcast.name)


def _team(figures: TeamFigures) -> dict[str, Any]:
    writers = [WriterFiguresOut.render(each) for each in figures.writers]
    return {"everyone": EveryoneOut.render(figures.everyone), "data": writers}


def _conversations(figures: Conversations) -> dict[str, Any]:
    members = [
        MemberConversationsOut.render(each, member_id=user.pk if user else None, name=user.shown_name if user else None)
        for user, each in figures.members
    ]
    accounts = [
        AccountConversationsOut.render(each, account_id=account.pk, name=account.name)
        for account, each in figures.accounts
    ]
    everyone = ConversationFiguresOut.render(figures.everyone)
    return {"everyone": everyone, "data": members, "accounts": accounts}


def _hours(figures: Sequence[Sequence[int]]) -> dict[str, Any]:
    days = zip(DAYS, figures, strict=True)
    return {"data": [WeekdayOut.render(hours, weekday=weekday) for weekday, hours in days if any(hours)]}


def _conversations_now(actor: Actor) -> dict[str, Any]:
    since = counted_since(actor)
    return {"backlog": BacklogOut.render(read_backlog(actor)), "counted_since": rfc3339(since) if since else None}


REPORTS = {
    "funnel": ReportKind(funnel_report, _list(StageOut.render, "stages")),
    "sequences": ReportKind(sequence_report, _list(VersionFiguresOut.render), REPLY_WINDOW),
    "enrollments": ReportKind(result_report, _list(SequenceResultsOut.render), MATURE_AFTER),
    "broadcasts": ReportKind(broadcast_report, _list(_broadcast), REPLY_WINDOW),
    "accounts": ReportKind(account_report, _list(AccountFiguresOut.render)),
    "team": ReportKind(team_report, _team),
    "conversations": ReportKind(conversation_report, _conversations, read_now=_conversations_now),
    "hours": ReportKind(writing_hours, _hours),
}


def read_report(name: str, actor: Actor, span: Span) -> dict[str, Any]:
    """The report with this name, as the API answers it."""
    kind = REPORTS[name]
    report = kind.count(actor, span.periods)

    def part(period: Period, figures: Any) -> dict[str, Any]:
        return {"from": rfc3339(period.begins), "to": rfc3339(period.ends), **kind.render(figures)}

    series = [part(*each) for each in zip(span.periods, report.series, strict=True)] if span.is_divided else None
    before = None if span.before is None else part(span.before, kind.count(actor, [span.before]).total)
    complete_until = rfc3339(clock.now() - kind.grows_for)
    whole = part(span.whole, report.total)
    return {**whole, "complete_until": complete_until, "series": series, "before": before, **kind.read_now(actor)}
