"""Variants of Telegram's behaviour. A test may choose one at any time."""

from dataclasses import dataclass
from enum import StrEnum


class Duplicates(StrEnum):
    """The answer to messages.sendMessage with a random_id that was used before.

    ORIGINAL is `updates` with updateMessageID of the first message and updateNewMessage with pts_count 0; ERROR is 500
    RANDOM_ID_DUPLICATE. Telegram has been seen to give both answers. Neither sends the message again.
    """

    ORIGINAL = "original"
    ERROR = "error"


@dataclass(slots=True)
class Settings:
    """`has_short_updates`: push new messages as updateShortMessage, without users, instead of `updates`.

    `allows_one_connection`: a second connection with the same key makes the key unusable, 406 AUTH_KEY_DUPLICATED.
    `gives_logout_tokens`: auth.logOut answers a token with which the user may log in again without a code.
    `refuses_api_id`: the first request of a connection, with initConnection, is refused with API_ID_INVALID.
    `difference_limit`: the most events in one updates.difference; more are sent as differenceSlice.
    """

    duplicates: Duplicates = Duplicates.ORIGINAL
    has_short_updates: bool = False
    allows_one_connection: bool = False
    gives_logout_tokens: bool = False
    refuses_api_id: bool = False
    difference_limit: int = 100
