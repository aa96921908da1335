"""``crmsolid events``: the event log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import UnreadableEvent
from .context import App, given, json_option, list_options, page_size, pass_app, time_option, type_option
from .output import ID, Column, Row, clean, local_time, note, plain, print_lines, print_list, time_column, write

if TYPE_CHECKING:
    from .._sync.follow import EventFollower
    from ..models import Event

DEFAULT_PERIOD = timedelta(days=1)


@click.group()
def events() -> None:
    """The event log: what webhooks are sent, kept for 30 days."""


@events.command("list")
@type_option("--type")
@time_option("--since", help="From this time on. [default: 1d]")
@list_options
@pass_app
def list_events(app: App, types: tuple[str, ...], since: datetime | None, most: int | None, as_json: bool) -> None:
    """List events, oldest first.

    \b
    Example:
      crmsolid events list --type message.received --since 2h
    """
    begin = since or datetime.now(UTC) - DEFAULT_PERIOD
    only = given(type=types[0]) if len(types) == 1 else {}
    listed: Iterable[Event] = app.client.events.list(**only, since=begin, limit=page_size(most))
    if len(types) > 1:
        listed = (event for event in listed if event.event in types)
    columns = (
        ID,
        time_column("AT", "created_at", "%m-%d %H:%M:%S"),
        Column("TYPE", "event", whole=True),
        Column("ABOUT", about),
    )
    print_list(listed, as_json, columns, most)


@events.command("follow")
@type_option("--type")
@time_option("--since", help="From this time on, for example 1h. [default: what happens from now on]")
@click.option(
    "--position",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep in this file what has been printed, and go on from there: no event is left out.",
)
@json_option(lines=True)
@pass_app
def follow_events(app: App, types: tuple[str, ...], since: datetime | None, file: Path | None, as_json: bool) -> None:
    """Print events as they happen, until Ctrl-C. A lost connection is made again without a gap.

    \b
    Example:
      crmsolid events follow --type message.received --position events.position --json
    """
    from .._positions import PositionFile

    store = None if file is None else PositionFile(file)
    with app.client.events.follow(**given(types=types, since=since, store=store)) as follower:
        note("Following the event log. Ctrl-C ends it.")
        for row in followed(follower):
            if as_json:
                print_lines([row])
            else:
                write(event_line(row) + "\n")


def followed(follower: EventFollower) -> Iterator[Row]:
    """The events; one that cannot be read is shown on standard error."""
    while True:
        try:
            for event in follower:
                yield plain(event)
            return
        except UnreadableEvent as error:
            note(f"{clean(str(error))}\n{clean(error.raw)}")


def event_line(row: Row) -> str:
    """An event in one line."""
    return f"{local_time(row['created_at'], '%H:%M:%S')}  {row['event']:<18}  {row['id']}  {about(row)}"


def about(event: Row) -> str:
    """What an event is about, in a few words."""
    data: dict[str, Any] = event["data"]
    for name in ("contact", "message", "enrollment", "sequence", "job"):
        thing = data.get(name)
        if isinstance(thing, dict):
            username = f"@{thing['username']}" if thing.get("username") else None
            return clean(str(thing.get("text") or username or thing.get("name") or thing.get("id")))
    return "-"
