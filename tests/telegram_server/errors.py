"""Errors as Telegram reports them: a numeric code and an upper-case name."""

import re

from telethon.errors import rpc_message_to_error
from telethon.tl.types import RpcError

SERVER_ERROR_CODE = 500
# Errors of Telegram that Telethon has no class for, by code.
UNKNOWN_TO_TELETHON = {
    400: re.compile(
        r"FILE_REFERENCE_\d+_(EXPIRED|INVALID)|QUOTE_TEXT_INVALID|REPLY_MESSAGE_ID_INVALID|MESSAGE_NOT_READ_YET"
        r"|MESSAGE_TOO_OLD"
    ),
    403: re.compile(r"YOUR_PRIVACY_RESTRICTED"),
}


class RpcFailure(Exception):
    """The request is refused; the client receives rpc_error(code, name)."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"{code} {name}")
        self.code = code
        self.name = name


class AnswerLost(Exception):
    """A fault withholds the answer, whatever the request did."""


def failure(name: str, code: int | None = None) -> RpcFailure:
    """The error of this name, such as FLOOD_WAIT_30, with Telethon's code for it unless one is given.

    Raises ValueError for a name without a code that neither Telethon nor this module knows, so that a typo is noticed.
    """
    return RpcFailure(known_code(name) if code is None else code, name)


def known_code(name: str) -> int:
    for code, names in UNKNOWN_TO_TELETHON.items():
        if names.fullmatch(name):
            return code
    error = rpc_message_to_error(RpcError(0, name), None)
    if type(error).__name__ == "RPCError":
        raise ValueError(f"Telethon does not know the error {name}; give its code")
    return int(error.code)
