"""What a client is configured with: the key, the address, and how long it tries."""

from __future__ import annotations

import dataclasses
import ipaddress
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ._version import __version__
from .errors import ConfigurationError

DEFAULT_URL = "https://api.crmsolid.com"
DEFAULT_TIMEOUT = 30.0
DEFAULT_RETRY_FOR = 30.0
DEFAULT_MAX_RETRIES = 8
USER_AGENT = f"crmsolid-client-python/{__version__}"
_KEY = re.compile(r"[\x21-\x7e]+")
_KEY_PREFIX = re.compile(r"cs_(live|test)_[0-9a-f]{4}_")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
# What the client sets itself, or takes as an argument.
_OWN_HEADERS = frozenset(
    {"authorization", "host", "connection", "content-length", "transfer-encoding", "idempotency-key"}
)


@dataclass(frozen=True, slots=True)
class Config:
    """``key`` is shown by no repr. ``timeout`` and ``retry_for`` are in seconds. ``headers`` go with each request.
    ``retry_for`` is None where the caller gives none: see :attr:`retry_seconds`."""

    key: str = field(repr=False)
    base_url: str
    timeout: float = DEFAULT_TIMEOUT
    retry_for: float | None = None
    max_retries: int = DEFAULT_MAX_RETRIES
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not _is_number(self.timeout) or self.timeout <= 0:
            raise ValueError("timeout is a number of seconds above 0")
        if not _is_number(self.retry_seconds) or self.retry_seconds < 0:
            raise ValueError("retry_for is a number of seconds, 0 to try once")
        if not isinstance(self.max_retries, int) or isinstance(self.max_retries, bool) or self.max_retries < 0:
            raise ValueError("max_retries is a whole number, 0 to try once")

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def retry_seconds(self) -> float:
        """An attempt has its whole timeout, unless the caller wants less."""
        return max(DEFAULT_RETRY_FOR, self.timeout) if self.retry_for is None else self.retry_for

    @property
    def is_retrying(self) -> bool:
        return self.retry_seconds > 0 and self.max_retries > 0

    @property
    def shown_key(self) -> str:
        """The part of the key that the panel shows too."""
        prefix = _KEY_PREFIX.match(self.key)
        return f"{prefix[0]}…" if prefix else "…"

    def changed(
        self,
        timeout: float | None = None,
        retry_for: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> Config:
        """With what is given. Headers are added to those that there are."""
        more = dict(headers or {}) if request_id is None else {**(headers or {}), "X-Request-Id": request_id}
        given = {"timeout": timeout, "retry_for": retry_for, "max_retries": max_retries}
        changes = {name: value for name, value in given.items() if value is not None}
        return dataclasses.replace(self, **changes, headers={**self.headers, **checked_headers(more)})  # type: ignore[arg-type]


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a caller. ValueError for one that cannot be sent, or that the client sets itself."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise ValueError(f"{name!r} is no header that can be given")
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"the value of the header {name} is not printable ASCII, or has a space at an end")
    return dict(headers)


def read_config(
    key: str | None, base_url: str | None, timeout: float, retry_for: float | None, max_retries: int, allow_http: bool
) -> Config:
    """Arguments first, then the environment variables CRMSOLID_KEY and CRMSOLID_URL."""
    token = (os.environ.get("CRMSOLID_KEY", "") if key is None else key).strip()
    if not token:
        raise ConfigurationError("no API key: set the environment variable CRMSOLID_KEY, or give key=...")
    if not _KEY.fullmatch(token):
        raise ConfigurationError("the API key has characters that no key has: copy it again")
    address = (os.environ.get("CRMSOLID_URL") or DEFAULT_URL) if base_url is None else base_url
    return Config(token, _checked(address.strip(), allow_http), timeout, retry_for, max_retries)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


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
