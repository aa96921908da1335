"""The settings for Telegram, and loading Telethon."""

import re
import threading
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_TEST_DC = re.compile(r"([0-9]{1,3})@(.+):([0-9]{1,5})")
_telethon_lock = threading.Lock()


def missing() -> list[str]:
    """The names of the required settings that are not set. A test server needs none."""
    if settings.TELEGRAM_TEST_DC:
        return []
    return [name for name in ("TELEGRAM_API_ID", "TELEGRAM_API_HASH") if not getattr(settings, name)]


def application() -> tuple[int, str]:
    """``api_id`` and ``api_hash`` from my.telegram.org. A test server accepts any.

    Raises ``ImproperlyConfigured`` when they are not set.
    """
    if settings.TELEGRAM_API_ID and settings.TELEGRAM_API_HASH:
        return settings.TELEGRAM_API_ID, settings.TELEGRAM_API_HASH
    if settings.TELEGRAM_TEST_DC:
        return 1, "0" * 32
    raise ImproperlyConfigured(f"set {' and '.join(missing())} (my.telegram.org, API development tools)")


def first_data_center() -> tuple[int, str, int]:
    """Id, host and port of where a login starts. Telegram redirects it to the account's own data center."""
    if not settings.TELEGRAM_TEST_DC:
        return 2, "149.154.167.51", 443
    match = _TEST_DC.fullmatch(settings.TELEGRAM_TEST_DC)
    if match is None:
        raise ImproperlyConfigured("TELEGRAM_TEST_DC is written <id>@<host>:<port>, like 2@127.0.0.1:4430")
    return int(match[1]), match[2], int(match[3])


def trust_test_key() -> None:
    """Make the clients of this process trust ``TELEGRAM_TEST_RSA_KEY``, if it is set."""
    if settings.TELEGRAM_TEST_RSA_KEY:
        from telethon.crypto import rsa

        rsa.add_key(Path(settings.TELEGRAM_TEST_RSA_KEY).read_text(), old=False)


def load_telethon() -> None:
    """Import Telethon when it is first needed; it costs 30 MiB, so no process imports it at start.

    One thread at a time, because Telethon's modules import each other in circles: two threads that start at different
    modules would see half-initialized ones.
    """
    with _telethon_lock:
        import telethon  # noqa: F401
