"""``crmsolid analytics``: figures of a period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from .context import App, given, json_option, pass_app, time_option
from .output import Column, Row, note, plain, print_object, print_table

REPORTS = {
    "accounts": "What the accounts sent, what failed, and what came back.",
    "broadcasts": "What came of the messages of broadcasts.",
    "conversations": "How many conversations began, were handled and closed, and who waits now.",
    "enrollments": "What came of the contacts who were enrolled, by sequence.",
    "funnel": "How many contacts reached each stage, and in what time.",
    "sequences": "What came of the messages of sequences, by version and step.",
    "team": "How many messages members wrote by hand, and how long contacts had waited for them.",
}


@click.group()
def analytics() -> None:
    """Figures of the last 30 days, or of another period."""


def _command(report: str, told: str) -> click.Command:
    @click.command(report, help=f"{told}\n\n\b\nExample:\n  crmsolid analytics {report} --from 7d --interval day")
    @time_option("--from", help="From this time on, for example 7d. [default: 30d]")
    @time_option("--to", help="Before this time. [default: now]")
    @click.option("--interval", type=click.Choice(["day", "week", "month"]), help="The figures of each of these too.")
    @click.option("--compare", is_flag=True, help="The figures of as many days before too.")
    @json_option()
    @pass_app
    def show(app: App, to: datetime | None, interval: str | None, compare: bool, as_json: bool, **since: Any) -> None:
        period = given(from_=since["from"], to=to, interval=interval, compare=compare or None)
        row = plain(getattr(app.client.analytics, report)(**period))
        if as_json:
            print_object(row, as_json)
        else:
            _print(row)

    return show


for _report, _told in REPORTS.items():
    analytics.add_command(_command(_report, _told))


def _print(report: Row) -> None:
    """Single figures line by line, then a table for each list of objects."""
    tables = {name: value for name, value in report.items() if _is_table(value)}
    print_object({name: value for name, value in report.items() if name not in tables}, as_json=False)
    for name, rows in tables.items():
        note(f"\n{name}:")
        print_table(rows, [_column(member) for member in rows[0]])


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _column(member: str) -> Column:
    return Column(member.upper().replace("_", " "), member, whole=member == "id" or member.endswith("_id"))
