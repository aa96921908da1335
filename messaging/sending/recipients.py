"""Parses the recipient of a message as a client may write it: a username, a link to one, or a numeric Telegram id."""

import re
from dataclasses import dataclass

from contacts.normalization import IdAsUsername, InvalidUsername, parse_username
from crmsolid.core.errors import invalid

# Telegram ids fit in 52 bits today; the database column is a bigint.
MAX_TELEGRAM_ID = 2**63 - 1
_HINT = "give a username, or the id of a contact as `contact_id`"
_HINTS = {"contact": "give it as `contact_id` in place of `to`"}
_DIGITS = re.compile(r"[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Either a username, in the spelling of the client, or a Telegram id."""

    username: str | None = None
    telegram_id: int | None = None

    def __str__(self) -> str:
        """``@username`` or the numeric id, as it is stored with the message."""
        return f"@{self.username}" if self.username else str(self.telegram_id)


def parse_recipient(value: str | int) -> Recipient:
    """Parse ``to``; ``validation_failed`` (422) if it is neither a username nor a Telegram id, or an id of ours.

    A string of digits is a Telegram id, for no username starts with a digit.
    """
    error = invalid(
        "to", "invalid_recipient", "give a username (@name), a t.me link, or a positive numeric Telegram id"
    )
    if isinstance(value, str):
        if not _DIGITS.fullmatch(value.strip()):
            try:
                return Recipient(username=parse_username(value))
            except InvalidUsername:
                raise error from None
            except IdAsUsername as mistake:
                raise invalid("to", mistake.code, mistake.detail, hint=_HINTS.get(mistake.kind, _HINT)) from None
        value = int(value)
    # JSON's true is the int 1 to Python, and 1 is a valid id.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_TELEGRAM_ID:
        raise error
    return Recipient(telegram_id=value)
