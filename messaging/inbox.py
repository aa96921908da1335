"""What arrives: messages from people, and those that a person typed on the account's own phone."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from contacts import people
from contacts.models import Contact, Stage
from crmsolid.core import clock
from crmsolid.core.rows import Table
from messaging import threads
from messaging.events import message_payload
from messaging.models import Account, Direction, Message, Status
from webhooks.publishing import publish

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
    contact = people.find_or_create(
        workspace, username=incoming.username, telegram_id=incoming.telegram_id, name=incoming.name
    )
    contact = _contacts.select("id = %s", [contact.id], lock=True)[0]  # contact, thread, message: as everywhere
    thread_id = threads.touch(account, contact, incoming.at)
    message = Message(
        workspace=workspace,
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
        slot_at=incoming.at if incoming.outgoing else None,
    )
    if _messages.insert([message], conflict="(thread_id, telegram_message_id) DO NOTHING") == 0:
        return None
    note_activity(contact, incoming.at, outgoing=incoming.outgoing)
    if not incoming.outgoing:
        threads.touch(account, contact, incoming.at, unread=1)
    type = "message.sent" if incoming.outgoing else "message.received"
    publish(workspace, type, {"message": message_payload(message)}, person=contact.id)
    return message


def note_activity(contact: Contact, at: datetime, *, outgoing: bool) -> None:
    """Write last in or last out down onto the contact and move its stage on: new → contacted → replied."""
    changed = {"last_out_at" if outgoing else "last_in_at": at, "updated_at": clock.now()}
    if outgoing and contact.stage == Stage.NEW:
        changed["stage"] = Stage.CONTACTED  # type: ignore[assignment]
    if not outgoing and contact.stage in (Stage.NEW, Stage.CONTACTED):
        changed["stage"] = Stage.REPLIED  # type: ignore[assignment]
    _contacts.update(changed, "id = %s", [contact.id])
