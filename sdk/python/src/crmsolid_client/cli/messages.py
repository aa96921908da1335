"""``crmsolid send`` and ``crmsolid messages``."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    time_option,
    write_option,
)
from .files import upload_all
from .output import (
    ID,
    Column,
    clean,
    local_time,
    note,
    plain,
    print_lines,
    print_list,
    print_object,
    time_column,
    write,
)

if TYPE_CHECKING:
    from ..models import Message

ENDED = ("sent", "failed", "canceled")
POLL_SECONDS = 1.0


format_option = click.option(
    "--format", "text_format", type=click.Choice(["plain", "markdown", "html"]), help="How TEXT is written."
)


@click.command()
@click.option("--account", "account_id", type=int, required=True, help="Id of the account to send from.")
@click.option("--to", help="@username, a link to t.me, or a numeric Telegram id.")
@click.option(
    "--contact",
    "contact_id",
    metavar="CONTACT",
    help="The contact to write to, in place of --to: id, @username or e-mail address.",
)
@click.option(
    "--attach",
    "attached",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Send this file, with TEXT as its caption; give it again for several, up to ten.",
)
@click.option("--as", "as_", type=click.Choice(["auto", "document", "voice"]), help="What the files are sent as.")
@format_option
@click.option("--reply-to", metavar="ID", help="The message that this one quotes.")
@time_option("--at", forward=True, help="Send it then, for example 2026-06-04T09:00:00Z or 2h.")
@click.option("--wait", is_flag=True, help="Wait until it is sent or has failed; needs the scope read:messages.")
@write_option
@json_option()
@click.argument("text", required=False)
@pass_app
def send(
    app: App,
    account_id: int,
    to: str | None,
    contact_id: str | None,
    attached: tuple[Path, ...],
    as_: str | None,
    text_format: str | None,
    reply_to: str | None,
    text: str | None,
    at: datetime | None,
    wait: bool,
    idempotency_key: str,
    as_json: bool,
) -> None:
    """Send a Telegram message.

    TEXT may have variables such as {first_name|there}; - reads it from standard input. It may be left out with
    --attach.

    \b
    Example:
      crmsolid send --account 7421 --to @sarah_miller "Hi {first_name|there}" --wait
      crmsolid send --account 7421 --to @sarah_miller --attach offer.pdf "Here it is"
    """
    if (to is None) == (contact_id is None):
        raise click.UsageError("Give exactly one of --to and --contact.")
    if text is None and not attached:
        raise click.UsageError("Give TEXT, --attach, or both.")
    if text == "-":
        text = app.standard_input_text().rstrip("\n")
    contact_id = contact_id and app.contact(contact_id)
    file_ids = upload_all(app, attached, idempotency_key)
    recipient = int(to) if to is not None and to.isascii() and to.isdigit() else to
    queued = app.write(
        app.client.messages.send,
        account_id=account_id,
        **given(to=recipient, contact_id=contact_id, text=text, format=text_format, send_at=at),
        **given(attachments=tuple(file_ids), as_=as_, reply_to=reply_to),
        idempotency_key=idempotency_key,
    )
    if not wait:
        print_object(plain(queued), as_json)
        return
    note(f"Queued as {queued.id}.")
    message = _wait(app, queued.id)
    print_object(plain(message), as_json, only=("id", "status", "sent_at", "error", "text"))
    if message.status != "sent":
        raise click.exceptions.Exit(1)


def _wait(app: App, message_id: str) -> Message:
    """Until the message is sent, has failed or is canceled; says why it still waits."""
    told = None
    while (message := app.client.messages.get(message_id)).status not in ENDED:
        if message.waiting_for != told and message.waiting_for is not None:
            note(f"Waiting: {message.waiting_for}, due at {local_time(message.eta)}. Ctrl-C stops only the waiting.")
            told = message.waiting_for
        time.sleep(POLL_SECONDS)
    return message


@click.group()
def messages() -> None:
    """Messages, in and out."""


COLUMNS = (
    ID,
    time_column("AT", "created_at"),
    Column("", lambda row: "<-" if row["direction"] == "in" else "->"),
    Column("STATUS", "status"),
    Column("TEXT", "text"),
)


@messages.command("list")
@click.option("--account", "account_id", type=int, help="Of this account.")
@click.option("--contact", "contact_id", metavar="CONTACT", help="With this contact: id, @username or e-mail address.")
@click.option("--thread", "thread_id", metavar="ID", help="Of this conversation.")
@click.option("--direction", type=click.Choice(["in", "out"]), help="Received, or sent.")
@click.option("--status", help="In this state, for example queued, sent or failed.")
@click.option("--search", help="With beginnings of words of the text, all of them; finds what was sent or received.")
@time_option("--since", help="From this time on, for example 2h for the last two hours.")
@time_option("--until", help="Before this time.")
@list_options
@pass_app
def list_messages(app: App, contact_id: str | None, most: int | None, as_json: bool, **filters: Any) -> None:
    """List messages, newest first.

    \b
    Example:
      crmsolid messages list --direction in --since 1d
    """
    filters["contact_id"] = contact_id and app.contact(contact_id)
    print_list(app.client.messages.list(**filters, limit=page_size(most)), as_json, COLUMNS, most)


@messages.command("get")
@id_argument("message_id")
@json_option()
@pass_app
def get_message(app: App, message_id: str, as_json: bool) -> None:
    """Show one message.

    \b
    Example:
      crmsolid messages get msg_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.client.messages.get(message_id)), as_json)


@messages.command("cancel")
@id_argument("message_id")
@write_option
@json_option()
@pass_app
def cancel_message(app: App, message_id: str, idempotency_key: str, as_json: bool) -> None:
    """Cancel a message that is still queued.

    \b
    Example:
      crmsolid messages cancel msg_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.messages.cancel, message_id, idempotency_key=idempotency_key)), as_json)


@messages.command("edit")
@id_argument("message_id")
@click.argument("text")
@format_option
@write_option
@json_option()
@pass_app
def edit_message(
    app: App, message_id: str, text: str, text_format: str | None, idempotency_key: str, as_json: bool
) -> None:
    """Change the text of a message, for both sides; - reads it from standard input.

    \b
    Example:
      crmsolid messages edit msg_01K4ZC2V5E8QW3R7T9Y1N6M0XA "Hi Sarah"
    """
    if text == "-":
        text = app.standard_input_text().rstrip("\n")
    written = given(text=text, format=text_format)
    edited = app.write(app.client.messages.edit, message_id, **written, idempotency_key=idempotency_key)
    print_object(plain(edited), as_json)


@messages.command("delete")
@id_argument("message_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
@write_option
@json_option()
@pass_app
def delete_message(app: App, message_id: str, yes: bool, idempotency_key: str, as_json: bool) -> None:
    """Delete a sent message for both sides.

    \b
    Example:
      crmsolid messages delete msg_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    confirm(f"Delete {message_id} for both sides?", yes)
    app.write(app.client.messages.delete, message_id, idempotency_key=idempotency_key)
    if not as_json:
        note(f"{message_id} is deleted for both sides as soon as Telegram does it.")


@messages.command("react")
@id_argument("message_id")
@click.argument("emoji", required=False)
@click.option("--none", is_flag=True, help="Take the reaction back.")
@write_option
@json_option()
@pass_app
def react(app: App, message_id: str, emoji: str | None, none: bool, idempotency_key: str, as_json: bool) -> None:
    """React to a message with EMOJI, in place of an earlier reaction.

    \b
    Example:
      crmsolid messages react msg_01K4ZC2V5E8QW3R7T9Y1N6M0XA 👍
    """
    if none is (emoji is not None):
        raise click.UsageError("Give exactly one of EMOJI and --none.")
    print_object(
        plain(app.write(app.client.messages.react, message_id, emoji, idempotency_key=idempotency_key)), as_json
    )


@messages.command("stream")
@click.option("--after", metavar="ID", help="Go on after this event instead of now.")
@json_option(lines=True)
@pass_app
def stream_messages(app: App, after: str | None, as_json: bool) -> None:
    """Print every message as it comes in or goes out, until Ctrl-C. A lost connection is made again without a gap.

    \b
    Example:
      crmsolid messages stream --json
    """
    with app.client.messages.stream(last_event_id=after) as stream:
        note("Connected. Ctrl-C ends it.")
        for event in stream:
            row = plain(event)
            if as_json:
                print_lines([row])
            else:
                write(f"{local_time(row['created_at'], '%H:%M:%S')}  {_told(row)}\n")


def _told(row: dict[str, Any]) -> str:
    message = row["data"].get("message") or {}
    arrow = "<-" if message.get("direction") == "in" else "->"
    return f"{row['event']:<17} {arrow} {message.get('contact_id', '-')}  {clean(str(message.get('text', '')))}"
