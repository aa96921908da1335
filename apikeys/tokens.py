"""The format of API keys: generate, parse, display and redact them, without a database.

`cs_live_<4 hex>_<secret>`. The secret is base62 and ends in a CRC-32 of everything before it, six base62 digits, as
GitHub's tokens do (github.blog, "Behind GitHub's new authentication token formats"). So a mistyped token is refused
without a query, and a secret scanner can tell a real token from noise.
"""

import re
import secrets
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

Mode = Literal["live", "test"]

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# 62**30 is over 2**178.
_RANDOM_LENGTH = 30
_CHECKSUM_LENGTH = 6
_TOKEN = re.compile(rf"(cs_(live|test)_[0-9a-f]{{4}})_[0-9A-Za-z]{{{_RANDOM_LENGTH + _CHECKSUM_LENGTH}}}")

# Wider than _TOKEN on purpose: a truncated, mistyped or badly pasted token still reveals most of a secret.
# The public prefix alone, and what display() returns, stay as they are.
REDACT = re.compile(
    r"(cs_(?:live|test)_)(?:([0-9a-f]{4}_)[0-9a-z_-]+|[0-9a-z-]{5,}[0-9a-z_-]*)", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A new token. ``text`` is the secret, shown once; ``prefix`` is public, such as ``cs_live_a4f9``."""

    text: str
    prefix: str

    def __repr__(self) -> str:
        return f"Token({display(self.prefix)})"


@dataclass(frozen=True, slots=True)
class ParsedToken:
    """What the text of a well-formed token says. It proves nothing until its digest is found in the database."""

    mode: Mode
    prefix: str


def generate(mode: Mode) -> Token:
    """A new random token: 30 base62 characters, more than 178 bits."""
    if mode not in get_args(Mode):
        raise ValueError(f"unknown mode: {mode}")
    prefix = f"cs_{mode}_{secrets.token_hex(2)}"
    body = f"{prefix}_" + "".join(secrets.choice(_BASE62) for _ in range(_RANDOM_LENGTH))
    return Token(text=body + _checksum(body), prefix=prefix)


def parse(text: str) -> ParsedToken | None:
    """The parts of the token; None if the format or the checksum is wrong."""
    match = _TOKEN.fullmatch(text)
    if match is None or _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    return ParsedToken(mode="live" if match[2] == "live" else "test", prefix=match[1])


def digest(text: str) -> bytes:
    """The 32 bytes of SHA-256 that are stored. 178 random bits need no salt and no slow hash."""
    return sha256(text.encode()).digest()


def display(prefix: str) -> str:
    """How a key is shown once its token is no longer known: ``cs_live_a4f9_…``."""
    return f"{prefix}_…"


def redact(text: str) -> str:
    """``text`` with the secret part of every token in it replaced by ``…``; for log lines."""
    return REDACT.sub(lambda match: f"{match[1]}{match[2] or ''}…", text)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
