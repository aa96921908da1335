"""``crmsolid webhooks``: endpoints, their deliveries, and ``tail``."""

from __future__ import annotations

from datetime import datetime

import click

from .context import (
    App,
    confirm,
    given,
    id_argument,
    json_option,
    list_options,
    page_size,
    pass_app,
    secret_option,
    time_option,
    write_option,
)
from .output import (
    ID,
    Column,
    note,
    plain,
    print_deleted,
    print_lines,
    print_list,
    print_object,
    print_table,
    time_column,
)
from .tail import tail

ENDPOINT_COLUMNS = (
    ID,
    Column("STATE", lambda row: "enabled" if row["enabled"] else f"disabled ({row['disabled_reason']})"),
    Column("URL", "url"),
    Column("EVENTS", "events"),
)


@click.group()
def webhooks() -> None:
    """Endpoints that receive events."""


webhooks.add_command(tail)


@webhooks.command("list")
@list_options
@pass_app
def list_webhooks(app: App, most: int | None, as_json: bool) -> None:
    """List the endpoints.

    \b
    Example:
      crmsolid webhooks list
    """
    print_list(app.client.webhooks.list(limit=page_size(most)), as_json, ENDPOINT_COLUMNS, most)


@webhooks.command("create")
@click.argument("url")
@click.option(
    "--event", "events", multiple=True, required=True, help="A type of event, or all; give it again for several."
)
@secret_option("The signing secret is in this file. [default: one is made, and printed this once]")
@write_option
@json_option()
@pass_app
def create_webhook(
    app: App, url: str, events: tuple[str, ...], secret: str | None, idempotency_key: str, as_json: bool
) -> None:
    """Register an endpoint. Its secret is printed, if it was made here: it is never shown again.

    \b
    Example:
      crmsolid webhooks create https://example.com/hooks --event message.received --event lead.scored
    """
    if "all" in events:  # a ping comes only when it is asked for
        events = tuple(kind.type for kind in app.client.webhooks.events() if kind.type != "ping")
    created = app.write(
        app.client.webhooks.create, url=url, **given(events=events, secret=secret), idempotency_key=idempotency_key
    )
    _print_issued(plain(created), as_json)


def _print_issued(row: dict[str, object], as_json: bool) -> None:
    if not as_json and "secret" in row:
        note("Keep the secret: it is shown only now.")
    print_object(row, as_json)


@webhooks.command("delete")
@id_argument("endpoint_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@write_option
@json_option()
@pass_app
def delete_webhook(app: App, endpoint_id: str, yes: bool, idempotency_key: str, as_json: bool) -> None:
    """Delete an endpoint with its log of deliveries.

    \b
    Example:
      crmsolid webhooks delete whk_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    confirm(f"Delete {endpoint_id} with its log of deliveries?", yes)
    app.write(app.client.webhooks.delete, endpoint_id, idempotency_key=idempotency_key)
    print_deleted(endpoint_id, as_json)


@webhooks.command("rotate-secret")
@id_argument("endpoint_id")
@secret_option("The new signing secret is in this file. [default: one is made, and printed this once]")
@click.option("--overlap", type=click.IntRange(0), metavar="SECONDS", help="Both are valid so long. [default: a day]")
@write_option
@json_option()
@pass_app
def rotate_secret(
    app: App, endpoint_id: str, secret: str | None, overlap: int | None, idempotency_key: str, as_json: bool
) -> None:
    """Replace the secret of an endpoint; the old one stays valid for the overlap.

    \b
    Example:
      crmsolid webhooks rotate-secret whk_01K4ZC2V5E8QW3R7T9Y1N6M0XA --overlap 3600
    """
    changes = given(secret=secret, overlap_seconds=overlap)
    rotated = app.write(app.client.webhooks.rotate_secret, endpoint_id, **changes, idempotency_key=idempotency_key)
    _print_issued(plain(rotated), as_json)


@webhooks.command("test")
@id_argument("endpoint_id")
@write_option
@json_option()
@pass_app
def test_webhook(app: App, endpoint_id: str, idempotency_key: str, as_json: bool) -> None:
    """Send the event ping to an endpoint.

    \b
    Example:
      crmsolid webhooks test whk_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.webhooks.test, endpoint_id, idempotency_key=idempotency_key)), as_json)


@webhooks.command("events")
@json_option(lines=True)
@pass_app
def list_event_types(app: App, as_json: bool) -> None:
    """List the types of events; with --json also the JSON Schema of each.

    \b
    Example:
      crmsolid webhooks events
    """
    kinds = [plain(kind) for kind in app.client.webhooks.events()]
    if as_json:
        print_lines(kinds)
    else:
        print_table(kinds, (Column("TYPE", "type", whole=True), Column("DESCRIPTION", "description")))


@webhooks.command("deliveries")
@id_argument("endpoint_id")
@click.option("--event", help="Of this type of event.")
@click.option("--status", help="In this state, for example failed or exhausted.")
@time_option("--since", help="Made from this time on, for example 2h.")
@time_option("--until", help="Made before this time.")
@list_options
@pass_app
def list_deliveries(
    app: App,
    endpoint_id: str,
    event: str | None,
    status: str | None,
    since: datetime | None,
    until: datetime | None,
    most: int | None,
    as_json: bool,
) -> None:
    """List what was delivered to an endpoint, newest first.

    \b
    Example:
      crmsolid webhooks deliveries whk_01K4ZC2V5E8QW3R7T9Y1N6M0XA --status exhausted
    """
    columns = (
        ID,
        time_column("MADE", "created_at"),
        Column("EVENT", "event"),
        Column("STATUS", "status"),
        Column("TRIES", "attempts"),
    )
    filters = given(event=event, status=status, since=since, until=until)
    print_list(app.client.webhooks.deliveries(endpoint_id, **filters, limit=page_size(most)), as_json, columns, most)


@webhooks.command("replay")
@id_argument("target")
@time_option("--since", help="For an endpoint: all that failed from this time on.")
@time_option("--until", help="For an endpoint: before this time. [default: now]")
@write_option
@json_option()
@pass_app
def replay(
    app: App, target: str, since: datetime | None, until: datetime | None, idempotency_key: str, as_json: bool
) -> None:
    """Deliver again: one delivery (dlv_...), or all that failed of an endpoint (whk_...) since a time, as a job.

    \b
    Example:
      crmsolid webhooks replay whk_01K4ZC2V5E8QW3R7T9Y1N6M0XA --since 2h
    """
    if target.startswith("dlv_"):
        if since or until:
            raise click.UsageError("--since and --until are for an endpoint, not for one delivery.")
        print_object(plain(app.write(app.client.deliveries.replay, target, idempotency_key=idempotency_key)), as_json)
        return
    if since is None:
        raise click.UsageError("Give --since, from when on the failed deliveries are repeated.")
    job = app.write(
        app.client.webhooks.replay, target, since=since, **given(until=until), idempotency_key=idempotency_key
    )
    print_object(plain(job), as_json)
