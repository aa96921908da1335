"""Stores messages that arrive from Telegram, and keeps threads and contacts up to date with what was said.

A message arrives from a contact, or was typed by a person on the account's own phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contacts import lookup
from contacts.models import Contact, Stage
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.core.sql.bulk import ids_clause, run
from crmsolid.core.sql.prepared_cursor import statement_cursor
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.events.publishing import publish
from messaging.events import MESSAGE_RECEIVED, MESSAGE_SENT
from messaging.models import Account, Direction, Message, Status, Thread
from messaging.representations import MessageOut

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
    """

    telegram_message_id: int
    text: str
    at: datetime
    username: str | None = None
    telegram_id: int | None = None
    name: str = ""
    kind: str = "text"
    outgoing: bool = False


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
    if _messages.insert([message], conflict="(thread_id, telegram_message_id) DO NOTHING") == 0:
        return None
    record_activity([contact.id], incoming.at, outgoing=incoming.outgoing)
    if not incoming.outgoing:
        upsert_thread(account, contact, incoming.at, unread=1)
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


def record_activity(contact_ids: Sequence[str], at: datetime, *, outgoing: bool) -> None:
    """Write ``last_in_at`` or ``last_out_at`` of these contacts and advance their stages: new, contacted, replied.

    The caller holds the locks on their rows. A message that arrives late sets neither back.
    """
    column, stage = ("last_out_at", Stage.CONTACTED) if outgoing else ("last_in_at", Stage.REPLIED)
    earlier_stages = "'new'" if outgoing else "'new', 'contacted'"
    at_param = datetime_param(at)
    where, ids = ids_clause("id", contact_ids)
    run(
        f"UPDATE {_contacts.name} SET {column} = CASE WHEN {column} > %s THEN {column} ELSE %s END, updated_at = %s,"
        f" stage = CASE WHEN stage IN ({earlier_stages}) THEN %s ELSE stage END WHERE {where}",
        [at_param, at_param, datetime_param(clock.now()), stage.value, *ids],
    )
