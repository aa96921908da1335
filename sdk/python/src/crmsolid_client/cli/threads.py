"""``crmsolid threads``: conversations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from .context import (
    App,
    completed,
    given,
    id_argument,
    json_option,
    list_options,
    page_size,
    pass_app,
    time_option,
    write_option,
)
from .messages import COLUMNS as MESSAGES
from .output import ID, Column, Row, plain, print_list, print_object, print_table, time_column

COLUMNS = (
    ID,
    Column("CONTACT", lambda row: who(row.get("contact") or {})),
    Column("STATE", "state"),
    Column("ASSIGNEE", lambda row: (row.get("assignee") or {}).get("name"), optional=True),
    time_column("WAITING SINCE", "waiting_since", optional=True),
    Column("LAST MESSAGE", lambda row: (row.get("last_message") or {}).get("text"), optional=True),
)


def who(contact: Row) -> str | None:
    """A contact in a table: its username, which is never cut, else its name."""
    username = contact.get("username")
    return f"@{username}" if username else contact.get("name") or contact.get("id")


@click.group()
def threads() -> None:
    """Conversations: close, snooze and assign them. Where an ID goes, the contact's @username does too."""


@threads.command("list")
@click.option("--state", shell_complete=completed("ThreadStateIn"), help="In this state: open, snoozed or closed.")
@click.option("--assignee", metavar="ID", help="Of this member; none for those of nobody.")
@click.option("--waiting", is_flag=True, help="Where the contact waits for an answer, the longest wait first.")
@click.option("--unread", is_flag=True, help="With unread messages.")
@click.option("--account", "account_id", type=int, help="Of this account.")
@click.option("--contact", "contact_id", metavar="CONTACT", help="With this contact: id, @username or e-mail address.")
@click.option("--search", help="With this text in a message, or in the contact's name.")
@list_options
@pass_app
def list_threads(
    app: App, waiting: bool, unread: bool, contact_id: str | None, most: int | None, as_json: bool, **filters: Any
) -> None:
    """List conversations, newest first.

    \b
    Example:
      crmsolid threads list --waiting
    """
    if waiting:
        filters |= {"waiting": True, "sort": "waiting_since"}
    filters |= {"unread": True} if unread else {}
    filters["contact_id"] = contact_id and app.contact(contact_id)
    print_list(app.client.threads.list(**given(**filters), limit=page_size(most)), as_json, COLUMNS, most)


@threads.command("show")
@id_argument("thread_id")
@click.option("--messages", type=click.IntRange(0, 50), default=10, show_default=True, help="So many, the newest.")
@json_option()
@pass_app
def show_thread(app: App, thread_id: str, messages: int, as_json: bool) -> None:
    """Show a conversation with its latest messages.

    \b
    Example:
      crmsolid threads show @sarah_miller
    """
    row = plain(app.client.threads.get(app.thread(thread_id), messages=messages))
    if as_json:
        print_object(row, as_json)
        return
    shown = {name: value for name, value in row.items() if not isinstance(value, dict) and name != "messages"}
    shown |= {"contact": who(row.get("contact") or {}), "assignee": (row.get("assignee") or {}).get("name")}
    print_object(shown, as_json)
    if row.get("messages"):
        print_table(row["messages"], MESSAGES)


def _update(app: App, thread_id: str, idempotency_key: str, as_json: bool, **changes: Any) -> None:
    changed = app.write(app.client.threads.update, app.thread(thread_id), **changes, idempotency_key=idempotency_key)
    print_object(plain(changed), as_json)


@threads.command("close")
@id_argument("thread_id")
@write_option
@json_option()
@pass_app
def close_thread(app: App, thread_id: str, idempotency_key: str, as_json: bool) -> None:
    """Close a conversation. A message of the contact opens it again.

    \b
    Example:
      crmsolid threads close @sarah_miller
    """
    _update(app, thread_id, idempotency_key, as_json, state="closed")


@threads.command("reopen")
@id_argument("thread_id")
@write_option
@json_option()
@pass_app
def reopen_thread(app: App, thread_id: str, idempotency_key: str, as_json: bool) -> None:
    """Open a closed or snoozed conversation.

    \b
    Example:
      crmsolid threads reopen @sarah_miller
    """
    _update(app, thread_id, idempotency_key, as_json, state="open")


@threads.command("snooze")
@id_argument("thread_id")
@time_option("--until", forward=True, help="When it is open again, for example 2h or 2026-06-04T09:00:00Z.")
@write_option
@json_option()
@pass_app
def snooze_thread(app: App, thread_id: str, until: datetime | None, idempotency_key: str, as_json: bool) -> None:
    """Hide a conversation until a time, or until the contact writes.

    \b
    Example:
      crmsolid threads snooze @sarah_miller --until 2h
    """
    if until is None:
        raise click.UsageError("Give --until, when it is open again.")
    _update(app, thread_id, idempotency_key, as_json, state="snoozed", snoozed_until=until)


@threads.command("assign")
@id_argument("thread_id")
@click.argument("member")
@write_option
@json_option()
@pass_app
def assign_thread(app: App, thread_id: str, member: str, idempotency_key: str, as_json: bool) -> None:
    """Assign a conversation to MEMBER: an id, a name, or none.

    \b
    Example:
      crmsolid threads assign @sarah_miller "Tom Becker"
    """
    _update(app, thread_id, idempotency_key, as_json, assignee_id=_member(app, member))


def _member(app: App, text: str) -> int | None:
    if text == "none":
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    members = list(app.client.members.list())
    found = [member.id for member in members if member.name.casefold() == text.casefold()]
    if len(found) != 1:
        listed = ", ".join(f"{member.id} ({member.name})" for member in members)
        raise click.BadParameter(f"not one member has the name {text!r}. There are: {listed}.", param_hint="MEMBER")
    return found[0]
