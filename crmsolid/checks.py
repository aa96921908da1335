"""What a production start must not have, each with a hint. ``CRMSOLID_ENV=production`` turns these on.

They are Django system checks, so every management command refuses too; the web, the workers and the scheduler ask
:func:`refuse_unsafe_start` as they start.
"""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

TAG = "crmsolid"
MIN_SECRET_KEY = 50
EXIT_UNSAFE = 3


@register(TAG)
def check_production(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Empty outside production."""
    if not settings.PRODUCTION:
        return []
    return [*_secrets(), *_exposure(), *_processes()]


def refuse_unsafe_start() -> None:
    """Exit with status 3 and the list of what is unsafe, before anything is served."""
    errors = run_checks(tags=[TAG])
    if errors:
        print("refusing to start in production:", file=sys.stderr)
        for error in errors:
            print(f"  {error.id}: {error.msg}\n    hint: {error.hint}", file=sys.stderr, flush=True)
        raise SystemExit(EXIT_UNSAFE)


def _secrets() -> Iterable[CheckMessage]:
    secret = _secret_key()
    if not secret:
        yield Error("SECRET_KEY is not set", hint=_random_hint("SECRET_KEY", 50), id="crmsolid.E001")
    elif len(secret) < MIN_SECRET_KEY:
        text = f"SECRET_KEY has {len(secret)} characters, fewer than {MIN_SECRET_KEY}"
        yield Error(text, hint=_random_hint("SECRET_KEY", 50), id="crmsolid.E002")
    hint = (
        'set FIELD_ENCRYPTION_KEYS to what `python -c "from cryptography.fernet import Fernet; '
        'print(Fernet.generate_key().decode())"` prints; to rotate, put a new key in front, separated by a comma'
    )
    if not settings.FIELD_ENCRYPTION_KEYS:
        yield Error("FIELD_ENCRYPTION_KEYS is not set", hint=hint, id="crmsolid.E003")
    for place, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        if not _is_fernet_key(key):  # never named: it may be a key with a letter missing
            yield Error(f"key {place} of FIELD_ENCRYPTION_KEYS is no Fernet key", hint=hint, id="crmsolid.E009")


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # how Django says that it is empty
        return ""


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _random_hint(name: str, size: int) -> str:
    return f'set {name} to what `python -c "import secrets; print(secrets.token_urlsafe({size}))"` prints'


def _exposure() -> Iterable[CheckMessage]:
    if settings.DEBUG:
        hint = "unset DEBUG: its error pages show settings and data to anybody"
        yield Error("DEBUG is on", hint=hint, id="crmsolid.E004")
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        said = "allows every host" if settings.ALLOWED_HOSTS else "is not set"
        hint = "set ALLOWED_HOSTS to the host names this product answers to, separated by commas"
        yield Error(f"ALLOWED_HOSTS {said}", hint=hint, id="crmsolid.E005")
    if settings.WEBHOOK_ALLOW_PRIVATE:
        hint = "unset CRMSOLID_WEBHOOK_ALLOW_PRIVATE: with it, a customer's webhook can reach your own network"
        yield Error("CRMSOLID_WEBHOOK_ALLOW_PRIVATE is on", hint=hint, id="crmsolid.E006")


def _processes() -> Iterable[CheckMessage]:
    """Several web processes need one database server and one place to count requests."""
    if settings.WEB_PROCESSES <= 1:
        return
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        hint = "set DATABASE_URL=postgres://user:password@host:5432/name, or run one web process"
        yield Error(f"SQLite with {settings.WEB_PROCESSES} web processes", hint=hint, id="crmsolid.E007")
    if not settings.REDIS_URL:
        hint = "set REDIS_URL=redis://host:6379/0, or run one web process: rate limits would hold per process only"
        yield Error(f"{settings.WEB_PROCESSES} web processes without REDIS_URL", hint=hint, id="crmsolid.E008")
