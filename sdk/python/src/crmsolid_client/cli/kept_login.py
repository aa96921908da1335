"""The address and the key that ``crmsolid login`` keeps, in a file of the user's."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from ..errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Login:
    """An address, and the key that belongs to it. They are kept together, so that the key goes to no other address."""

    url: str
    key: str = field(repr=False)
    allow_http: bool = False


def login_file() -> Path:
    return Path(click.get_app_dir("crmsolid")) / "login.json"


def read_login() -> Login | None:
    """What ``crmsolid login`` has kept; None if there is nothing."""
    file = login_file()
    try:
        return Login(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError):
        raise ConfigurationError(f"{file} cannot be read; `crmsolid login` writes it again") from None


def write_login(login: Login) -> Path:
    """Replace the file. Nobody else can read it at any time: mkstemp makes a file with the mode 600."""
    file = login_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(asdict(login), stream)
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return file
