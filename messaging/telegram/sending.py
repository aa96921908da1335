"""One attempt at one message: what to know beforehand (from the database), what to ask Telegram, what to keep."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from telethon.errors import RPCError
from telethon.tl import functions, types

from contacts import lookup
from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Account, Direction, Message, TelegramSession
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.telegram import history, mapping, peers
from messaging.telegram.client import Client
from messaging.telegram.codes import name_of
from messaging.telegram.errors import DUPLICATE, PEER_FLOOD, STRANGERS_HOLD_SECONDS, classify
from messaging.telegram.peers import Peer

logger = logging.getLogger("crmsolid.telegram")


@dataclass(frozen=True, slots=True)
class Errand:
    """An attempt with all it needs. ``look_back``: since when our text may already stand in the conversation;
    ``expected_id``: whom the contact is known to be."""

    outgoing: Outgoing
    account: Account
    peer: Peer | None
    username: str
    expected_id: int | None
    is_stranger: bool
    look_back: datetime | None
    taken: Collection[int]


def prepare(outgoing: Outgoing, account: Account) -> Errand:
    """Raises :class:`SendError` for what can be told without asking Telegram. Reads the database."""
    message = Message.unscoped.select_related("contact").get(pk=outgoing.message_id)
    session = TelegramSession.unscoped.get(account=account)
    expected = message.contact.telegram_id or (None if outgoing.recipient.startswith("@") else int(outgoing.recipient))
    username = outgoing.recipient.removeprefix("@") if outgoing.recipient.startswith("@") else message.contact.username
    errand = Errand(
        outgoing=outgoing,
        account=account,
        peer=peers.find(account.pk, expected) if expected is not None else None,
        username=username,
        expected_id=expected,
        is_stranger=not Message.unscoped.filter(thread_id=message.thread_id, direction=Direction.IN).exists(),
        look_back=_look_back(outgoing, session),
        taken=_taken(message),
    )
    _check(errand, session)
    return errand


def _check(errand: Errand, session: TelegramSession) -> None:
    hold = session.strangers_after
    if errand.is_stranger and hold is not None and hold > clock.now():
        wait = (hold - clock.now()).total_seconds()
        raise SendError("peer_flood", "Telegram holds first messages back", retry_after=wait, pauses_account=False)
    if errand.peer is None and not errand.username:
        raise SendError("recipient_not_found", "this account has never met this id; use the @username", permanent=True)


def _look_back(outgoing: Outgoing, session: TelegramSession) -> datetime | None:
    """Telegram forgets a ``random_id`` after a time nobody has published, and a new login is a new client to it."""
    previous = outgoing.previous_attempt_at
    if previous is None:
        return None
    old = clock.now() - previous > timedelta(seconds=settings.TELEGRAM_LOOK_BACK_AFTER_SECONDS)
    return previous if old or previous < session.logged_in_at else None


def _taken(message: Message) -> frozenset[int]:
    rows = Message.unscoped.filter(thread_id=message.thread_id, direction=Direction.OUT)
    ids = rows.exclude(telegram_message_id=None).order_by("-created_at").values_list("telegram_message_id", flat=True)
    return frozenset(number for number in ids[:1000] if number is not None)


async def deliver(client: Client, errand: Errand, peer: Peer) -> Delivered:
    """Ask Telegram. Raises what Telethon raises."""
    if errand.look_back is not None:
        found = await _find(client, errand, peer, errand.look_back)
        if found is not None:
            return Delivered(found, duplicate=True)
    try:
        return await _send(client, errand, peer)
    except RPCError as error:
        if errand.outgoing.previous_attempt_at is None or not classify(error).permanent:
            raise
        return await _sent_before(client, errand, peer, error)


async def _send(client: Client, errand: Errand, peer: Peer) -> Delivered:
    outgoing = errand.outgoing
    try:
        answer = await client.send(history.input_peer(peer), outgoing.text, outgoing.random_id)
    except RPCError as error:
        if name_of(error) != DUPLICATE:
            raise
        return Delivered(await _number_of_first(client, errand, peer), duplicate=True)
    return read_answer(answer, outgoing.random_id)


async def _number_of_first(client: Client, errand: Errand, peer: Peer) -> int | None:
    """Telegram's id of what a repetition repeats. That it was sent is certain, so no refusal here is one of it."""
    try:
        return await _find(client, errand, peer, errand.outgoing.previous_attempt_at or clock.now())
    except RPCError as error:
        logger.warning("a repeated message stays without its number: %s", name_of(error))
        return None


async def _sent_before(client: Client, errand: Errand, peer: Peer, refusal: RPCError) -> Delivered:
    """Refused now, but an earlier attempt may have arrived before the recipient shut the door."""
    since = errand.outgoing.previous_attempt_at or clock.now()
    found = await _find(client, errand, peer, since)
    if found is None:
        raise refusal
    return Delivered(found, duplicate=True)


async def _find(client: Client, errand: Errand, peer: Peer, since: datetime) -> int | None:
    return await history.find_sent(client, peer, errand.outgoing.text, since, errand.taken)


def read_answer(answer: Any, random_id: int) -> Delivered:
    """The message's id out of ``messages.sendMessage``'s answers. An update that counts nothing is a repetition."""
    if isinstance(answer, types.UpdateShortSentMessage):
        return Delivered(answer.id)
    updates = getattr(answer, "updates", [])
    numbers = [each.id for each in updates if isinstance(each, types.UpdateMessageID) and each.random_id == random_id]
    repeated = any(isinstance(each, types.UpdateNewMessage) and each.pts_count == 0 for each in updates)
    return Delivered(numbers[0] if numbers else None, duplicate=repeated)


async def resolve(client: Client, errand: Errand) -> Peer:
    """Whom the username names. Telegram allows few such questions, so the answer is kept for good. Raises
    :class:`SendError` where it is nobody we may write to."""
    answer = await client.ask(functions.contacts.ResolveUsernameRequest(errand.username))
    found = [mapping.person(user) for user in answer.users if user.id == getattr(answer.peer, "user_id", None)]
    if not found or found[0] is None:
        raise SendError("recipient_not_found", "this username is not a person's", permanent=True)
    peer = found[0].peer
    if errand.expected_id not in (None, peer.id):
        raise SendError("recipient_changed", "the username now belongs to somebody else", permanent=True)
    return peer


def keep_peer(errand: Errand, peer: Peer) -> None:
    """Remember the address, and that the contact is this Telegram user: before the send, for the send may be seen
    from outside before its end is known here, and an answer may come without a username."""
    peers.save(errand.account, [peer])
    known = Contact.unscoped.filter(workspace_id=errand.account.workspace_id, telegram_id=peer.id)
    if not known.exists():
        with transaction.atomic():
            lookup.find_or_create(errand.account.workspace, username=errand.username, telegram_id=peer.id)


def note_refusal(errand: Errand, error: BaseException) -> SendError:
    """The consequence, after what it means for the account's other first messages has been written down."""
    result = error if isinstance(error, SendError) else classify(error)
    if isinstance(error, RPCError) and errand.is_stranger:
        if name_of(error) == PEER_FLOOD:
            return _hold_strangers(errand, "peer_flood", STRANGERS_HOLD_SECONDS)
        if result.code == "flood_wait" and isinstance(error.request, functions.contacts.ResolveUsernameRequest):
            return _hold_strangers(errand, "flood_wait", result.retry_after or 0.0)
    return result


def _hold_strangers(errand: Errand, code: str, seconds: float) -> SendError:
    """First messages wait; answers to people who wrote go on."""
    until = clock.now() + timedelta(seconds=seconds)
    TelegramSession.unscoped.filter(account=errand.account).update(strangers_after=until)
    return SendError(code, "Telegram holds first messages back", retry_after=seconds, pauses_account=False)
