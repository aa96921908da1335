"""``crmsolid contacts``; import and export are in :mod:`.transfer`."""

from __future__ import annotations

import json
from typing import Any

import click

from .context import App, confirm, given, id_argument, json_option, list_options, page_size, pass_app, write_option
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
    Column("USERNAME", "username"),
    Column("STAGE", "stage"),
    Column("SCORE", "score"),
    Column("TAGS", "tags"),
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
    """
    listed = app.client.contacts.list(**given(tag=tags, sort=sort, **filters), limit=page_size(most))
    print_list(listed, as_json, COLUMNS, most)


@contacts.command("get")
@id_argument("contact_id")
@json_option()
@pass_app
def get_contact(app: App, contact_id: str, as_json: bool) -> None:
    """Show one contact.

    \b
    Example:
      crmsolid contacts get con_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.client.contacts.get(contact_id)), as_json)


@contacts.command("create")
@click.option("--username", help="Telegram username; this or --email is needed.")
@click.option("--email", help="E-mail address.")
@click.option("--name", help="Full name.")
@click.option("--phone", help="Phone number.")
@click.option("--stage", help="Stage, for example qualified.")
@click.option("--tag", "tags", multiple=True, help="A tag to add; give it again for several.")
@click.option(
    "--field", "fields", multiple=True, metavar="KEY=TEXT", help="A custom field; KEY:=42 and KEY:=true for no text."
)
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


def _custom_fields(fields: tuple[str, ...]) -> dict[str, Any]:
    """``KEY=TEXT``, or ``KEY:=JSON`` for what is no text: how a value looks does not tell which type its field has."""
    values: dict[str, Any] = {}
    for field in fields:
        key, separator, value = field.partition("=")
        is_json = key.endswith(":")
        key = key.removesuffix(":")
        if not key or not separator:
            raise click.BadParameter(f"{field!r} has not the form KEY=TEXT or KEY:=JSON.", param_hint="--field")
        try:
            values[key] = json.loads(value) if is_json else value
            json.dumps(values[key], ensure_ascii=False, allow_nan=False).encode()  # NaN and half a character are none
        except ValueError:
            raise click.BadParameter(f"the value of {field!r} is no JSON.", param_hint="--field") from None
    return values


@contacts.command("tag")
@id_argument("contact_id")
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
      crmsolid contacts tag con_01K4ZC2V5E8QW3R7T9Y1N6M0XA --add customer --remove trial
    """
    if not add and not remove:
        raise click.UsageError("Give --add or --remove.")
    changes = given(add=add, remove=remove)
    print_object(
        plain(app.write(app.client.contacts.tag, contact_id, **changes, idempotency_key=idempotency_key)), as_json
    )


@contacts.command("delete")
@id_argument("contact_id")
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
    confirm(f"Erase {contact_id} with all messages? This cannot be undone.", yes)
    app.write(app.client.contacts.delete, contact_id, idempotency_key=idempotency_key)
    print_deleted(contact_id, as_json)
