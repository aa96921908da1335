"""What a client is configured with: the key, the address, and how long it tries."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ._version import __version__
from .errors import ConfigurationError

DEFAULT_URL = "https://api.crmsolid.com"
USER_AGENT = f"crmsolid-client-python/{__version__}"
_KEY = re.compile(r"[\x21-\x7e]+")
_KEY_PREFIX = re.compile(r"cs_(live|test)_[0-9a-f]{4}_")


@dataclass(frozen=True, slots=True)
class Config:
    """``key`` is shown by no repr. ``timeout`` is in seconds: for an answer to begin, and again for it to be complete.
    No attempt of a call starts later than ``retry_for`` seconds after its first."""

    key: str = field(repr=False)
    base_url: str
    timeout: float
    retry_for: float

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def shown_key(self) -> str:
        """The part of the key that the panel shows too."""
        prefix = _KEY_PREFIX.match(self.key)
        return f"{prefix[0]}…" if prefix else "…"


def read_config(key: str | None, base_url: str | None, timeout: float, retry_for: float, allow_http: bool) -> Config:
    """Arguments first, then the environment variables CRMSOLID_KEY and CRMSOLID_URL."""
    token = (os.environ.get("CRMSOLID_KEY", "") if key is None else key).strip()
    if not token:
        raise ConfigurationError("no API key: set the environment variable CRMSOLID_KEY, or give key=...")
    if not _KEY.fullmatch(token):
        raise ConfigurationError("the API key has characters that no key has: copy it again")
    address = (os.environ.get("CRMSOLID_URL") or DEFAULT_URL) if base_url is None else base_url
    return Config(token, _checked(address.strip(), allow_http), timeout, retry_for)


def _checked(address: str, allow_http: bool) -> str:
    """The address without a slash at its end. ConfigurationError if the key must not be sent there."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError(f"base_url is no http or https address, such as {DEFAULT_URL}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError("base_url must have no user, query or fragment")
    if parts.scheme == "http" and not allow_http and not _is_this_machine(parts.hostname):
        raise ConfigurationError(
            f"the key would go to {parts.hostname} unencrypted: use https, or allow_http=True inside a private network"
        )
    return address.rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
