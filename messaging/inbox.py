"""What arrives: messages from people, and those that a person typed on the account's own phone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts import lookup
from contacts.models import Contact, Stage
from crmsolid.core import clock
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import publish
from messaging import threads
from messaging.events import MESSAGE_RECEIVED, MESSAGE_SENT
from messaging.models import Account, Direction, Message, Status
from messaging.serializers import MessageOut

_messages, _contacts = Table(Message), Table(Contact)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as the gateway saw it. ``outgoing``: typed on the account's own phone. ``at``: Telegram's time."""

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
    """Store it once, however often it is seen (None the second time), and publish ``message.received``."""
    workspace = account.workspace
    contact = lookup.find_or_create(
        workspace, username=incoming.username, telegram_id=incoming.telegram_id, name=incoming.name
    )
    thread_id = threads.touch(account, contact, incoming.at)
    if incoming.outgoing and _is_in_flight(thread_id, incoming.text):
        return None
    message = _message(account, contact, thread_id, incoming)
    if _messages.insert([message], conflict="(thread_id, telegram_message_id) DO NOTHING") == 0:
        return None
    note_activity(contact, incoming.at, outgoing=incoming.outgoing)
    if not incoming.outgoing:
        threads.touch(account, contact, incoming.at, unread=1)
    event_type = MESSAGE_SENT if incoming.outgoing else MESSAGE_RECEIVED
    publish(workspace, event_type, {"message": MessageOut.render(message)}, contact_id=contact.id)
    return message


def _is_in_flight(thread_id: str, text: str) -> bool:
    """Telegram also reports what we sent ourselves. Before its settlement that is a message of ours, not a new one."""
    rows = Message.unscoped.filter(thread_id=thread_id, unsettled_since__isnull=False)
    texts = rows.filter(status__in=(Status.SENDING, Status.QUEUED)).values_list("text", flat=True)
    return any(sent.strip() == text.strip() for sent in texts)  # Telegram trims what it delivers


def _message(account: Account, contact: Contact, thread_id: str, incoming: Incoming) -> Message:
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
        sent_at=incoming.at,
    )


def note_activity(contact: Contact, at: datetime, *, outgoing: bool) -> None:
    """Write last in or last out down onto the contact and move its stage on: new → contacted → replied.

    The contact's row is locked by the caller. What arrives late moves neither backwards.
    """
    column = "last_out_at" if outgoing else "last_in_at"
    changed: dict[str, Any] = {column: max(at, getattr(contact, column) or at), "updated_at": clock.now()}
    if outgoing and contact.stage == Stage.NEW:
        changed["stage"] = Stage.CONTACTED
    if not outgoing and contact.stage in (Stage.NEW, Stage.CONTACTED):
        changed["stage"] = Stage.REPLIED
    _contacts.update(changed, "id = %s", [contact.id])
