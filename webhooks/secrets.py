"""An endpoint's signing secrets, and its headers: encrypted in its row, decrypted only where something is sent."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import InvalidToken

from crmsolid.api.fields import matches
from crmsolid.core import clock, crypto
from crmsolid.core.errors import invalid
from webhooks.headers import headers_of
from webhooks.models import Endpoint, SigningSecret
from webhooks.patterns import MAX_SECRET, SECRET_PATTERN

logger = logging.getLogger("crmsolid.webhooks")


@dataclass(slots=True)
class EndpointSecrets:
    """The secrets of an endpoint, which of two its receiver is known to check with, and the headers that are sent
    beside ours. What no key of FIELD_ENCRYPTION_KEYS decrypts is None: that must not stop the deliveries of other
    endpoints."""

    current: str | None = field(repr=False)
    previous: str | None = field(repr=False)
    previous_until: datetime | None
    verified_with: str
    headers: dict[str, str] | None = field(repr=False)

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointSecrets":
        return cls(
            _decrypt_or_none(endpoint, "secret"),
            None if endpoint.previous_secret is None else _decrypt_or_none(endpoint, "previous_secret"),
            endpoint.previous_secret_until,
            endpoint.verified_with,
            _headers_or_none(endpoint),
        )

    def in_force(self, now: datetime) -> "Sequence[tuple[SigningSecret, str]]":
        """The secrets at this time, the one to sign X-Signature with first; none if the current one is unreadable.
        During an overlap the previous one is first until the receiver has accepted the current one."""
        if self.current is None:
            return []
        current = (SigningSecret.CURRENT, self.current)
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return [current]
        previous = (SigningSecret.PREVIOUS, self.previous)
        return [current, previous] if self.verified_with == SigningSecret.CURRENT else [previous, current]


def encrypt_secret(endpoint: Endpoint, name: str, secret: str) -> bytes:
    """The secret as it is stored in this column of the endpoint."""
    return crypto.encrypt(endpoint, name, secret.encode())


@lru_cache(maxsize=4096)
def _unseal(stored: bytes, place: str) -> str:
    return crypto.unseal(stored, place).decode()


def _decrypt_or_none(endpoint: Endpoint, name: str) -> str | None:
    try:
        return _unseal(bytes(getattr(endpoint, name)), crypto.place(endpoint, name))
    except InvalidToken:
        _log_unreadable(endpoint.pk, clock.now().replace(second=0, microsecond=0))
        return None


def _headers_or_none(endpoint: Endpoint) -> dict[str, str] | None:
    try:
        return headers_of(endpoint)
    except InvalidToken:
        _log_unreadable(endpoint.pk, clock.now().replace(second=0, microsecond=0))
        return None


@lru_cache(maxsize=256)
def _log_unreadable(endpoint_id: str, minute: datetime) -> None:
    """Cached, so that it logs once a minute: the pump looks several times a second."""
    logger.error("no key in FIELD_ENCRYPTION_KEYS decrypts a secret of %s", endpoint_id)


def check_secret(secret: str) -> str:
    """Return a chosen secret if it has 1 to 255 visible characters; otherwise ``validation_failed``."""
    if not 1 <= len(secret) <= MAX_SECRET:
        raise invalid("secret", "length", f"a secret has 1 to {MAX_SECRET} characters")
    if not matches(SECRET_PATTERN, secret):
        raise invalid("secret", "invisible_characters", "a secret has visible characters only, no spaces")
    return secret
