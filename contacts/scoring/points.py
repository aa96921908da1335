"""How many points there are: once or each time, the cap of a day, the half-life. Functions of their arguments, but for
the time zone of a workspace."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from contacts.models import ScoringRule
from contacts.scoring.models import ONCE, Times
from contacts.scoring.occasions import Occasion
from crmsolid.core.periods import start_of_day
from crmsolid.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Award:
    """Points that a rule gave, or gives, a contact for one occasion."""

    key: str
    points: int
    cause: str
    at: datetime


def awards(rule: ScoringRule, occasions: Iterable[Occasion], earlier: Sequence[Award], zone: ZoneInfo) -> list[Award]:
    """What the rule gives one contact for these occasions. ``earlier`` are the awards of this rule and contact that
    decide it: the one with the key ``once``, and those of the days of the occasions."""
    keys = {each.key for each in earlier}
    spent: dict[date, int] = {}
    for each in earlier:
        day = day_of(each.at, zone)
        spent[day] = spent.get(day, 0) + abs(each.points)
    new: list[Award] = []
    for occasion in sorted(occasions, key=lambda occasion: (occasion.at, occasion.key)):
        key = ONCE if rule.times == Times.ONCE else occasion.key
        if key in keys:
            continue
        size, day = abs(rule.points), day_of(occasion.at, zone)
        if rule.daily_cap is not None:
            size = min(size, rule.daily_cap - spent.get(day, 0))
        if size <= 0:
            continue
        keys.add(key)
        spent[day] = spent.get(day, 0) + size
        new.append(Award(key, size if rule.points > 0 else -size, occasion.cause, occasion.at))
    return new


def zones_of(rules: Iterable[ScoringRule]) -> dict[int, ZoneInfo]:
    """The time zones of the workspaces of these rules. Only a cap needs them: one query if a rule has one, else UTC."""
    rules = list(rules)
    zones = {rule.workspace_id: ZoneInfo("UTC") for rule in rules}
    capped = {rule.workspace_id for rule in rules if rule.daily_cap is not None}
    if capped:
        workspaces = Workspace.objects.filter(pk__in=capped).select_related("live")
        zones |= {workspace.pk: workspace.zone for workspace in workspaces}
    return zones


def day_of(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def day_around(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the day around ``at`` begins and ends."""
    day = day_of(at, zone)
    return start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)


def decayed(points: int, awarded_at: datetime, half_life: timedelta, now: datetime) -> int:
    """What is left of an award at ``now``, rounded to whole points (a half counts as one)."""
    age = max(timedelta(0), now - awarded_at)
    return int(math.copysign(math.floor(abs(points) * 0.5 ** (age / half_life) + 0.5), points))


def next_decay(points: int, awarded_at: datetime, half_life: timedelta, now: datetime) -> datetime | None:
    """When :func:`decayed` changes next after ``now``; None if nothing is left. A second late rather than early."""
    left = abs(decayed(points, awarded_at, half_life, now))
    if not left:
        return None
    return awarded_at + half_life * math.log2(abs(points) / (left - 0.5)) + timedelta(seconds=1)
