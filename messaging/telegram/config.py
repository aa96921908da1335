"""Where Telegram is and who we are to it, from the settings."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_TEST_DC = re.compile(r"([0-9]{1,3})@(.+):([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class DataCentre:
    id: int
    host: str
    port: int


TELEGRAMS_OWN = DataCentre(2, "149.154.167.51", 443)


def missing() -> list[str]:
    """The settings without which there is no Telegram here; none for a server in its place."""
    if settings.TELEGRAM_TEST_DC:
        return []
    return [name for name in ("TELEGRAM_API_ID", "TELEGRAM_API_HASH") if not getattr(settings, name)]


def enabled() -> bool:
    """Whether this installation speaks to Telegram, or to a server in its place."""
    return not missing()


def application() -> tuple[int, str]:
    """``api_id`` and ``api_hash`` of my.telegram.org; a test server takes any."""
    if settings.TELEGRAM_API_ID and settings.TELEGRAM_API_HASH:
        return settings.TELEGRAM_API_ID, settings.TELEGRAM_API_HASH
    if settings.TELEGRAM_TEST_DC:
        return 1, "0" * 32
    raise ImproperlyConfigured(f"set {' and '.join(missing())} (my.telegram.org, API development tools)")


def first_data_centre() -> DataCentre:
    """Where a login starts; Telegram sends it on to the account's own."""
    if not settings.TELEGRAM_TEST_DC:
        return TELEGRAMS_OWN
    match = _TEST_DC.fullmatch(settings.TELEGRAM_TEST_DC)
    if match is None:
        raise ImproperlyConfigured("TELEGRAM_TEST_DC is written <id>@<host>:<port>, like 2@127.0.0.1:4430")
    return DataCentre(int(match[1]), match[2], int(match[3]))


def trust_test_key() -> None:
    """Make this process's clients trust ``TELEGRAM_TEST_RSA_KEY``, if there is one."""
    if settings.TELEGRAM_TEST_RSA_KEY:
        _trust(settings.TELEGRAM_TEST_RSA_KEY)


@lru_cache(maxsize=4)
def _trust(file: str) -> None:
    from telethon.crypto import rsa

    rsa.add_key(Path(file).read_text(), old=False)
