"""Messages with a person: gone with the person, shown to them until then.

What an account sent in the last 24 hours still counts against its limit, or erasing and sending again would be a
way around it; only the instants are kept.
"""

from typing import Any

from django.db.models import QuerySet

from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Message, SpentSlot, Thread
from messaging.sending.pacing import DAY
from messaging.serializers import MessageOut
from messaging.telegram_models import PeerHash, TelegramSession


def erase(workspace_id: int, contact_id: str) -> None:
    """Delete the threads with all their messages, waiting ones too, which are never sent then."""
    rows = _messages(workspace_id, contact_id)
    spent = rows.filter(slot_at__gt=clock.now() - DAY).exclude(status="queued").values_list("account_id", "slot_at")
    SpentSlot.objects.for_workspace(workspace_id).bulk_create(
        [
            SpentSlot(workspace_id=workspace_id, account_id=account, slot_at=slot)
            for account, slot in spent
            if slot is not None
        ]
    )
    _never_read_again(workspace_id, contact_id)
    Thread.objects.for_workspace(workspace_id).filter(contact_id=contact_id).delete()
    _forget_addresses(workspace_id, contact_id)


def _never_read_again(workspace_id: int, contact_id: str) -> None:
    """The conversation still stands at Telegram; the next look through the conversations must not bring it back."""
    sessions = TelegramSession.objects.for_workspace(workspace_id).filter(account__threads__contact_id=contact_id)
    sessions.update(history_cutoff=clock.now())


def _forget_addresses(workspace_id: int, contact_id: str) -> None:
    """How accounts address the person on Telegram: id, username and access hash."""
    contact = Contact.objects.for_workspace(workspace_id).get(pk=contact_id)
    addresses = PeerHash.objects.for_workspace(workspace_id)
    if contact.telegram_id is not None:
        addresses.filter(peer_id=contact.telegram_id).delete()
    if contact.username_key:
        addresses.filter(username__iexact=contact.username_key).delete()


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``messages``: every message with the person, oldest first."""
    rows = _messages(workspace_id, contact_id).order_by("created_at", "id")
    return {"messages": [MessageOut.render(row) for row in rows]}


def _messages(workspace_id: int, contact_id: str) -> "QuerySet[Message]":
    rows: QuerySet[Message] = Message.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return rows
