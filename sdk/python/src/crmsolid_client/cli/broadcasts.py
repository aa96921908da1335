"""``crmsolid broadcasts``: one text to many contacts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from .context import (
    App,
    F,
    confirm,
    given,
    id_argument,
    json_option,
    list_options,
    page_size,
    pass_app,
    time_option,
    write_option,
)
from .output import ID, Column, counted, local_time, note, plain, print_list, print_object, shown, time_column

if TYPE_CHECKING:
    from ..models import BroadcastPreview

COLUMNS = (
    ID,
    Column("NAME", "name"),
    Column("STATUS", "status"),
    Column("SENT", lambda row: row["counts"]["sent"]),
    Column("PENDING", lambda row: row["counts"]["pending"]),
    Column("FAILED", lambda row: row["counts"]["failed"]),
)


@click.group()
def broadcasts() -> None:
    """One text to many contacts."""


@broadcasts.command("list")
@click.option("--status", help="In this state: scheduled, running, paused, done or canceled.")
@list_options
@pass_app
def list_broadcasts(app: App, status: str | None, most: int | None, as_json: bool) -> None:
    """List broadcasts, newest first.

    \b
    Example:
      crmsolid broadcasts list --status running
    """
    print_list(app.client.broadcasts.list(**given(status=status), limit=page_size(most)), as_json, COLUMNS, most)


@broadcasts.command("show")
@id_argument("broadcast_id")
@json_option()
@pass_app
def show_broadcast(app: App, broadcast_id: str, as_json: bool) -> None:
    """Show a broadcast with the counts of its recipients.

    \b
    Example:
      crmsolid broadcasts show brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.client.broadcasts.get(broadcast_id)), as_json)


def broadcast_options(command: F) -> F:
    """What a broadcast is made of."""
    options: list[Callable[[Any], Any]] = [
        click.option("--name", required=True, help="Its name, for yourself."),
        click.option("--text", required=True, help="The text; variables such as {first_name|there} are filled in."),
        click.option(
            "--account",
            "account_ids",
            type=int,
            multiple=True,
            required=True,
            help="Id of the account to send from; give it again to spread over several.",
        ),
        click.option("--segment", metavar="ID", help="To the contacts in this segment."),
        click.option("--tag", "tags", multiple=True, help="To the contacts with this tag; all tags, if given again."),
        click.option(
            "--contact",
            "contacts",
            multiple=True,
            metavar="CONTACT",
            help="To this contact: id, @username or e-mail address; give it again.",
        ),
        time_option("--at", forward=True, help="Send it then, for example 2026-06-04T09:00:00Z or 2h."),
        click.option("--per-hour", type=click.IntRange(1), help="Send at most so many an hour."),
        click.option("--cooldown-days", type=click.IntRange(1), help="Leave out who got a broadcast in these days."),
    ]
    wrapped: Any = command
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def _broadcast(
    app: App,
    name: str,
    text: str,
    account_ids: tuple[int, ...],
    segment: str | None,
    tags: tuple[str, ...],
    contacts: tuple[str, ...],
    at: datetime | None,
    per_hour: int | None,
    cooldown_days: int | None,
) -> dict[str, Any]:
    """The members of the broadcast as the API takes them."""
    audience = given(segment_id=segment, tags=tags, contact_ids=contacts)
    if len(audience) != 1:
        raise click.UsageError("Give one of --segment, --tag and --contact.")
    if contacts:
        audience["contact_ids"] = [app.contact(contact) for contact in contacts]
    options = given(send_at=at, per_hour=per_hour, cooldown_days=cooldown_days)
    return {"name": name, "text": text, "account_ids": account_ids, "audience": audience, **options}


@broadcasts.command("preview")
@broadcast_options
@json_option()
@pass_app
def preview_broadcast(app: App, as_json: bool, **options: Any) -> None:
    """Count who would get a broadcast, and who is left out and why. Nothing is sent.

    \b
    Example:
      crmsolid broadcasts preview --name June --text "Hi {first_name}" --account 7421 --tag trial
    """
    preview = app.client.broadcasts.preview(**_broadcast(app, **options))
    print_object(plain(preview), as_json, only=("total", "eligible", "excluded", "finishes_at", "audience_hash"))


@broadcasts.command("start")
@broadcast_options
@click.option("--yes", is_flag=True, help="Do not ask; start it for whoever the preview counts.")
@click.option("--audience-hash", metavar="HASH", help="Start what an earlier preview showed, without a new one.")
@write_option
@json_option()
@pass_app
def start_broadcast(
    app: App, yes: bool, audience_hash: str | None, idempotency_key: str, as_json: bool, **options: Any
) -> None:
    """Show the preview of a broadcast, ask, and send it.

    It is refused (audience_changed) if anything but its name is not as in the preview.

    \b
    Example:
      crmsolid broadcasts start --name June --text "Hi {first_name}" --account 7421 --tag trial
    """
    broadcast = _broadcast(app, **options)
    if audience_hash is None:
        preview = app.client.broadcasts.preview(**broadcast)
        _describe(preview, broadcast.get("send_at"))
        confirm(f"Send it to {counted(preview.eligible, 'contact')}?", yes)
        audience_hash = preview.audience_hash
    app.repeat_with["--audience-hash"] = audience_hash
    started = app.write(
        app.client.broadcasts.start, **broadcast, audience_hash=audience_hash, idempotency_key=idempotency_key
    )
    print_object(plain(started), as_json)


def _describe(preview: BroadcastPreview, send_at: datetime | None) -> None:
    note(f"{preview.eligible:,} of {counted(preview.total, 'contact')} would get it.")
    if preview.excluded:
        note(f"Left out: {shown(preview.excluded)}.")
    if preview.sample:
        note(f"The first text: {shown(preview.sample[0].text)}")
    begins = "now" if send_at is None else local_time(send_at)
    note(f"It begins {begins} and ends about {local_time(preview.finishes_at)}. Audience hash: {preview.audience_hash}")


@broadcasts.command("pause")
@id_argument("broadcast_id")
@write_option
@json_option()
@pass_app
def pause_broadcast(app: App, broadcast_id: str, idempotency_key: str, as_json: bool) -> None:
    """Send nothing more of a running broadcast until it is resumed.

    \b
    Example:
      crmsolid broadcasts pause brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    changed = app.write(app.client.broadcasts.pause, broadcast_id, idempotency_key=idempotency_key)
    print_object(plain(changed), as_json)


@broadcasts.command("resume")
@id_argument("broadcast_id")
@write_option
@json_option()
@pass_app
def resume_broadcast(app: App, broadcast_id: str, idempotency_key: str, as_json: bool) -> None:
    """Go on with a paused broadcast where it was.

    \b
    Example:
      crmsolid broadcasts resume brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    changed = app.write(app.client.broadcasts.resume, broadcast_id, idempotency_key=idempotency_key)
    print_object(plain(changed), as_json)


@broadcasts.command("cancel")
@id_argument("broadcast_id")
@write_option
@json_option()
@pass_app
def cancel_broadcast(app: App, broadcast_id: str, idempotency_key: str, as_json: bool) -> None:
    """End a broadcast for good. What is sent stays sent.

    \b
    Example:
      crmsolid broadcasts cancel brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    changed = app.write(app.client.broadcasts.cancel, broadcast_id, idempotency_key=idempotency_key)
    print_object(plain(changed), as_json)


@broadcasts.command("retry-failed")
@id_argument("broadcast_id")
@write_option
@json_option()
@pass_app
def retry_failed(app: App, broadcast_id: str, idempotency_key: str, as_json: bool) -> None:
    """Send again to those whose message failed and certainly has not arrived.

    \b
    Example:
      crmsolid broadcasts retry-failed brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    changed = app.write(app.client.broadcasts.retry_failed, broadcast_id, idempotency_key=idempotency_key)
    print_object(plain(changed), as_json)


@broadcasts.command("recipients")
@id_argument("broadcast_id")
@click.option("--status", help="In this state: pending, sent, failed, skipped, needs_attention or canceled.")
@list_options
@pass_app
def list_recipients(app: App, broadcast_id: str, status: str | None, most: int | None, as_json: bool) -> None:
    """List the recipients, those who were left out too.

    \b
    Example:
      crmsolid broadcasts recipients brd_01K4ZC2V5E8QW3R7T9Y1N6M0XA --status failed
    """
    columns = (
        Column("CONTACT", "contact_id", whole=True),
        Column("STATUS", "status"),
        Column("REASON", "reason"),
        time_column("SETTLED", "settled_at"),
    )
    recipients = app.client.broadcasts.recipients(broadcast_id, **given(status=status), limit=page_size(most))
    print_list(recipients, as_json, columns, most)
