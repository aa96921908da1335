"""Reads settings from environment variables strictly.

Each ``env_`` function raises ``ImproperlyConfigured`` with the variable, its value (except for URLs, which hold
passwords) and the values that are valid.
"""

import resource
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import conninfo

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


def env_database(name: str, default: str = "") -> dict[str, Any]:
    """Django's settings for the PostgreSQL at this URL. Its host may be the percent-encoded folder of a unix socket, as
    in ``postgres://user:password@%2Fvar%2Frun%2Fpostgresql/name``."""
    url = env.str(name, "") or default
    try:
        is_valid = url.partition("://")[0] in ("postgres", "postgresql") and conninfo.conninfo_to_dict(url)["dbname"]
        settings = dict(env.db_url_config(url)) if is_valid else {}
    except (KeyError, ValueError, psycopg.ProgrammingError):  # whose texts have parts of the password
        settings = {}
    if not settings:
        example = "postgres://user:password@host:5432/name, with special characters percent-encoded"
        raise ImproperlyConfigured(f"{name} is no address we know; give {example}")
    host = urlsplit(url).netloc.rpartition("@")[2]
    if host.lower().startswith("%2f"):  # django-environ makes it lower case and leaves it encoded
        settings["HOST"] = unquote(host.partition(":")[0])
    return settings


def forbid_core_dumps() -> None:
    """The memory of a process has keys, sessions of Telegram accounts and people's data: none of it is to be written to
    a file when the process crashes. Processes that it starts inherit the limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
