"""Refusals as Telegram words them: a numeric code and an upper-case name."""

from telethon.errors import rpc_message_to_error
from telethon.tl.types import RpcError

SERVER_ERROR_CODE = 500


class RpcFailure(Exception):
    """A request is refused: the client receives rpc_error(code, name)."""

    def __init__(self, code: int, name: str) -> None:
        super().__init__(f"{code} {name}")
        self.code = code
        self.name = name


class AnswerLost(Exception):
    """The connection was cut on purpose; whatever the request did, its answer must not be sent."""


def failure(name: str, code: int | None = None) -> RpcFailure:
    """The refusal of that name, e.g. FLOOD_WAIT_30; its code is Telethon's unless one is given.

    Raises ValueError for a name Telethon does not know when no code is given: a typo must not become a fault.
    """
    return RpcFailure(known_code(name) if code is None else code, name)


def known_code(name: str) -> int:
    error = rpc_message_to_error(RpcError(0, name), None)
    if type(error).__name__ == "RPCError":
        raise ValueError(f"Telethon knows no error {name}; give its code")
    return int(error.code)
