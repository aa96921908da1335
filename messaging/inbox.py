"""Stores messages that arrive from Telegram, and keeps threads and contacts up to date with what was said.

A message arrives from a contact, or was typed by a person on the account's own phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contacts import lookup, watchers
from contacts.models import Contact, Stage
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import ids_clause, run
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.events.publishing import publish
from messaging import opt_out_words, replies
from messaging.events import MESSAGE_RECEIVED, MESSAGE_SENT
from messaging.models import Account, Direction, Message, Status, Thread
from messaging.representations import MessageOut
from messaging.sending import sources
from messaging.sending.sources import Answer

_messages, _contacts, _threads = Table(Message), Table(Contact), Table(Thread)

_UPSERT_THREAD = (
    f"INSERT INTO {_threads.name} (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (account_id, contact_id) DO UPDATE SET"
    " unread_count = {0}.unread_count + excluded.unread_count,"
    " last_message_at = CASE WHEN excluded.last_message_at > {0}.last_message_at THEN excluded.last_message_at"
    " ELSE {0}.last_message_at END RETURNING id"
).format(_threads.name)


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
    thread_id = upsert_thread(account, contact, incoming.at)
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
    record_activity([contact.id], incoming.at, outgoing=incoming.outgoing, auto_reply=message.auto_reply)
    if not incoming.outgoing:
        opts_out = opt_out_words.apply_word(message)
        watchers.notify([contact.id])
        upsert_thread(account, contact, incoming.at, unread=1)
        if message.in_reply_to is not None:
            answer = Answer(message.in_reply_to.pk, incoming.at, message.auto_reply, opts_out)
            sources.answered(message.in_reply_to.source, answer)
    event_type = MESSAGE_SENT if incoming.outgoing else MESSAGE_RECEIVED
    publish(account.workspace, event_type, {"message": MessageOut.render(message)}, contact_id=contact.id)
    return message


def _is_being_sent(thread_id: str, text: str) -> bool:
    """Whether this is a message that we are sending ourselves: Telegram reports those too, maybe before we settle."""
    rows = Message.unscoped.filter(thread_id=thread_id, unsettled_since__isnull=False)
    texts = rows.filter(status__in=(Status.SENDING, Status.QUEUED)).values_list("text", flat=True)
    return any(sent.strip() == text.strip() for sent in texts)  # Telegram trims what it delivers


def upsert_thread(account: Account, contact: Contact, at: datetime, *, unread: int = 0) -> str:
    """Create the thread of the account and the contact, or update the one there is, and return its id.

    ``at`` is the time of a message in it; ``unread`` is added to its unread count.
    """
    at_param = datetime_param(at)
    values = [new_id("thr"), account.workspace_id, account.pk, contact.pk, unread, at_param, at_param]
    with statement_cursor() as cursor:
        cursor.execute(_UPSERT_THREAD, values)
        return str(cursor.fetchone()[0])


def record_activity(contact_ids: Sequence[str], at: datetime, *, outgoing: bool, auto_reply: bool = False) -> None:
    """Write that these contacts were written to, or have written, and advance their stages: new, contacted, replied.

    A message to them sets ``last_out_at``, one from them ``last_in_at`` and ``last_reply_at``; an auto-reply sets only
    ``last_in_at`` and leaves the stage. The caller holds the locks on their rows. A message that arrives late sets
    nothing back.
    """
    columns = ["last_out_at"] if outgoing else ["last_in_at"] if auto_reply else ["last_in_at", "last_reply_at"]
    at_param = datetime_param(at)
    assignments = [f"{name} = CASE WHEN {name} > %s THEN {name} ELSE %s END" for name in columns]
    params = [at_param, at_param] * len(columns)
    if not auto_reply:
        earlier_stages = "'new'" if outgoing else "'new', 'contacted'"
        assignments.append(f"stage = CASE WHEN stage IN ({earlier_stages}) THEN %s ELSE stage END")
        params.append((Stage.CONTACTED if outgoing else Stage.REPLIED).value)
    where, ids = ids_clause("id", contact_ids)
    run(
        f"UPDATE {_contacts.name} SET {', '.join(assignments)}, updated_at = %s WHERE {where}",
        [*params, datetime_param(clock.now()), *ids],
    )
