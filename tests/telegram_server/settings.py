"""Variants of Telegram's behaviour. A test may choose one at any time."""

from dataclasses import dataclass
from enum import StrEnum

from .errors import RpcFailure


class Duplicates(StrEnum):
    """The answer to messages.sendMessage with a random_id that was used before.

    ORIGINAL is `updates` with updateMessageID of the first message and updateNewMessage with pts_count 0; ERROR is 500
    RANDOM_ID_DUPLICATE. Telegram has been seen to give both answers. Neither sends the message again.
    """

    ORIGINAL = "original"
    ERROR = "error"


class Answers(StrEnum):
    """The form of the answer to messages.sendMessage. All of them exist in the schema; SHORT is what Telegram usually
    gives. MESSAGE_ONLY has no updateMessageID, and ID_ONLY is an updateShort with nothing else."""

    SHORT = "updateShortSentMessage"
    UPDATES = "updates"
    COMBINED = "updatesCombined"
    MESSAGE_ONLY = "updates without updateMessageID"
    SINGLE = "updateShort"
    ID_ONLY = "updateShort with updateMessageID"


# How much more a premium user may do.
PREMIUM_FACTOR = 2


@dataclass(slots=True)
class Settings:
    """`has_short_updates`: push new messages as updateShortMessage, without users, instead of `updates`.

    `allows_one_connection`: a second connection with the same key makes the key unusable, 406 AUTH_KEY_DUPLICATED.
    `allows_one_address`: the same for a second connection from another IP address, as Telegram does it. Clients of this
    machine have 127.0.0.2 and so on with Telethon's `local_addr`.
    `init_refusal`: the answer to every initConnection, None if clients are accepted.
    `answers`: the form of the answers to sends. `pushes_own_sends`: the sending session gets the update too, before the
    answer. `gives_logout_tokens`: auth.logOut answers a token with which the user may log in again without a code.
    `checks_media_first`: a used random_id is noticed after the media of a send was checked, not before.
    `caption_limit` (characters), `part_limit` (parts of a file): what help.getAppConfig says and sends must keep to;
    premium users have twice as much. `edit_seconds`: how long a message may be edited.
    `difference_limit`: the most events in one updates.difference; more are sent as differenceSlice.
    """

    duplicates: Duplicates = Duplicates.ORIGINAL
    answers: Answers = Answers.SHORT
    pushes_own_sends: bool = False
    has_short_updates: bool = False
    allows_one_connection: bool = False
    allows_one_address: bool = False
    init_refusal: RpcFailure | None = None
    gives_logout_tokens: bool = False
    checks_media_first: bool = False
    caption_limit: int = 1024
    part_limit: int = 4000
    edit_seconds: int = 172_800
    difference_limit: int = 100
