"""One attempt to send one message: what to read from the database first, what to ask Telegram, what to store."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, QuerySet
from telethon.errors import RPCError
from telethon.tl import functions, types

from contacts import lookup
from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import (
    REFUSED_PAUSE_SECONDS,
    REPEATED_REFUSAL,
    Account,
    Attachment,
    Direction,
    Message,
    MessageAttempt,
    Status,
    TelegramSession,
)
from messaging.sending import attaching
from messaging.sending.gateway import Delivered, Outgoing, SendError
from messaging.telegram import health, history, quoting
from messaging.telegram.client import Client
from messaging.telegram.entities import to_telegram
from messaging.telegram.errors import (
    COLD_BLOCK_SECONDS,
    PEER_FLOOD,
    RANDOM_ID_DUPLICATE,
    SystemicError,
    UnknownRefusal,
    classify,
    name_of,
)
from messaging.telegram.mapping import Peer, find_peer, peer_from_user, save_peers
from messaging.telegram.sending_files import (
    FileExpired,
    FileSending,
    PreparedFile,
    StoreIds,
    await_upload,
    prepare_files,
)
from messaging.threads.received import CLOCK_TOLERANCE, part_of_text, same_text

logger = logging.getLogger("crmsolid.telegram")

KNOWN_IDS_LIMIT = 1000
# Of refusals whose meaning is unknown: how often a message is tried and when again, so that others are tried meanwhile;
# how many people have to be refused until it counts as the account's trouble.
TRIES = 3
SYSTEMIC_TRIES = 10  # within about 40 minutes; others may pass while Telegram refuses some at random
RETRY_SECONDS = 300.0
REFUSED_PEOPLE = 3
# How often a message is tried whose files Telegram does not know any more; of an album one after the other may expire.
FILE_TRIES, LOST_FILE_TRIES = 15, 3


@dataclass(frozen=True, slots=True)
class PreparedSend:
    """An attempt with all that it needs from the database.

    peer                  the recipient, if the account knows their access hash
    expected_id           the Telegram id that the contact is known to have
    is_cold               whether the contact has never written to this account
    received_id           Telegram's id of the latest message of the contact to this account, if there is one
    search_history_since  since when an earlier attempt may have arrived; None if the ``random_id`` tells
    known_message_ids     Telegram's ids in this thread that belong to other messages
    files                 those of the message's files that are still to be sent
    part_ids              Telegram's ids of the others, by their ``random_id``
    """

    outgoing: Outgoing
    account: Account
    thread_id: str
    peer: Peer | None
    username: str
    expected_id: int | None
    is_cold: bool
    received_id: int | None
    search_history_since: datetime | None
    known_message_ids: Collection[int]
    files: tuple[PreparedFile, ...] = ()
    part_ids: Mapping[int, int] = field(default_factory=dict)

    @property
    def can_be_found(self) -> bool:
        """Whether Telegram can be asked for the recipient's address."""
        return bool(self.username) or self.received_id is not None


def prepare(outgoing: Outgoing, account: Account) -> PreparedSend | Delivered:
    """Read what the attempt needs; or what is known already, if Telegram has told the id of an earlier attempt.

    Raises :class:`SendError` for what is refused without asking Telegram.
    """
    message = Message.unscoped.select_related("contact").get(pk=outgoing.message_id)
    # Read again: Telegram may have told an id since the claim.
    outgoing = replace(outgoing, files=attaching.outgoing_files([message]).get(message.pk, ()))
    part_ids = {part.random_id: part.telegram_message_id for part in outgoing.files if part.telegram_message_id}
    if len(part_ids) == len(outgoing.files) and (part_ids or message.telegram_message_id is not None):
        return Delivered(message.telegram_message_id, duplicate=True, part_ids=part_ids)
    session = TelegramSession.unscoped.get(account=account)
    is_username = outgoing.recipient.startswith("@")
    username = outgoing.recipient.removeprefix("@") if is_username else message.contact.username
    expected_id = message.contact.telegram_id or (None if is_username else int(outgoing.recipient))
    thread = Message.unscoped.filter(thread_id=message.thread_id)
    received = thread.filter(direction=Direction.IN).order_by(F("telegram_message_id").desc(nulls_last=True))
    received_ids = received.values_list("telegram_message_id", flat=True)[:1]
    is_cold, received_id = not received_ids, next(iter(received_ids), None)
    peer = find_peer(account.pk, expected_id) if expected_id is not None else None
    sent_ids = thread.filter(direction=Direction.OUT).exclude(telegram_message_id=None).order_by("-created_at")
    known_ids = sent_ids.values_list("telegram_message_id", flat=True)[:KNOWN_IDS_LIMIT]
    blocked_until = session.cold_messages_blocked_until
    if is_cold and blocked_until is not None and blocked_until > clock.now():
        wait = (blocked_until - clock.now()).total_seconds()
        raise SendError("peer_flood", "Telegram holds first messages back", retry_after=wait, pauses_account=False)
    if peer is None and not username and received_id is None:
        raise SendError("recipient_not_found", "this account has never met this id; use the @username", permanent=True)
    files = prepare_files(outgoing)
    parts = Attachment.unscoped.filter(message__thread=message.thread_id, telegram_message_id__isnull=False)
    known_parts = parts.order_by("-id").values_list("telegram_message_id", flat=True)[:KNOWN_IDS_LIMIT]
    return PreparedSend(
        outgoing=outgoing,
        account=account,
        thread_id=message.thread_id,
        peer=peer,
        username=username,
        expected_id=expected_id,
        is_cold=is_cold,
        received_id=received_id,
        search_history_since=_search_since(outgoing.previous_attempt_at, session),
        known_message_ids=frozenset(number for number in (*known_ids, *known_parts) if number is not None),
        files=files,
        part_ids=part_ids,
    )


def _search_since(previous_attempt_at: datetime | None, session: TelegramSession) -> datetime | None:
    if previous_attempt_at is None or previous_attempt_at < session.logged_in_at:
        return previous_attempt_at
    # The random_id belongs to this login, and how long Telegram remembers it is not published.
    remembered = timedelta(seconds=settings.TELEGRAM_LOOK_BACK_AFTER_SECONDS)
    return previous_attempt_at if clock.now() - previous_attempt_at > remembered else None


async def deliver(client: Client, send: PreparedSend, peer: Peer, store_ids: StoreIds) -> Delivered:
    """Ask Telegram to send the message, unless an earlier attempt is found in the conversation. ``store_ids`` stores
    the ids of files that have arrived while others have not.

    Raises what Telethon raises, and :class:`SendError` if only a part was sent.
    """
    if send.files:
        sending = FileSending(
            client=client,
            peer=peer,
            outgoing=send.outgoing,
            files=send.files,
            entities=to_telegram(send.outgoing.entities),
            known_message_ids=frozenset(send.known_message_ids),
            store_ids=store_ids,
            ids=dict(send.part_ids),
        )
        return await sending.run(send.search_history_since)
    if send.search_history_since is not None:
        message_id = await _find_sent(client, send, peer, send.search_history_since)
        if message_id is not None:
            return Delivered(message_id, duplicate=True)
    random_id, previous = send.outgoing.random_id, send.outgoing.previous_attempt_at
    try:
        # Telethon's own send_message() does not accept a random_id.
        answer = await quoting.invoke(client, send.outgoing, partial(_request, send.outgoing, peer))
    except RPCError as error:
        if name_of(error) == RANDOM_ID_DUPLICATE:
            try:
                message_id = await _find_sent(client, send, peer, previous or clock.now(), was_sent=True)
            except RPCError as unreadable:  # must not count as a refusal of the message
                logger.warning("the id of a message that was sent before is unknown: %s", name_of(unreadable))
                message_id = None
        elif previous is not None and (isinstance(refusal := classify(error), UnknownRefusal) or refusal.permanent):
            # Refused now, but an earlier attempt may have arrived before the recipient blocked the account.
            message_id = await _find_sent(client, send, peer, previous)
            if message_id is None:
                raise
        else:
            raise
        return Delivered(message_id, duplicate=True)
    return read_answer(answer, random_id)


def _request(outgoing: Outgoing, peer: Peer, reply_to: Any) -> functions.messages.SendMessageRequest:
    return functions.messages.SendMessageRequest(
        peer.to_input(),
        outgoing.text,
        random_id=outgoing.random_id,
        entities=to_telegram(outgoing.entities),
        no_webpage=not outgoing.link_preview,
        reply_to=reply_to,
    )


async def _find_sent(
    client: Client, send: PreparedSend, peer: Peer, since: datetime, *, was_sent: bool = False
) -> int | None:
    """Telegram's id of the oldest message of ours with this text since then that belongs to no other message.

    ``was_sent``: Telegram says that it is there, and may have changed its text. Then the only message of ours that
    belongs to no other one will do, or else the only one of them that has the text in it, or a part of the text.
    """
    found: dict[int, str] = {}
    async for message in history.messages_since(client, peer, since - CLOCK_TOLERANCE):
        if message.out and message.id not in send.known_message_ids:
            found[int(message.id)] = message.message or ""
    with_text = [number for number, text in found.items() if same_text(send.outgoing.text, text)]
    if with_text or not was_sent:
        return with_text[-1] if with_text else None
    candidates = list(found)
    if len(candidates) > 1:
        candidates = [number for number, text in found.items() if part_of_text(send.outgoing.text, text)]
    return candidates[0] if len(candidates) == 1 else None


def read_answer(answer: Any, random_id: int) -> Delivered:
    """The result of ``messages.sendMessage``, whose id is in updateMessageID or else in the only new message of ours.

    A new message with a ``pts_count`` of 0 is an earlier send, repeated.
    """
    if isinstance(answer, types.UpdateShortSentMessage):
        return Delivered(answer.id)
    updates = [answer.update] if isinstance(answer, types.UpdateShort) else getattr(answer, "updates", [])
    ids = [each.id for each in updates if isinstance(each, types.UpdateMessageID) and each.random_id == random_id]
    new = [each for each in updates if isinstance(each, types.UpdateNewMessage)]
    own = [each.message.id for each in new if getattr(each.message, "out", False)]
    message_id = ids[0] if ids else own[0] if len(own) == 1 else None
    return Delivered(message_id, duplicate=any(each.pts_count == 0 for each in new))


async def find_recipient(client: Client, send: PreparedSend) -> Peer:
    """Ask Telegram for the recipient's address: by a message of theirs, else by the username.

    The sender of a message is unknown if Telegram did not tell it with the message; the message was stored all the
    same. Raises :class:`SendError` like :func:`resolve_username`.
    """
    if send.received_id is not None:
        peers = map(peer_from_user, await history.users_of_messages(client, [send.received_id]))
        peer = next((each for each in peers if each is not None and each.id == send.expected_id), None)
        if peer is not None:
            return peer
    if not send.username:
        raise SendError("recipient_not_found", "Telegram does not tell who wrote; use the @username", permanent=True)
    return await resolve_username(client, send.username, send.expected_id)


async def resolve_username(client: Client, username: str, expected_id: int | None) -> Peer:
    """Ask Telegram whom the username belongs to. Telegram allows few such requests, so the answer is to be stored.

    Raises :class:`SendError` if it is not a person, or not the one with ``expected_id``, if that is known.
    """
    answer = await client.invoke(functions.contacts.ResolveUsernameRequest(username))
    user = next((user for user in answer.users if user.id == getattr(answer.peer, "user_id", None)), None)
    peer = peer_from_user(user)
    if peer is None:
        raise SendError("recipient_not_found", "this username is not a person's", permanent=True)
    if expected_id not in (None, peer.id):
        raise SendError("recipient_changed", "the username now belongs to somebody else", permanent=True)
    return peer


def save_resolved_peer(send: PreparedSend, peer: Peer) -> None:
    """Store the peer, and that the contact is this Telegram user.

    This happens before the send: Telegram may report the message before its answer is read here, and a reply may come
    without a username. A contact whose message was stored without telling who wrote it gets the name.
    """
    save_peers(send.account, [peer])
    contacts = Contact.unscoped.filter(workspace_id=send.account.workspace_id, telegram_id=peer.id)
    name, last_name = ("", "") if send.received_id is None else (peer.name, peer.last_name)
    if not contacts.exists() or (name and contacts.filter(name="").exists()):
        username = send.username or peer.username or None
        with transaction.atomic():
            lookup.find_or_create(
                send.account.workspace, username=username, telegram_id=peer.id, name=name, last_name=last_name
            )


def record_failure(send: PreparedSend, error: BaseException) -> SendError:
    """The consequence of a failed attempt. Where Telegram limits cold messages, all of the account's are blocked."""
    result = error if isinstance(error, SendError) else classify(error)
    if isinstance(result, FileExpired):
        return _renew_files(send, result)
    if isinstance(result, SystemicError | UnknownRefusal):
        return _weigh(send, result)
    if not isinstance(error, RPCError):
        return result
    if result.code == "flood_wait" and isinstance(error.request, functions.messages.GetMessagesRequest):
        return SendError(result.code, result.detail, retry_after=result.retry_after, pauses_account=False)
    if not send.is_cold:
        return result
    if name_of(error) == PEER_FLOOD:
        code, seconds = "peer_flood", COLD_BLOCK_SECONDS
    elif result.code == "flood_wait" and isinstance(error.request, functions.contacts.ResolveUsernameRequest):
        code, seconds = "flood_wait", result.retry_after or 0.0
    else:
        return result
    until = clock.now() + timedelta(seconds=seconds)
    TelegramSession.unscoped.filter(account=send.account).update(cold_messages_blocked_until=until)
    return SendError(code, "Telegram holds first messages back", retry_after=seconds, pauses_account=False)


def _renew_files(send: PreparedSend, refusal: FileExpired) -> SendError:
    """The message waits until the files that Telegram does not accept are there again; after some tries it fails."""
    tried = MessageAttempt.unscoped.filter(message=send.outgoing.message_id, error=refusal.code).count()
    if tried >= (LOST_FILE_TRIES if refusal.is_lost else FILE_TRIES) - 1:
        return SendError(refusal.code, refusal.detail, permanent=True)
    return await_upload(send.outgoing, refusal.parts, refusal.code, is_lost=refusal.is_lost)


def _weigh(send: PreparedSend, refusal: SystemicError | UnknownRefusal) -> SendError:
    """What comes of a refusal that tells nothing about the recipient: another try, and after some tries the message
    fails. When several people in a row were refused with the same name, the account pauses before the next try."""
    account_id, code, name = send.account.pk, refusal.code, refusal.detail
    is_systemic = isinstance(refusal, SystemicError)
    if is_systemic:
        health.record_error(account_id, code, f"Telegram refused the connection with {name}, and it was opened again.")
    attempts = MessageAttempt.unscoped.filter(error=code)
    own = list(attempts.filter(message=send.outgoing.message_id).order_by("at").values_list("at", flat=True))
    has_tried_enough = len(own) >= (SYSTEMIC_TRIES if is_systemic else TRIES) - 1
    # The connection is not to blame where it serves others.
    if has_tried_enough and (not is_systemic or _sent(send.account).filter(sent_at__gt=own[0]).exists()):
        return SendError(code, name, permanent=True)
    if _other_people_refused(send, attempts) >= REFUSED_PEOPLE - 1:
        said = f"Telegram refuses messages to several people with {name}"
        logger.warning("the account pauses: %s", said, extra={"account_id": account_id})
        health.record_error(account_id, REPEATED_REFUSAL, said)
        return SendError(code, name, retry_after=REFUSED_PAUSE_SECONDS)
    if is_systemic:
        return refusal
    return SendError(code, name, retry_after=RETRY_SECONDS, pauses_account=False)


def _sent(account: Account) -> "QuerySet[Message]":
    """What the account has sent from here: that a phone can send tells nothing about this session."""
    sent = Message.unscoped.filter(account=account, direction=Direction.OUT, status=Status.SENT)
    return sent.exclude(source="phone")


def _other_people_refused(send: PreparedSend, attempts: "QuerySet[MessageAttempt]") -> int:
    """To how many other people the account's messages were refused so, since it last sent one."""
    messages = Message.unscoped.filter(account=send.account, direction=Direction.OUT)
    last_sent = _sent(send.account).aggregate(at=Max("sent_at"))["at"]
    since = clock.now() - timedelta(days=1)
    refused = attempts.filter(
        at__gt=since if last_sent is None else max(since, last_sent),
        message__in=messages.filter(status__in=[Status.QUEUED, Status.FAILED], attempts__gt=0),
    )
    others = refused.exclude(message__thread_id=send.thread_id)
    return others.values("message__thread_id").distinct().count()
