"""One attempt to make a change at Telegram: another text, a deletion, a reaction, or that the messages were read. Each
can be asked for twice without harm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.core import clock
from messaging.changes.queue import Claimed
from messaging.formatting.entities import from_json
from messaging.models import Attachment, ChangeKind, ChangeStatus, MessageChange
from messaging.sending.claiming import may_send
from messaging.sending.gateway import SendError
from messaging.telegram import history
from messaging.telegram.client import Client
from messaging.telegram.database import of_accounts
from messaging.telegram.entities import to_telegram
from messaging.telegram.errors import UnknownRefusal, classify, name_of
from messaging.telegram.mapping import Peer, find_peer, peer_from_user

TRIES = 3  # of what is refused by a name whose meaning is unknown
RETRY_SECONDS = 300.0

# What is as it was asked for already.
DONE = ("MESSAGE_NOT_MODIFIED",)
REFUSED = {
    "MESSAGE_EDIT_TIME_EXPIRED": ("edit_too_late", "Telegram allows no more changes of this message"),
    "MESSAGE_ID_INVALID": ("message_gone", "Telegram has the message no more"),
    "MSG_ID_INVALID": ("message_gone", "Telegram has the message no more"),
    "MESSAGE_AUTHOR_REQUIRED": ("not_the_author", "only the author of a message can change it"),
    "MESSAGE_DELETE_FORBIDDEN": ("delete_forbidden", "Telegram does not let this message be deleted"),
    "MESSAGE_EMPTY": ("message_empty", "Telegram considers the text empty"),
    "MESSAGE_TOO_LONG": ("message_too_long", "Telegram considers the text too long"),
    "MEDIA_CAPTION_TOO_LONG": ("message_too_long", "Telegram considers the caption too long"),
    "REACTION_INVALID": ("reaction_invalid", "Telegram has no such reaction"),
    "REACTION_EMPTY": ("reaction_invalid", "Telegram has no such reaction"),
    "REACTIONS_TOO_MANY": ("reaction_invalid", "the message has too many reactions"),
    "PREMIUM_ACCOUNT_REQUIRED": ("premium_required", "only Premium accounts can do this"),
}


@dataclass(frozen=True, slots=True)
class PreparedChange:
    """A change with what it needs from the database: the contact's address, if the account knows it, and Telegram's ids
    of the message and its parts that are still there. ``telegram_id`` is the one that the change is made of: that of
    the message, or if this part was deleted, of the first other one."""

    claimed: Claimed
    peer: Peer | None
    telegram_ids: Sequence[int]

    @property
    def telegram_id(self) -> int | None:
        own = self.claimed.message.telegram_message_id
        return own if own in self.telegram_ids else min(self.telegram_ids, default=own)


def accounts_with_changes(account_ids: list[int]) -> set[int]:
    """The accounts among these for which a change may be due."""
    rows = MessageChange.unscoped.filter(may_send("account__"), status=ChangeStatus.QUEUED, due_at__lte=clock.now())
    rows = of_accounts(rows, account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def prepare(claimed: Claimed) -> PreparedChange:
    """Read what the attempt needs."""
    message = claimed.message
    telegram_id = message.contact.telegram_id
    peer = find_peer(message.account_id, telegram_id) if telegram_id is not None else None
    parts = Attachment.unscoped.filter(message=message, telegram_message_id__isnull=False)
    is_deleted = dict(parts.values_list("telegram_message_id", "deleted_at"))
    ids = {message.telegram_message_id, *is_deleted}
    there = sorted(number for number in ids if number is not None and is_deleted.get(number) is None)
    return PreparedChange(claimed, peer, there)


async def make(client: Client, prepared: PreparedChange) -> datetime | None:
    """Ask Telegram for the change. Returns Telegram's time of an edit. Raises what Telethon raises."""
    change = prepared.claimed.change
    if change.kind == ChangeKind.DELETE:
        await client.invoke(functions.messages.DeleteMessagesRequest(list(prepared.telegram_ids), revoke=True))
        return None
    peer = prepared.peer or await _find_peer(client, prepared)
    try:
        return _edited_at(await client.invoke(_request(prepared, peer)))
    except RPCError as error:
        if name_of(error) in DONE:
            return None
        if name_of(error) != "PEER_ID_INVALID" or prepared.peer is None:
            raise  # otherwise the stored access hash is out of date
    return _edited_at(await client.invoke(_request(prepared, await _find_peer(client, prepared))))


def _request(prepared: PreparedChange, peer: Peer) -> Any:
    change, message = prepared.claimed.change, prepared.claimed.message
    number, to = prepared.telegram_id, peer.to_input()
    match change.kind:
        case ChangeKind.EDIT:
            return functions.messages.EditMessageRequest(
                to,
                number,
                message=change.text,
                entities=to_telegram(from_json(change.entities)),
                no_webpage=not message.link_preview,
            )
        case ChangeKind.REACT:
            reaction = [types.ReactionEmoji(change.emoji)] if change.emoji else []
            return functions.messages.SendReactionRequest(to, number, reaction=reaction)
    return functions.messages.ReadHistoryRequest(to, max_id=number)


async def _find_peer(client: Client, prepared: PreparedChange) -> Peer:
    """Whose conversation the message is in. Telegram tells it of every private message."""
    message = prepared.claimed.message
    users = await history.users_of_messages(client, list(prepared.telegram_ids))
    found = (peer_from_user(user) for user in users)
    peer = next((each for each in found if each is not None and each.id == message.contact.telegram_id), None)
    if peer is None:
        raise SendError("recipient_not_found", "Telegram does not tell whose message this is", permanent=True)
    return peer


def _edited_at(answer: Any) -> datetime | None:
    for update in getattr(answer, "updates", []):
        if isinstance(update, types.UpdateEditMessage) and getattr(update.message, "edit_date", None):
            at: datetime = update.message.edit_date
            return at.astimezone(UTC)
    return None


def failure_of(prepared: PreparedChange, error: BaseException) -> SendError:
    """What comes of a failed attempt."""
    if isinstance(error, SendError):
        return error
    if isinstance(error, RPCError) and name_of(error) in REFUSED:
        return SendError(*REFUSED[name_of(error)], permanent=True)
    result = classify(error)
    if result.code == "flood_wait" and prepared.claimed.change.kind == ChangeKind.READ:
        # Nobody waits for a receipt, and what Telegram limits is receipts: messages go on.
        return SendError(result.code, result.detail, retry_after=result.retry_after, pauses_account=False)
    if isinstance(result, UnknownRefusal):
        if prepared.claimed.change.attempts >= TRIES:
            return SendError(result.code, result.detail, permanent=True)
        return SendError(result.code, result.detail, retry_after=RETRY_SECONDS, pauses_account=False)
    return result
