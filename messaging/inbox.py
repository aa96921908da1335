"""Stores messages that arrive from Telegram, and keeps threads and contacts up to date with what was said.

A message arrives from a contact, or was typed by a person on the account's own phone. Messages of the past, which a
member asked for, are stored without any consequence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from contacts import activity, lookup, watchers
from contacts.models import Contact
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent, publish_all
from messaging import opt_out_words, replies
from messaging.events import MESSAGE_RECEIVED, MESSAGE_SENT
from messaging.models import Account, Direction, Message, Status
from messaging.representations import MessageOut
from messaging.sending import sources
from messaging.sending.sources import Answer
from messaging.threads import state

_messages = Table(Message)

# How far Telegram's clock and ours may differ where a send is recognized by its time.
CLOCK_TOLERANCE = timedelta(minutes=15)
OWN_SEND_STATUSES = (Status.QUEUED, Status.SENDING, Status.SENT)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a gateway reports it.

    ``name``: the whole one; ``last_name``: the part at its end, if known. ``outgoing``: it was typed on the account's
    own phone. ``at``: Telegram's time. ``kind``: ``text``, ``photo``, ... ``reply_to``: Telegram's id of the message of
    the same conversation that it quotes. ``is_automatic``: nobody wrote it, it is known to be an auto-reply.
    """

    telegram_message_id: int
    text: str
    at: datetime
    username: str | None = None
    telegram_id: int | None = None
    name: str = ""
    last_name: str = ""
    kind: str = "text"
    outgoing: bool = False
    reply_to: int | None = None
    is_automatic: bool = False


@transaction.atomic
def receive(account: Account, incoming: Incoming) -> Message | None:
    """Store the message and publish ``message.received`` (or ``message.sent`` for one typed on the phone).

    Returns None if it is stored already.
    """
    contact = lookup.find_or_create(
        account.workspace,
        username=incoming.username,
        telegram_id=incoming.telegram_id,
        name=incoming.name,
        last_name=incoming.last_name,
    )
    thread_id = state.upsert_thread(account, contact, incoming.at)
    message = _new_message(account, contact, thread_id, incoming)
    if not incoming.outgoing:
        replies.classify(message, account, reply_to=incoming.reply_to, is_automatic=incoming.is_automatic)
    if _messages.insert([message], conflict="(thread_id, telegram_message_id) DO NOTHING") == 0:
        return None
    if incoming.outgoing:
        scored = _record_answer(account, contact, incoming)
    else:
        opted_out = opt_out_words.apply_word(message)
        scored = activity.record_received(
            account.workspace_id,
            contact.id,
            message.id,
            incoming.at,
            auto_reply=message.auto_reply,
            scores=not opted_out,
        )
        watchers.notify([contact.id])
        state.record_incoming(account, contact, incoming.at, waits=not (message.auto_reply or opted_out))
        if message.in_reply_to is not None:
            answer = Answer(message.in_reply_to.pk, incoming.at, message.auto_reply, opted_out)
            sources.answered(message.in_reply_to.source, answer)
    event_type = MESSAGE_SENT if incoming.outgoing else MESSAGE_RECEIVED
    event = NewEvent(event_type, {"message": MessageOut.render(message)}, contact.id)
    publish_all(account.workspace, [event, *scored])
    return message


def _record_answer(account: Account, contact: Contact, incoming: Incoming) -> list[NewEvent]:
    """A person has written on the phone. An away message of the account itself answers nothing and contacts nobody."""
    if incoming.is_automatic:
        return []
    state.record_answer(account, contact, incoming.at)
    return activity.record_sent({contact.id: account.workspace_id}, {}, incoming.at)


def store_past(account: Account, contact: Contact, thread_id: str, past: Iterable[Incoming]) -> None:
    """Store messages of the thread that are older than all it has from Telegram. Those that are stored already stay.

    They are no news: no event, score, opt-out or reply comes of them, nothing is unread, and the thread stays where it
    is in the inbox. Of messages that we sent ourselves without learning Telegram's id, they tell the id. Runs in the
    caller's transaction, under the contact's lock.
    """
    past = list(past)
    ids = [each.telegram_message_id for each in past]
    # Telegram numbers the messages of an account, not of a conversation.
    stored = Message.unscoped.filter(account=account, telegram_message_id__in=ids)
    known = set(stored.values_list("telegram_message_id", flat=True))
    sends = list(sends_without_id(Message.unscoped.filter(thread_id=thread_id)))
    new = []
    for incoming in past:
        if incoming.telegram_message_id in known:
            continue
        own = find_send(sends, incoming.text, incoming.at) if incoming.outgoing else None
        if own is None:
            new.append(_new_message(account, contact, thread_id, incoming, created_at=incoming.at))
        else:
            sends.remove(own)
            learn_id(own, incoming.telegram_message_id)
    _messages.insert(new, conflict="(thread_id, telegram_message_id) DO NOTHING")


def sends_without_id(messages: "QuerySet[Message]") -> "QuerySet[Message]":
    """Those of these messages that Telegram may have got from us without our learning its id of them."""
    rows = messages.filter(direction=Direction.OUT, telegram_message_id=None, unsettled_since__isnull=False)
    return rows.filter(status__in=OWN_SEND_STATUSES).order_by("created_at", "id")


def find_send(sends: Iterable[Message], text: str, at: datetime) -> Message | None:
    """The first of these sends that can be Telegram's message with this text and time; if none has the text, the first
    with a part of it, or of which it is a part: Telegram may have changed it."""
    possible = [send for send in sends if may_be(send, at)]
    kinds = (same_text, part_of_text)
    return next((send for matches in kinds for send in possible if matches(send.text, text)), None)


def may_be(send: Message, at: datetime) -> bool:
    """Whether a message that Telegram dates so can be this send, by the times of its attempts alone."""
    if send.unsettled_since is None or send.unsettled_since > at + CLOCK_TOLERANCE:
        return False
    return send.sent_at is None or at <= send.sent_at + CLOCK_TOLERANCE


def same_text(ours: str, theirs: str) -> bool:
    """Whether Telegram's copy can be our text. Telegram strips it and drops or replaces control characters."""
    return _visible(ours) == _visible(theirs)


def part_of_text(ours: str, theirs: str) -> bool:
    """Whether the words of one of the two texts are in the other, in a row."""
    first, second = (f" {' '.join(text.split())} " for text in (ours, theirs))
    return bool(first.strip() and second.strip()) and (first in second or second in first)


def _visible(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")


def take_id(send: Message, telegram_message_id: int) -> None:
    """Make Telegram's id free for the send of this thread that has it. Runs under the contact's lock.

    A copy that was stored as typed on the phone, before the id told whose it is, is deleted.
    """
    copies = Message.unscoped.filter(thread_id=send.thread_id, telegram_message_id=telegram_message_id, source="phone")
    Message.unscoped.filter(in_reply_to__in=copies).update(in_reply_to=send)
    copies.delete()


def learn_id(send: Message, telegram_message_id: int) -> None:
    """Store Telegram's id of a message that was sent without learning it. Of one that is being sent the answer tells
    it."""
    if send.status == Status.SENT:
        rows = Message.unscoped.filter(pk=send.pk, telegram_message_id=None)
        rows.update(telegram_message_id=telegram_message_id)


def _new_message(account: Account, contact: Contact, thread_id: str, incoming: Incoming, **columns: Any) -> Message:
    return Message(
        workspace_id=account.workspace_id,
        account=account,
        contact=contact,
        thread_id=thread_id,
        direction=Direction.OUT if incoming.outgoing else Direction.IN,
        status=Status.SENT if incoming.outgoing else Status.RECEIVED,
        kind=incoming.kind,
        text=incoming.text,
        rendered=True,
        source="phone" if incoming.outgoing else "direct",
        telegram_message_id=incoming.telegram_message_id,
        auto_reply=incoming.is_automatic,
        sent_at=incoming.at,
        **columns,
    )
