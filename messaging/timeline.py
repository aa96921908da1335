"""The messages of a contact in its timeline."""

from collections.abc import Iterable

from contacts.models import Contact
from contacts.timeline import Entry, Older, Source
from messaging.models import Direction, Status

# Status to type of label, for what is worth telling of a message.
_LABELS = {Status.FAILED: "danger", Status.QUEUED: "info", Status.SENDING: "warning", Status.CANCELED: ""}


def messages_of(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    """The messages in and out, newest first."""
    rows = contact.messages.filter(older.than("created_at")).select_related("account")
    for message in rows.order_by("-created_at", "-pk")[:limit]:
        incoming, kind = message.direction == Direction.IN, _LABELS.get(Status(message.status))
        yield Entry(
            message.created_at,
            message.pk,
            "They wrote" if incoming else "Message to them",
            text=message.text or f"({message.kind})",
            detail=f"{'to' if incoming else 'from'} {message.account}",
            label=None if kind is None else (kind, message.get_status_display()),
            page=("messaging_message_change", message.pk),
            row=message,
        )


SOURCE = Source("message", "Messages", "message-circle", messages_of)
