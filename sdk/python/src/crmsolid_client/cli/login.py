"""``crmsolid login`` and ``crmsolid logout``."""

from __future__ import annotations

import sys

import click

from .context import App, json_option, pass_app
from .kept_login import Login, login_file, write_login
from .output import note, plain, print_object


@click.command("login")
@json_option()
@pass_app
def login(app: App, as_json: bool) -> None:
    """Keep an address and a key on this machine, for commands that are given neither.

    Asks for what --url, --key-file and the environment do not give, and tries the key.

    \b
    Example:
      crmsolid login
    """
    from .. import CrmSolid

    url = app.url or _ask("Address of your CRM Solid", "--url")
    key = app.given_key() or _ask("API key (it is not shown)", "CRMSOLID_KEY or --key-file", hidden=True)
    with CrmSolid(key, url, allow_http=app.allow_http) as client:
        me, address = client.me(), client.base_url
    file = write_login(Login(address, key, app.allow_http))
    note(f"The key {me.key.name} of the workspace {me.workspace.name} at {address} is in {file}.")
    if as_json:
        print_object(plain(me), as_json)


@click.command("logout")
@json_option()
def logout(as_json: bool) -> None:
    """Remove the address and the key that `crmsolid login` has kept. The key stays valid.

    \b
    Example:
      crmsolid logout
    """
    file = login_file()
    was_kept = file.exists()
    file.unlink(missing_ok=True)
    note("No address and no key are kept on this machine.")
    if as_json:
        print_object({"removed": was_kept}, as_json)


def _ask(what: str, option: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"There is no terminal to ask on. Give {option}.")
    answer: str = click.prompt(what, hide_input=hidden, err=True)
    return answer.strip()
