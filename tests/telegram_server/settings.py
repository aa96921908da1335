"""Ways in which Telegram has been seen to behave; a test picks one, also while the server runs."""

from dataclasses import dataclass
from enum import StrEnum


class Duplicates(StrEnum):
    """The answer to messages.sendMessage with a random_id that was used before.

    ORIGINAL: `updates` with updateMessageID of the first message, and updateNewMessage with pts_count 0.
    ERROR: 500 RANDOM_ID_DUPLICATE. Both have been seen; neither sends the message again.
    """

    ORIGINAL = "original"
    ERROR = "error"


@dataclass(slots=True)
class Settings:
    """`has_short_updates`: push new messages as updateShortMessage, which names nobody, instead of `updates`.

    `allows_one_connection`: a second connection with the same key kills the key, 406 AUTH_KEY_DUPLICATED.
    `difference_limit`: events per updates.difference; more come as differenceSlice.
    """

    duplicates: Duplicates = Duplicates.ORIGINAL
    has_short_updates: bool = False
    allows_one_connection: bool = False
    difference_limit: int = 100
