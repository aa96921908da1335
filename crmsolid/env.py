"""Reads settings from environment variables strictly, makes the secrets of a development machine, which has none
there, and keeps the data folder from other users of the machine.

Each ``env_`` function raises ``ImproperlyConfigured`` with the variable, its value (except for URLs, which hold
passwords) and the values that are valid.
"""

import os
import resource
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# What the product keeps in the data folder, as glob patterns.
KEPT_FILES = ("*_key", "*.sqlite3*", "erasures.jsonl")


def env_choice(name: str, choices: Sequence[str]) -> str:
    """One of ``choices``; the first of them if the variable is not set. Anything else is refused, because a mistyped
    ``production`` must not run as development."""
    value = env.str(name, "") or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; give {' or '.join(choices)}")
    return str(value)


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of ``least`` or more."""
    text = env.str(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}; give a whole number, {least} or more")
    return int(text)


def env_proxy(name: str) -> str:
    """The URL of a SOCKS5 or HTTP proxy, with or without user and password; empty if the variable is not set."""
    url = str(env.str(name, "")).strip()
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in ("socks5", "http") and bool(parts.hostname and parts.port)
    except ValueError:
        is_valid = False
    if url and not is_valid:
        raise ImproperlyConfigured(f"{name} is no proxy we know; give socks5://user:password@host:port or http://…")
    return url


def env_database(name: str) -> dict[str, Any]:
    """Django's settings for the database at this URL, which is PostgreSQL or SQLite."""
    url = env.str(name)
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(f"{name} is no address we know; give postgres://user:password@host:5432/name")
    return dict(env.db_url_config(url))


def local_secret(folder: Path, name: str) -> str:
    """The secret of this name, generated on first use and readable by its owner alone.

    Processes that start at the same time get the same secret.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        temporary = folder / f"{name}.{os.getpid()}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(temporary, path)  # fails if another process was first; its secret counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def forbid_core_dumps() -> None:
    """The memory of a process has keys, sessions of Telegram accounts and people's data: none of it is to be written to
    a file when the process crashes. Processes that it starts inherit the limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def make_private(folder: Path) -> list[Path]:
    """Take all access to the data folder, and to what the product keeps in it, from everybody but their owner.

    A folder with the sticky bit, such as /tmp, is shared on purpose and not changed. Returns what others can access all
    the same, because it is such a folder, belongs to another user or is on a file system without modes.
    """
    exposed = []
    for path in [folder, *(path for pattern in KEPT_FILES for path in sorted(folder.glob(pattern)))]:
        with suppress(FileNotFoundError):  # SQLite deletes its temporary files
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077 and not mode & stat.S_ISVTX:
                with suppress(OSError):
                    path.chmod(mode & 0o700)
            if path.stat().st_mode & 0o077:
                exposed.append(path)
    return exposed


def private_file(path: Path) -> None:
    """Create an empty file that only its owner may access, unless there is a file. SQLite gives the files that it puts
    beside a database the mode of the database."""
    with suppress(OSError):  # whoever opens the file reports what is wrong with its path
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
