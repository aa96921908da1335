"""``crmsolid me`` and ``crmsolid accounts``: what the key belongs to."""

from __future__ import annotations

import click

from .context import App, json_option, list_options, page_size, pass_app
from .output import Column, plain, print_list, print_object


@click.command()
@json_option()
@pass_app
def me(app: App, as_json: bool) -> None:
    """Show the key, its scopes, workspace, mode and plan.

    \b
    Example:
      crmsolid me
    """
    row = plain(app.client.me())
    if as_json:
        print_object(row, as_json)
        return
    key, workspace = row["key"], row["workspace"]
    told = {
        "key": f"{key['name']} ({key['prefix']})",
        "expires": key["expires_at"],
        "scopes": row["scopes"],
        "workspace": f"{workspace['name']} ({workspace['slug']})",
        "mode": row["mode"],
        "plan": row["plan"],
        "time zone": workspace["time_zone"],
        "rate limit": f"{key['rate_limit']} requests a minute",
    }
    print_object(told, as_json)


@click.group()
def accounts() -> None:
    """The Telegram accounts that messages are sent from."""


@accounts.command("list")
@list_options
@pass_app
def list_accounts(app: App, most: int | None, as_json: bool) -> None:
    """List the accounts, and how much each may still send in 24 hours.

    \b
    Example:
      crmsolid accounts list
    """
    columns = (
        Column("ID", "id", whole=True),
        Column("NAME", "name"),
        Column("KIND", "kind"),
        Column("STATE", "state"),
        Column("SENT TODAY", lambda row: f"{row['used_today']} of {row['daily_limit']}"),
        Column("LEFT", "left_today"),
    )
    print_list(app.client.accounts.list(limit=page_size(most)), as_json, columns, most)
