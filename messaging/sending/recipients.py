"""Whom a message is for, as a client may write it: a username, a link to one, or a Telegram user id."""

import re
from dataclasses import dataclass, field

from contacts.normalization import InvalidUsername, parse_username

# Telegram ids fit 52 bits today; the column is a bigint.
MAX_TELEGRAM_ID = 2**63 - 1
_DIGITS = re.compile(r"[1-9][0-9]{0,18}")


class InvalidRecipient(ValueError):
    """`to` names nobody."""

    code = "invalid_recipient"
    detail = "give a username (@name), a t.me link, or a positive numeric Telegram id"

    def __init__(self) -> None:
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Exactly one of `username_key` and `telegram_id` is set; `username` is the spelling that was given."""

    username_key: str | None = None
    telegram_id: int | None = None
    username: str | None = field(default=None, compare=False)


def parse_recipient(value: str | int) -> Recipient:
    """Reads `to`; digits in a string are an id too, for no username starts with a digit. Raises InvalidRecipient."""
    if isinstance(value, str):
        text = value.strip()
        return _by_id(int(text)) if _DIGITS.fullmatch(text) else _by_username(text)
    # JSON's true is an int to Python, and 1 is somebody's id.
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidRecipient
    return _by_id(value)


def _by_id(number: int) -> Recipient:
    if not 1 <= number <= MAX_TELEGRAM_ID:
        raise InvalidRecipient
    return Recipient(telegram_id=number)


def _by_username(text: str) -> Recipient:
    try:
        username = parse_username(text)
    except InvalidUsername:
        raise InvalidRecipient from None
    return Recipient(username_key=username.lower(), username=username)
