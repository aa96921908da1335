"""Parses the recipient of a message as a client may write it: a username, a link to one, or a numeric Telegram id."""

import re
from dataclasses import dataclass, field

from contacts.normalization import InvalidUsername, parse_username

# Telegram ids fit in 52 bits today; the database column is a bigint.
MAX_TELEGRAM_ID = 2**63 - 1
_DIGITS = re.compile(r"[1-9][0-9]{0,18}")


class InvalidRecipient(ValueError):
    """The value is neither a username nor a Telegram id."""

    code = "invalid_recipient"
    detail = "give a username (@name), a t.me link, or a positive numeric Telegram id"

    def __init__(self) -> None:
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Exactly one of ``username_key`` and ``telegram_id`` is set. ``username`` keeps the spelling of the client."""

    username_key: str | None = None
    telegram_id: int | None = None
    username: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        """``@username`` or the numeric id, as it is stored with the message."""
        return f"@{self.username}" if self.username else str(self.telegram_id)


def parse_recipient(value: str | int) -> Recipient:
    """Parse ``to``. A string of digits is an id, for no username starts with a digit. Raises InvalidRecipient."""
    if isinstance(value, str):
        text = value.strip()
        if not _DIGITS.fullmatch(text):
            try:
                username = parse_username(text)
            except InvalidUsername:
                raise InvalidRecipient from None
            return Recipient(username_key=username.lower(), username=username)
        value = int(text)
    # JSON's true is the int 1 to Python, and 1 is a valid id.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_TELEGRAM_ID:
        raise InvalidRecipient
    return Recipient(telegram_id=value)
