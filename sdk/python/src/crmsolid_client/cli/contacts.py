"""``crmsolid contacts``; import and export are in :mod:`.transfer`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from .context import (
    App,
    F,
    completed,
    confirm,
    contact_argument,
    given,
    json_option,
    list_options,
    page_size,
    pass_app,
    write_option,
)
from .output import ID, Column, note, plain, print_deleted, print_list, print_object
from .transfer import export_contacts, filter_options, import_contacts


@click.group()
def contacts() -> None:
    """Contacts: the people you write to."""


contacts.add_command(import_contacts)
contacts.add_command(export_contacts)

COLUMNS = (
    ID,
    Column("NAME", "name"),
    Column("USERNAME", "username", whole=True),
    Column("STAGE", "stage"),
    Column("SCORE", "score"),
    Column("TAGS", "tags"),
    Column("E-MAIL", "email", whole=True, optional=True),
)
SORTS = [f"{sign}{name}" for name in ("created_at", "updated_at", "name", "score") for sign in ("-", "")]


@contacts.command("list")
@filter_options
@click.option("--sort", type=click.Choice(SORTS), help="- begins with the largest or newest. [default: -created_at]")
@list_options
@pass_app
def list_contacts(
    app: App, most: int | None, as_json: bool, tags: tuple[str, ...], sort: str | None, **filters: Any
) -> None:
    """List contacts, newest first.

    \b
    Example:
      crmsolid contacts list --tag trial --stage replied
      crmsolid contacts list --filter '{"field": "score", "op": "gte", "value": 50}'
    """
    listed = app.client.contacts.list(**given(tag=tags, sort=sort, **filters), limit=page_size(most))
    print_list(listed, as_json, COLUMNS, most)


@contacts.command("get")
@contact_argument()
@json_option()
@pass_app
def get_contact(app: App, contact_id: str, as_json: bool) -> None:
    """Show one contact.

    \b
    Example:
      crmsolid contacts get @sarah_miller
    """
    print_object(plain(app.client.contacts.get(app.contact(contact_id))), as_json)


def member_options(command: F) -> F:
    """What a contact has."""
    options: list[Callable[[Any], Any]] = [
        click.option("--username", help="Telegram username."),
        click.option("--email", help="E-mail address."),
        click.option("--name", help="Full name."),
        click.option("--phone", help="Phone number."),
        click.option("--stage", shell_complete=completed("ContactStageIn"), help="Stage, for example qualified."),
        click.option(
            "--field",
            "fields",
            multiple=True,
            metavar="KEY=TEXT",
            help="A custom field; KEY:=42 and KEY:=true for no text, KEY= empties it.",
        ),
    ]
    wrapped: Any = command
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


@contacts.command("create")
@member_options
@click.option("--tag", "tags", multiple=True, help="A tag to add; give it again for several.")
@write_option
@json_option()
@pass_app
def create_contact(
    app: App, tags: tuple[str, ...], fields: tuple[str, ...], idempotency_key: str, as_json: bool, **members: Any
) -> None:
    """Create a contact, or update the one that has this username or e-mail address.

    \b
    Example:
      crmsolid contacts create --username @sarah_miller --name "Sarah Miller" --tag trial
    """
    if not (members["username"] or members["email"]):
        raise click.UsageError("Give --username or --email, by which the contact is found.")
    members = given(**members, tags=list(tags), custom_fields=_custom_fields(fields))
    contact = app.write(app.client.contacts.create, **members, idempotency_key=idempotency_key)
    if not as_json:
        note("Created." if contact.created else "Updated: there was a contact of this username or e-mail address.")
    print_object(plain(contact), as_json)


@contacts.command("update")
@contact_argument()
@member_options
@click.option("--tag", "tags", multiple=True, help="Its tags, in place of those it has; give it again for several.")
@click.option("--time-zone", metavar="NAME", help="Time zone, for example Europe/Kyiv.")
@click.option("--opted-out/--opted-in", default=None, help="Whether it asked for no more messages.")
@click.option(
    "--clear", multiple=True, type=click.Choice(["email", "phone", "time_zone", "username"]), help="Empty this field."
)
@write_option
@json_option()
@pass_app
def update_contact(
    app: App,
    contact_id: str,
    tags: tuple[str, ...],
    fields: tuple[str, ...],
    clear: tuple[str, ...],
    idempotency_key: str,
    as_json: bool,
    **members: Any,
) -> None:
    """Change a contact. What is not given is kept.

    \b
    Example:
      crmsolid contacts update @sarah_miller --stage qualified --field city=London
    """
    changes: dict[str, Any] = {**given(**members, tags=tags), **dict.fromkeys(clear)}
    if twice := [name for name in clear if members.get(name)]:
        raise click.UsageError(f"Give --{twice[0].replace('_', '-')} or --clear {twice[0]}, not both.")
    if fields:
        changes["custom_fields"] = _custom_fields(fields)
    if not changes:
        raise click.UsageError("Give what to change.")
    found = app.contact(contact_id)
    print_object(
        plain(app.write(app.client.contacts.update, found, **changes, idempotency_key=idempotency_key)), as_json
    )


def _custom_fields(fields: tuple[str, ...]) -> dict[str, Any]:
    """``KEY=TEXT``, or ``KEY:=JSON`` for what is no text: how a value looks does not tell which type its field has.
    ``KEY=`` is null, which empties the field."""
    values: dict[str, Any] = {}
    for field in fields:
        key, separator, value = field.partition("=")
        is_json = key.endswith(":")
        key = key.removesuffix(":")
        if not key or not separator:
            raise click.BadParameter(f"{field!r} has not the form KEY=TEXT or KEY:=JSON.", param_hint="--field")
        try:
            values[key] = json.loads(value) if is_json else value or None
            json.dumps(values[key], ensure_ascii=False, allow_nan=False).encode()  # NaN and half a character are none
        except ValueError:
            raise click.BadParameter(f"the value of {field!r} is no JSON.", param_hint="--field") from None
    return values


@contacts.command("tag")
@contact_argument()
@click.option("--add", multiple=True, help="A tag to add; give it again for several.")
@click.option("--remove", multiple=True, help="A tag to remove.")
@write_option
@json_option()
@pass_app
def tag_contact(
    app: App, contact_id: str, add: tuple[str, ...], remove: tuple[str, ...], idempotency_key: str, as_json: bool
) -> None:
    """Add and remove tags.

    \b
    Example:
      crmsolid contacts tag @sarah_miller --add customer --remove trial
    """
    if not add and not remove:
        raise click.UsageError("Give --add or --remove.")
    changes = given(add=add, remove=remove)
    print_object(
        plain(app.write(app.client.contacts.tag, app.contact(contact_id), **changes, idempotency_key=idempotency_key)),
        as_json,
    )


@contacts.command("delete")
@contact_argument()
@click.option("--yes", is_flag=True, help="Do not ask.")
@write_option
@json_option()
@pass_app
def delete_contact(app: App, contact_id: str, yes: bool, idempotency_key: str, as_json: bool) -> None:
    """Erase a person for good, with all messages.

    \b
    Example:
      crmsolid contacts delete con_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    found = app.contact(contact_id)
    confirm(f"Erase {contact_id} with all messages? This cannot be undone.", yes)
    app.write(app.client.contacts.delete, found, idempotency_key=idempotency_key)
    print_deleted(contact_id, as_json)
