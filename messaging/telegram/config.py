"""The settings for Telegram, and loading Telethon."""

import re
import threading
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_TEST_DC = re.compile(r"([0-9]{1,3})@(.+):([0-9]{1,5})")
# Telegram's data centers by id, over IPv4 and IPv6, as its own clients know them.
_ADDRESSES = {
    1: ("149.154.175.50", "2001:b28:f23d:f001::a"),
    2: ("149.154.167.51", "2001:67c:4e8:f002::a"),
    3: ("149.154.175.100", "2001:b28:f23d:f003::a"),
    4: ("149.154.167.91", "2001:67c:4e8:f004::a"),
    5: ("149.154.171.5", "2001:b28:f23f:f005::a"),
}
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
        return 2, _ADDRESSES[2][uses_ipv6()], 443
    match = _TEST_DC.fullmatch(settings.TELEGRAM_TEST_DC)
    if match is None:
        raise ImproperlyConfigured("TELEGRAM_TEST_DC is written <id>@<host>:<port>, like 2@127.0.0.1:4430")
    return int(match[1]), match[2], int(match[3])


def uses_ipv6() -> bool:
    """``TELEGRAM_IPV6``; for a test server, whether its address is one."""
    if settings.TELEGRAM_TEST_DC:
        return ":" in first_data_center()[1]
    return bool(settings.TELEGRAM_IPV6)


def host_of(dc_id: int, host: str) -> str:
    """The address of a data center that was reached at ``host`` before: another one if ``TELEGRAM_IPV6`` has changed.

    Telethon would connect to its own first data center then, which does not know the account's key.
    """
    if settings.TELEGRAM_TEST_DC or dc_id not in _ADDRESSES or (":" in host) == uses_ipv6():
        return host
    return _ADDRESSES[dc_id][uses_ipv6()]


def proxy() -> str | None:
    """The URL of the proxy that all connections to Telegram take, with its password. None: they are direct."""
    return settings.TELEGRAM_PROXY or None


def is_obfuscated() -> bool:
    """Whether the packets look like random bytes, for networks that hold back what they recognize as Telegram."""
    return bool(settings.TELEGRAM_OBFUSCATED)


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
