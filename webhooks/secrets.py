"""An endpoint's secrets: sealed in its row, open only where something is signed."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from cryptography.fernet import InvalidToken

from crmsolid.core import clock, crypto
from crmsolid.core.errors import invalid
from webhooks.models import Endpoint, Verified

logger = logging.getLogger("crmsolid.webhooks")

MAX_SECRET = 255


@dataclass(slots=True)
class Keyring:
    """The secrets that may sign, and which of two the receiver is believed to check with. The repr shows none.

    One that none of our keys opens is None: an operator's mistake must not stop everybody else's deliveries.
    """

    current: str | None = field(repr=False)
    previous: str | None = field(repr=False)
    previous_until: datetime | None
    verified_with: str

    @classmethod
    def of(cls, endpoint: Endpoint) -> "Keyring":
        previous = endpoint.previous_secret
        return cls(
            _opened(endpoint, bytes(endpoint.secret)),
            None if previous is None else _opened(endpoint, bytes(previous)),
            endpoint.previous_secret_until,
            endpoint.verified_with,
        )

    def in_force(self, now: datetime) -> "Sequence[tuple[Verified, str]]":
        """The secrets at this time, the one to try first in front; none if the current one cannot be opened.

        After a rotation that is the previous one, until the receiver has accepted the current one: it is what the
        receiver has been checking with.
        """
        if self.current is None:
            return []
        current = (Verified.CURRENT, self.current)
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return [current]
        previous = (Verified.PREVIOUS, self.previous)
        return [current, previous] if self.verified_with == Verified.CURRENT else [previous, current]


def seal(secret: str) -> bytes:
    """The secret as it is stored."""
    return crypto.encrypt(secret.encode())


@lru_cache(maxsize=4096)
def unseal(sealed: bytes) -> str:
    """The secret back from its stored form."""
    return crypto.decrypt(sealed).decode()


def _opened(endpoint: Endpoint, sealed: bytes) -> str | None:
    try:
        return unseal(sealed)
    except InvalidToken:
        _report(endpoint.pk, clock.now().replace(second=0, microsecond=0))
        return None


@lru_cache(maxsize=256)
def _report(endpoint_id: str, minute: datetime) -> None:
    """Once a minute: the pump looks several times a second."""
    logger.error("no key in FIELD_ENCRYPTION_KEYS opens a secret of %s: its deliveries wait", endpoint_id)


def check_secret(secret: str) -> str:
    """A chosen secret: 1 to 255 visible characters. ``validation_failed`` otherwise."""
    if not 1 <= len(secret) <= MAX_SECRET:
        raise invalid("secret", "length", f"a secret has 1 to {MAX_SECRET} characters")
    if any(character.isspace() or not character.isprintable() for character in secret):
        raise invalid("secret", "invisible_characters", "a secret has visible characters only, no spaces")
    return secret
