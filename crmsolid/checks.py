"""Checks for settings that are unsafe in production, each with a hint. ``CRMSOLID_ENV=production`` turns them on. One
more warns, everywhere, of a data folder that others can read.

They are Django system checks, so management commands refuse to run too. Web, worker and scheduler call
:func:`refuse_unsafe_start` when they start.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

TAG = "crmsolid"
MIN_SECRET_KEY = 50
EXIT_UNSAFE = 3
SECRET_HINT = 'set SECRET_KEY to what `python -c "import secrets; print(secrets.token_urlsafe(50))"` prints'
KEYS_HINT = (
    'set FIELD_ENCRYPTION_KEYS to what `python -c "from cryptography.fernet import Fernet; '
    'print(Fernet.generate_key().decode())"` prints; to rotate, put a new key in front, separated by a comma'
)


@register(TAG)
def check_production(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The errors in the settings; none outside production."""
    if not settings.PRODUCTION:
        return []
    return [*_secrets(), *_exposure(), *_servers()]


@register(TAG)
def check_data_folder(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A warning if other users of the machine can read what is kept in the data folder."""
    if not settings.EXPOSED_PATHS:
        return []
    text = f"other users of this machine can read {', '.join(map(str, settings.EXPOSED_PATHS))}"
    hint = "let CRMSOLID_DATA name a folder that belongs to the user who runs this, on a file system with modes"
    return [Warning(text, hint=hint, id="crmsolid.W001")]


@register(TAG)
def check_email(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A warning if production has no server for e-mails."""
    if not settings.PRODUCTION or settings.EMAIL_HOST:
        return []
    text = (
        "EMAIL_HOST is not set: e-mails are dropped, so nobody can reset a password and invitations have to be copied"
    )
    hint = "set EMAIL_HOST, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD and EMAIL_FROM"
    return [Warning(text, hint=hint, id="crmsolid.W002")]


def print_warnings() -> None:
    """Print what does not stop the start. Management commands print it by themselves."""
    for message in run_checks(tags=[TAG]):
        if not message.is_serious():
            print(f"warning: {message.id}: {message.msg}\n  hint: {message.hint}", file=sys.stderr, flush=True)


def refuse_unsafe_start() -> None:
    """Exit with status 3 and the list of errors, if there are any."""
    errors = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        print("refusing to start in production:", file=sys.stderr)
        for error in errors:
            print(f"  {error.id}: {error.msg}\n    hint: {error.hint}", file=sys.stderr, flush=True)
        raise SystemExit(EXIT_UNSAFE)


def _secrets() -> Iterable[CheckMessage]:
    try:
        secret = str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # raised by Django if it is empty
        secret = ""
    if not secret:
        yield Error("SECRET_KEY is not set", hint=SECRET_HINT, id="crmsolid.E001")
    elif len(secret) < MIN_SECRET_KEY:
        text = f"SECRET_KEY has {len(secret)} characters, fewer than {MIN_SECRET_KEY}"
        yield Error(text, hint=SECRET_HINT, id="crmsolid.E002")
    if not settings.FIELD_ENCRYPTION_KEYS:
        yield Error("FIELD_ENCRYPTION_KEYS is not set", hint=KEYS_HINT, id="crmsolid.E003")
    elif wrong := [number for number, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, 1) if not _is_fernet(key)]:
        text = f"FIELD_ENCRYPTION_KEYS: number {wrong[0]} is no Fernet key"
        yield Error(text, hint=KEYS_HINT, id="crmsolid.E009")


def _is_fernet(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _exposure() -> Iterable[CheckMessage]:
    if settings.DEBUG:
        hint = "unset DEBUG: its error pages show settings and data to anybody"
        yield Error("DEBUG is on", hint=hint, id="crmsolid.E004")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        problem = "allows every host" if settings.ALLOWED_HOSTS else "is not set"
        hint = "set ALLOWED_HOSTS to the host names this product answers to, separated by commas"
        yield Error(f"ALLOWED_HOSTS {problem}", hint=hint, id="crmsolid.E005")
    if settings.WEBHOOK_ALLOW_PRIVATE:
        hint = "unset CRMSOLID_WEBHOOK_ALLOW_PRIVATE: with it, a customer's webhook can reach your own network"
        yield Error("CRMSOLID_WEBHOOK_ALLOW_PRIVATE is on", hint=hint, id="crmsolid.E006")


def _servers() -> Iterable[CheckMessage]:
    if "DATABASE_URL" in settings.LOCAL_SERVERS:
        hint = "set DATABASE_URL=postgres://user:password@host:5432/name"
        yield Error("DATABASE_URL is not set", hint=hint, id="crmsolid.E007")
    if "REDIS_URL" in settings.LOCAL_SERVERS:
        yield Error("REDIS_URL is not set", hint="set REDIS_URL=redis://host:6379/0", id="crmsolid.E008")
