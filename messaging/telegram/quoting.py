"""Sending a message that quotes another one."""

from collections.abc import Callable
from typing import Any

from telethon.errors import RPCError
from telethon.tl import types

from messaging.sending.gateway import Outgoing
from messaging.telegram.client import Client
from messaging.telegram.errors import name_of

# What is wrong with the part of the text, and what with the quoted message. Nothing was sent.
QUOTE_REFUSED = ("QUOTE_TEXT_INVALID",)
REPLY_REFUSED = (
    *("REPLY_MESSAGE_ID_INVALID", "REPLY_TO_INVALID", "REPLY_TO_USER_INVALID"),
    *("MESSAGE_ID_INVALID", "MSG_ID_INVALID"),  # a request to send names no other message
)


async def invoke(client: Client, outgoing: Outgoing, request: Callable[[Any], Any]) -> Any:
    """What Telegram answers to this request, which is made with the ``reply_to`` that it is called with. If Telegram
    does not find what is quoted, the message is sent without it: the quoted one may have been changed or deleted."""
    reply_to = _reply_to(outgoing)
    while True:
        try:
            return await client.invoke(request(reply_to))
        except RPCError as error:
            if reply_to is None or name_of(error) not in (*QUOTE_REFUSED, *REPLY_REFUSED):
                raise
            only_quote = name_of(error) in QUOTE_REFUSED and reply_to.quote_text is not None
            reply_to = types.InputReplyToMessage(reply_to.reply_to_msg_id) if only_quote else None


def _reply_to(outgoing: Outgoing) -> types.InputReplyToMessage | None:
    if outgoing.reply_to is None:
        return None
    if not outgoing.quote:
        return types.InputReplyToMessage(outgoing.reply_to)
    return types.InputReplyToMessage(
        outgoing.reply_to, quote_text=outgoing.quote, quote_offset=outgoing.quote_offset or None
    )
