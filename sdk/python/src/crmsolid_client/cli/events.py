"""``crmsolid events``: the event log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from .context import App, list_options, page_size, pass_app, time_option
from .follow import END_OF_LOG, follow_events
from .output import ID, Column, Row, clean, local_time, plain, print_lines, print_list, time_column, write

if TYPE_CHECKING:
    from ..models import Event

FOLLOWING = "Following the event log. Ctrl-C ends it."
DEFAULT_PERIOD = timedelta(days=1)


@click.group()
def events() -> None:
    """The event log: what webhooks are sent, kept for 30 days."""


@events.command("list")
@click.option("--type", "types", multiple=True, help="Of this type, for example message.received; give it again.")
@time_option(
    "--since",
    help="From this time on. [default: 1d; with --follow, what happens from now on]",
)
@click.option("--follow", is_flag=True, help="Go on with what happens, until Ctrl-C.")
@list_options
@pass_app
def list_events(
    app: App, types: tuple[str, ...], since: datetime | None, follow: bool, most: int | None, as_json: bool
) -> None:
    """List events, oldest first.

    \b
    Example:
      crmsolid events list --type message.received --follow
    """
    if follow:
        source = click.get_current_context().get_parameter_source
        if any(source(name) is ParameterSource.COMMANDLINE for name in ("limit", "everything")):
            raise click.UsageError("--limit and --all are not for --follow, which has no end.")
        for event in follow_events(app.client, since=since or END_OF_LOG, types=types, ready=FOLLOWING):
            row = plain(event)
            if as_json:
                print_lines([row])
            else:
                write(event_line(row) + "\n")
        return
    begin = since or datetime.now(UTC) - DEFAULT_PERIOD
    only = types[0] if len(types) == 1 else None
    listed: Iterable[Event] = app.client.events.list(type=only, since=begin, limit=page_size(most))
    if len(types) > 1:
        listed = (event for event in listed if event.event in types)
    columns = (
        ID,
        time_column("AT", "created_at", "%m-%d %H:%M:%S"),
        Column("TYPE", "event", whole=True),
        Column("ABOUT", about),
    )
    print_list(listed, as_json, columns, most)


def event_line(row: Row) -> str:
    """An event in one line."""
    return f"{local_time(row['created_at'], '%H:%M:%S')}  {row['event']:<18}  {row['id']}  {about(row)}"


def about(event: Row) -> str:
    """What an event is about, in a few words."""
    data: dict[str, Any] = event["data"]
    for name in ("contact", "message", "enrollment", "sequence", "job"):
        thing = data.get(name)
        if isinstance(thing, dict):
            words = thing.get("text") or thing.get("username") or thing.get("name") or thing.get("id")
            return clean(str(words))
    return "-"
