"""Reads settings from environment variables strictly: a value that is not valid is refused, with the variable's name.

Each function raises ``ImproperlyConfigured`` with the variable, its value (except for URLs, which hold passwords) and
the values that are valid.
"""

from collections.abc import Sequence
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


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


def env_database(name: str) -> dict[str, Any]:
    """Django's settings for the database at this URL, which is PostgreSQL or SQLite."""
    url = env.str(name)
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(f"{name} is no address we know; give postgres://user:password@host:5432/name")
    return dict(env.db_url_config(url))
