"""Telegram's names of errors. Telethon's classes do not carry them, and some errors have no class of their own."""

import re

from telethon.errors import RPCError
from telethon.errors.rpcerrorlist import rpc_errors_dict, rpc_errors_re

_WITH_NUMBER = {cls: re.sub(r"\(\\d\+\)", "X", pattern) for pattern, cls in rpc_errors_re}
_NAMES = {cls: name for name, cls in rpc_errors_dict.items()}


def name_of(error: RPCError) -> str:
    """``PEER_FLOOD``, ``FLOOD_WAIT_X`` (whatever its number), also where Telethon knows no class."""
    kind = type(error)
    return _WITH_NUMBER.get(kind) or _NAMES.get(kind) or re.sub(r"_\d+$", "_X", str(error.message).upper())
