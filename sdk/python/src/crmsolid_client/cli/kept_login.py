"""The addresses and keys that ``crmsolid login`` keeps, each as a profile, in a file of the user's."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import click

from ..errors import ConfigurationError

DEFAULT_PROFILE = "default"


@dataclass(frozen=True, slots=True)
class Login:
    """An address, and the key that belongs to it. They are kept together, so that the key goes to no other address."""

    url: str
    key: str = field(repr=False)
    allow_http: bool = False


def login_file() -> Path:
    return Path(click.get_app_dir("crmsolid")) / "login.json"


def read_logins() -> dict[str, Login]:
    """What ``crmsolid login`` has kept, by the names of the profiles. The first versions kept one, without a name."""
    file = login_file()
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        profiles = kept.get("profiles", {DEFAULT_PROFILE: kept})
        return {name: Login(**login) for name, login in profiles.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError):
        raise ConfigurationError(f"{file} cannot be read; remove it, and `crmsolid login` writes it again") from None


def write_login(profile: str, login: Login) -> Path:
    """Add or replace a profile. A file that cannot be read is replaced."""
    with contextlib.suppress(ConfigurationError):
        return _write({**read_logins(), profile: login})
    return _write({profile: login})


def remove_login(profile: str) -> bool:
    """Whether there was one. Without any other, the file is removed, also one that cannot be read."""
    file = login_file()
    try:
        logins = read_logins()
    except ConfigurationError:
        file.unlink()
        return True
    if logins.pop(profile, None) is None:
        return False
    if logins:
        _write(logins)
    else:
        file.unlink()
    return True


def _write(logins: dict[str, Login]) -> Path:
    """Replace the file. Nobody else can read it at any time: mkstemp makes a file with the mode 600."""
    file = login_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump({"profiles": {name: asdict(login) for name, login in logins.items()}}, stream)
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return file
