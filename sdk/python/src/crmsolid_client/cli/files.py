"""``crmsolid files``: what messages are sent with, and what they have brought."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from .context import App, id_argument, json_option, pass_app, write_option
from .output import note, plain, print_object
from .transfer import write_stdout

SIZE_NAMES = ("B", "kB", "MB", "GB")


@click.group()
def files() -> None:
    """Files of messages."""


@files.command("upload")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--name", help="The name that people see.  [default: that of FILE]")
@write_option
@json_option()
@pass_app
def upload_file(app: App, file: Path, name: str | None, idempotency_key: str, as_json: bool) -> None:
    """Upload a file for a message; - reads standard input. It is deleted at its expires_at unless a message uses it.

    \b
    Example:
      crmsolid files upload offer.pdf
    """
    if str(file) == "-" and name is None:
        raise click.UsageError("Give --name with a file from standard input.")
    source = app.standard_input().buffer if str(file) == "-" else existing(file, "FILE")
    uploaded = app.write(app.client.files.upload, source, name=name, idempotency_key=idempotency_key)
    print_object(plain(uploaded), as_json)


@files.command("download")
@id_argument("file_id")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), metavar="FILE")
@pass_app
def download_file(app: App, file_id: str, target: Path) -> None:
    """Write a file of a message to FILE; - is standard output. A connection that breaks off is made again, and goes on
    where it was.

    \b
    Example:
      crmsolid files download fil_01K4ZC2V5E8QW3R7T9Y1N6M0XA photo.jpg
    """
    if str(target) != "-":
        note(f"Wrote {shown_size(app.client.files.download(file_id, target))} to {target}.")
        return
    if sys.stdout.isatty():
        raise click.UsageError("Give a FILE: a terminal cannot show what is in it.")
    for chunk in app.client.files.content(file_id):
        write_stdout(chunk)


def existing(file: Path, where: str) -> Path:
    """The path, if there is a file."""
    if not file.is_file():
        raise click.BadParameter(f"there is no file {file}.", param_hint=where)
    return file


def upload_all(app: App, paths: Sequence[Path], key: str) -> list[str]:
    """The ids of these files, for the message that is sent with this key. A repeated command with the key gets the same
    ids, and so sends the same message."""
    for path in paths:
        existing(path, "--attach")
    ids = []
    for number, path in enumerate(paths, 1):
        own_key = hashlib.sha256(f"{key} file {number}".encode()).hexdigest()
        uploaded = app.write(app.client.files.upload, path, idempotency_key=own_key)
        note(f"Uploaded {path} as {uploaded.id}.")
        ids.append(uploaded.id)
    return ids


def shown_size(size: float) -> str:
    """A number of bytes for people: ``2.4 MB``."""
    unit = 0
    while size >= 1000 and unit < len(SIZE_NAMES) - 1:
        size /= 1000
        unit += 1
    return f"{size:.0f} {SIZE_NAMES[unit]}" if unit == 0 or size >= 10 else f"{size:.1f} {SIZE_NAMES[unit]}"
