"""Stores messages that arrive from Telegram, and keeps threads and contacts up to date with what was said.

A message arrives from a contact, or was typed by a person on the account's own phone.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contacts import activity, lookup, watchers
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


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a gateway reports it.

    ``outgoing``: it was typed on the account's own phone. ``at``: Telegram's time. ``kind``: ``text``, ``photo``, ...
    ``reply_to``: Telegram's id of the message of the same conversation that it quotes. ``is_automatic``: it is known to
    be an auto-reply.
    """

    telegram_message_id: int
    text: str
    at: datetime
    username: str | None = None
    telegram_id: int | None = None
    name: str = ""
    kind: str = "text"
    outgoing: bool = False
    reply_to: int | None = None
    is_automatic: bool = False


@transaction.atomic
def receive(account: Account, incoming: Incoming) -> Message | None:
    """Store the message and publish ``message.received`` (or ``message.sent`` for one typed on the phone).

    Returns None if it is stored already, or if it is one that we are sending ourselves.
    """
    contact = lookup.find_or_create(
        account.workspace, username=incoming.username, telegram_id=incoming.telegram_id, name=incoming.name
    )
    thread_id = state.upsert_thread(account, contact, incoming.at)
    if incoming.outgoing and _is_being_sent(thread_id, incoming.text):
        return None
    message = Message(
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
        sent_at=incoming.at,
    )
    if not incoming.outgoing:
        replies.classify(message, account, reply_to=incoming.reply_to, is_automatic=incoming.is_automatic)
    if _messages.insert([message], conflict="(thread_id, telegram_message_id) DO NOTHING") == 0:
        return None
    if incoming.outgoing:
        state.record_answer(account, contact, incoming.at)
        scored = activity.record_sent({contact.id: account.workspace_id}, {}, incoming.at)
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


def _is_being_sent(thread_id: str, text: str) -> bool:
    """Whether this is a message that we are sending ourselves: Telegram reports those too, maybe before we settle."""
    rows = Message.unscoped.filter(thread_id=thread_id, unsettled_since__isnull=False)
    texts = rows.filter(status__in=(Status.SENDING, Status.QUEUED)).values_list("text", flat=True)
    return any(sent.strip() == text.strip() for sent in texts)  # Telegram trims what it delivers
