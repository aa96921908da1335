"""The figures of today on Home, beside those of the same hours a week ago, and the days of the week between as a line.

Days are those of the workspace's time zone, as in the reports.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.periods import Period, start_of_day
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext

DAYS = 8  # today and the seven days before
# Of more contacts that were added in these days, the newest are counted.
MAX_CONTACTS = 10_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A tile: the value of today, empty for none, and ``change``, such as "2 more", from that of a week ago by now."""

    title: str
    value: str
    change: str
    is_better: bool
    link: str


def figures(panel: PanelContext) -> list[Figure]:
    days = _days(panel)
    return [_new_contacts(panel, days)]


def _days(panel: PanelContext) -> list[Period]:
    """The last ``DAYS`` days, the last of them up to now."""
    zone, now = ZoneInfo(panel.live.time_zone), clock.now()
    today = now.astimezone(zone).date()
    begins = [start_of_day(today - timedelta(days=number), zone) for number in reversed(range(DAYS))]
    return [Period(begin, end) for begin, end in zip(begins, [*begins[1:], now], strict=True)]


def _new_contacts(panel: PanelContext, days: Sequence[Period]) -> Figure:
    rows = Contact.objects.for_workspace(panel.workspace).filter(created_at__gte=days[0].begins)
    times = list(rows.order_by("-created_at", "-id").values_list("created_at", flat=True)[: MAX_CONTACTS + 1])
    today = sum(at >= days[-1].begins for at in times)
    by_then = days[0].begins + (days[-1].ends - days[-1].begins)
    before = sum(at < by_then for at in times)
    has_all = len(times) <= MAX_CONTACTS
    return Figure(
        "New contacts today",
        f"{today:,}" if today <= MAX_CONTACTS else f"{MAX_CONTACTS:,}+",
        _change(today - before) if has_all else "",
        today >= before,
        panel_url("contacts_contact_changelist"),
    )


def _change(difference: int) -> str:
    if not difference:
        return "As many"
    return f"{abs(difference):,} {'more' if difference > 0 else 'fewer'}"
