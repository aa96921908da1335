"""``crmsolid login``, ``crmsolid logout`` and ``crmsolid profiles``."""

from __future__ import annotations

import sys

import click

from .._config import Config
from .context import App, json_option, pass_app
from .kept_login import DEFAULT_PROFILE, Login, read_logins, remove_login, write_login
from .output import Column, note, plain, print_lines, print_object, print_table


@click.command("login")
@json_option()
@pass_app
def login(app: App, as_json: bool) -> None:
    """Keep an address and a key on this machine, for commands that are given neither.

    Asks for what --url, --key-file and the environment do not give, and tries the key. With --profile it is kept under
    that name beside the others.

    \b
    Example:
      crmsolid login
      crmsolid --profile staging login
    """
    from .. import CrmSolid

    url = app.url or _ask("Address of your CRM Solid", "--url")
    key = app.given_key() or _ask("API key (it is not shown)", "CRMSOLID_KEY or --key-file", hidden=True)
    with CrmSolid(key, url, allow_http=app.allow_http) as client:
        me, address = client.me(), client.base_url
    file = write_login(app.profile or DEFAULT_PROFILE, Login(address, key, app.allow_http))
    note(f"The key {me.key.name} of the workspace {me.workspace.name} at {address} is in {file}.")
    if as_json:
        print_object(plain(me), as_json)


@click.command("logout")
@json_option()
@pass_app
def logout(app: App, as_json: bool) -> None:
    """Remove the address and the key that `crmsolid login` has kept, or those of --profile. The key stays valid.

    \b
    Example:
      crmsolid logout
    """
    profile = app.profile or DEFAULT_PROFILE
    was_kept = remove_login(profile)
    note(f"No address and no key are kept on this machine for the profile {profile}.")
    if as_json:
        print_object({"removed": was_kept}, as_json)


@click.command("profiles")
@json_option(lines=True)
def profiles(as_json: bool) -> None:
    """List the profiles that `crmsolid login` has kept.

    \b
    Example:
      crmsolid profiles
    """
    rows = [
        {"profile": name, "url": login.url, "key": Config(login.key, login.url).shown_key}
        for name, login in sorted(read_logins().items())
    ]
    if as_json:
        print_lines(rows)
    else:
        print_table(rows, (Column("PROFILE", "profile", whole=True), Column("URL", "url"), Column("KEY", "key")))


def _ask(what: str, option: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"There is no terminal to ask on. Give {option}.")
    answer: str = click.prompt(what, hide_input=hidden, err=True)
    return answer.strip()
