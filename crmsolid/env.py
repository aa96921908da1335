"""What the environment gives, read strictly: a value that is none of ours is refused by name, never guessed at.

Each raises ``ImproperlyConfigured`` with the variable, what it holds (but for addresses, which hold passwords) and
what to give.
"""

from collections.abc import Sequence
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def env_choice(name: str, known: Sequence[str]) -> str:
    """The variable's value, the first of ``known`` where it is not set: a mistyped `production` must not run as
    development."""
    found = env.str(name, "") or known[0]
    if found not in known:
        raise ImproperlyConfigured(f"{name} is {found!r}; give {' or '.join(known)}")
    return str(found)


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """A whole number, ``least`` or more."""
    text = env.str(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}; give a whole number, {least} or more")
    return int(text)


def env_database(name: str) -> dict[str, Any]:
    """Django's settings of the database at that address: PostgreSQL or SQLite."""
    url = env.str(name)
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(f"{name} is no address we know; give postgres://user:password@host:5432/name")
    return dict(env.db_url_config(url))
