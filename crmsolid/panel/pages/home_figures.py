"""The figures of today on Home, beside those of the same hours a week ago, and the days between as a line.

Days are those of the workspace's time zone, as in the reports.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contacts.models import Contact
from crmsolid.analytics.panel.charts import MINUTES, Unit
from crmsolid.analytics.panel.charts import NUMBER as PLAIN
from crmsolid.analytics.panel.frame import Tile, tile
from crmsolid.core import clock
from crmsolid.core.periods import Period, start_of_day
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.team import WriterFigures, everyone_by_period

DAYS = 8  # today and the seven days before
# Of more contacts that were added in these days, the newest are counted.
MAX_CONTACTS = 10_000


def figures(actor: Actor) -> list[Tile]:
    """How long customers waited for an answer today, how many were answered, and how many contacts are new."""
    days, week_ago = _days(actor.workspace)
    answers, [before] = everyone_by_period(actor, days), everyone_by_period(actor, [week_ago])
    link = panel_url("analytics_answers")
    return [
        _tile("First response today", [_minutes(each) for each in answers], _minutes(before), MINUTES, "down", link),
        _tile("Answered today", [each.answered for each in answers], before.answered, PLAIN, "up", link),
        _new_contacts(actor.workspace, days, week_ago),
    ]


def _days(workspace: Workspace) -> tuple[list[Period], Period]:
    """The last ``DAYS`` days, the last of them up to now; and of the first one the hours that have passed today."""
    zone, now = ZoneInfo(workspace.owner_workspace.time_zone), clock.now()
    today = now.astimezone(zone).date()
    begins = [start_of_day(today - timedelta(days=number), zone) for number in reversed(range(DAYS))]
    days = [Period(begin, end) for begin, end in zip(begins, [*begins[1:], now], strict=True)]
    return days, Period(begins[0], begins[0] + (now - begins[-1]))


def _tile(title: str, series: Sequence[Any], before: Any, unit: Unit, better: str, link: str) -> Tile:
    """``series`` has today at its end."""
    made = tile(title, series[-1], before, series, unit, better=better, link=link)
    return replace(made, before="from a week ago by now" if made.change else made.before)


def _minutes(figures_of_day: WriterFigures) -> float | None:
    median = figures_of_day.median
    return None if median is None else median.total_seconds() / 60


def _new_contacts(workspace: Workspace, days: Sequence[Period], week_ago: Period) -> Tile:
    rows = Contact.objects.for_workspace(workspace).filter(created_at__gte=days[0].begins)
    times = list(rows.order_by("-created_at", "-id").values_list("created_at", flat=True)[: MAX_CONTACTS + 1])
    counts = [sum(day.begins <= at < day.ends for at in times) for day in days]
    link = panel_url("contacts_contact_changelist")
    if len(times) > MAX_CONTACTS:
        return Tile(
            "New contacts today", f"{counts[-1]:,}" if counts[-1] < len(times) else f"{MAX_CONTACTS:,}+", link=link
        )
    return _tile("New contacts today", counts, sum(at < week_ago.ends for at in times), PLAIN, "up", link)
