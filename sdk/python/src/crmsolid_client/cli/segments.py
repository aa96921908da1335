"""``crmsolid segments``: saved filters of contacts."""

from __future__ import annotations

import json

import click

from .context import App, id_argument, json_option, list_options, page_size, pass_app
from .output import ID, Column, plain, print_list, print_object, time_column


@click.group()
def segments() -> None:
    """Saved filters of contacts."""


@segments.command("list")
@list_options
@pass_app
def list_segments(app: App, most: int | None, as_json: bool) -> None:
    """List the segments.

    \b
    Example:
      crmsolid segments list
    """
    columns = (ID, Column("NAME", "name"), Column("CONTACTS", "count"), time_column("CHANGED", "updated_at"))
    print_list(app.client.segments.list(limit=page_size(most)), as_json, columns, most)


@segments.command("show")
@id_argument("segment_id")
@json_option()
@pass_app
def show_segment(app: App, segment_id: str, as_json: bool) -> None:
    """Show a segment with its filter and how many contacts are in it.

    \b
    Example:
      crmsolid segments show seg_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    row = plain(app.client.segments.get(segment_id))
    if not as_json:
        row["filter"] = json.dumps(row["filter"], ensure_ascii=False)
    print_object(row, as_json)
