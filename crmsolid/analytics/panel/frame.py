"""What the pages of reports share: the tabs, the days, tiles, files."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from contacts.export import cell
from contacts.models import Stage
from crmsolid.analytics.panel import charts
from crmsolid.analytics.panel.charts import NUMBER, RATE, Unit, Value
from crmsolid.analytics.panel.days import PRESETS, Days, DaysForm, label, short_label
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.periods import Period
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces.models import Workspace

TABS = {
    "overview": "Overview",
    "team": "Team",
    "funnel": "Funnel",
    "sequences": "Sequences",
    "broadcasts": "Broadcasts",
    "accounts": "Accounts",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in large: its value, the change against the time before in words and whether it is good news, that
    value, a spark line, where the figure leads, and what else there is to say. Empty for what there is not."""

    title: str
    value: str
    change: str = ""
    arrow: str = ""
    judged: str = ""
    before: str = ""
    spark: charts.Spark | None = None
    link: str = ""
    note: str = ""


def tile(
    title: str,
    value: Value,
    before: Value,
    series: Sequence[Value],
    unit: Unit = NUMBER,
    *,
    better: str = "",
    link: str = "",
) -> Tile:
    """A tile; ``before`` is None without a comparison. ``better``: which way is good news, ``up`` or ``down``."""
    shown = "no data yet" if value is None else unit.text(value)
    if value is None or before is None:
        return Tile(title, shown, spark=charts.spark(series), link=link if value else "")
    change = _change(value, before, unit)
    way = "up" if value > before else "down"
    judged = "" if not better else "better" if way == better else "worse"
    return Tile(
        title,
        shown,
        change=change,
        arrow=("↑" if way == "up" else "↓") if change else "",
        judged=judged if change else "",
        before=f"from {unit.text(before)}" if change else "as before",
        spark=charts.spark(series),
        link=link if value else "",
    )


def _change(value: float, before: float, unit: Unit) -> str:
    """By how much the figure has changed, without a sign; empty if it looks the same."""
    if unit.text(value) == unit.text(before):
        return ""
    if unit is RATE:
        return f"{abs(value - before) * 100:.1f} points"
    if unit is NUMBER and before:
        return f"{abs(value - before) / before:.0%}"
    return unit.text(abs(value - before))


def time_of(parts: Sequence[dict[str, Any]], days: Days, workspace: Workspace, final: int) -> charts.Time:
    """The time axis of periods as the API answers them."""
    return charts.Time(
        [label(part["from"], part["to"], days.interval, workspace) for part in parts],
        [short_label(part["from"], days.interval, workspace) for part in parts],
        days.last >= clock.now().astimezone(workspace.zone).date(),
        final,
    )


def as_part(period: Period) -> dict[str, Any]:
    """A period as the API answers it."""
    return {"from": rfc3339(period.begins), "to": rfc3339(period.ends)}


def csv_file(name: str, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A file. Texts are defused as in the export of contacts."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([*map(cell, row)] for row in rows)
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(
        text.getvalue(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def draw_funnel(now: Mapping[str, int], before: Mapping[str, int] | None) -> dict[str, Any]:
    """How many contacts reached each stage from new to won, and in the time before, as bars for a desk and a phone."""
    rows: list[tuple[str, int, int | None, str]] = []
    above = 0
    for stage in Stage:
        if stage == Stage.LOST:
            continue
        # More may come to a stage than came to the one before: some were in that one already.
        share = f"{now[stage] / above:.0%}" if above >= now[stage] and above else ""
        rows.append((str(stage.label), now[stage], before[stage] if before else None, share))
        above = now[stage]
    narrow, wide = charts.bars(rows, 350), charts.bars(rows, 460)
    return {"rows": rows, "wide": wide, "narrow": narrow, "compares": before is not None}


class FramedPage(TenantPage):
    """A page below the tabs of the reports, about the days that its address says."""

    may_be_slow = True
    tab = ""

    def render_framed(
        self, days: Days, form: DaysForm, *, kept: dict[str, Any] | None = None, **context: Any
    ) -> HttpResponseBase:
        """``kept`` are parameters of the address that stay when other days are chosen."""
        kept = kept or {}
        return self.render(
            status=422 if form.errors else 200,
            page_label="Reports",
            form=form,
            days=days,
            zone=self.workspace.zone.key,
            kept=kept,
            tabs=[
                (title, f"{panel_url(f'analytics_{name}')}?{days.encoded}", name == self.tab)
                for name, title in TABS.items()
            ],
            presets=[
                (f"?{urlencode({'period': key, **kept})}", title, key == days.preset) for key, title in PRESETS.items()
            ],
            **context,
        )
