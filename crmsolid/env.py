"""Reads settings from environment variables strictly.

Each ``env_`` function raises ``ImproperlyConfigured`` with the variable, its value (except for URLs, which hold
passwords) and the values that are valid.
"""

import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

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


# What an address of a bucket may say after the ``?``, and what django-storages calls it.
_S3_OPTIONS = {"endpoint_url": "endpoint_url", "region": "region_name", "addressing_style": "addressing_style"}


def env_files(name: str, folder: Path) -> dict[str, Any]:
    """Django's storage of files: the folder with this path, ``folder`` if the variable is not set, or the bucket of
    ``s3://bucket/prefix``, with ``endpoint_url``, ``region`` and ``addressing_style`` as its query. The keys of a
    bucket are those of the variables ``AWS_*``."""
    given = str(env.str(name, "")).strip()
    if not given.startswith("s3:"):
        if "://" in given:
            raise ImproperlyConfigured(
                f"{name} is {given.partition('://')[0]}://…; give a folder or s3://bucket/prefix"
            )
        location = Path(given).absolute() if given else folder
        return {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": str(location)}}
    parts = urlsplit(given)
    query = dict(parse_qsl(parts.query))
    if not parts.hostname or parts.username or not query.keys() <= _S3_OPTIONS.keys():
        known = ", ".join(_S3_OPTIONS)
        raise ImproperlyConfigured(f"{name} is no bucket we know; give s3://bucket/prefix, with ?{known} if needed")
    options = {_S3_OPTIONS[key]: value for key, value in query.items()}
    options |= {"bucket_name": parts.netloc, "location": parts.path.strip("/")}
    return {"BACKEND": "messaging.files.s3.Bucket", "OPTIONS": options}


def forbid_core_dumps() -> None:
    """The memory of a process has keys, sessions of Telegram accounts and people's data: none of it is to be written to
    a file when the process crashes. Processes that it starts inherit the limit."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
