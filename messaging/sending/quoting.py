"""The message that another one of the same conversation quotes: which may be quoted, and how a gateway is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import hint_of, is_id
from messaging.formatting.entities import utf16_length
from messaging.models import Account, Attachment, Message, Status

# Telegram's own limit, in UTF-16 units.
MAX_QUOTE = 1024


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a gateway is told: the id of the quoted message there, None if there is none, and the part of its text,
    which begins at so many UTF-16 units."""

    reply_to: int | None = None
    quote: str = ""
    offset: int = 0


NOTHING = Quoted()


def columns_of(account: Account, contact_id: str, reply_to: str, quote: str) -> dict[str, Any]:
    """The columns of a new message that quotes this one. ``validation_failed`` (422) unless it is a message of the
    account with this contact that was not deleted, failed or canceled, and the quote a part of its text."""
    if not reply_to:
        if quote:
            raise invalid("quote", "without_reply_to", "name the message that is quoted in reply_to")
        return {}
    rows = Message.objects.for_workspace(account.workspace_id).filter(account=account, contact=contact_id)
    quoted = rows.filter(pk=reply_to).first() if is_id("msg", reply_to) else None
    if quoted is None:
        detail = "this is no message between the account and the contact; quote one of the same conversation"
        raise invalid("reply_to", "not_in_conversation", detail, hint=hint_of("message"))
    if quoted.deleted_at is not None or quoted.status in (Status.FAILED, Status.CANCELED):
        state = "deleted" if quoted.deleted_at is not None else quoted.status
        raise invalid("reply_to", "not_there", f"the message is {state}, so the contact does not have it")
    quote = quote.replace("\r\n", "\n")
    if quote and (not quote.strip() or utf16_length(quote) > MAX_QUOTE or quote not in quoted.text):
        detail = f"give a part of the text of the message, up to {MAX_QUOTE} UTF-16 units, exactly as it stands there"
        raise invalid("quote", "not_in_text", detail)
    return {"reply_to_id": quoted.pk, "quote": quote}


def as_before(message: Message) -> tuple[str, str]:
    """``reply_to`` and ``quote`` of a message that is sent in place of this one: the same, if that is still there."""
    reply_to = message.reply_to_id or ""
    try:
        columns_of(message.account, message.contact_id, reply_to, message.quote)
    except DomainError:
        return "", ""
    return reply_to, message.quote


def quoted_by(messages: Sequence[Message]) -> dict[str, Quoted]:
    """By message id, what those of these messages quote that quote one which has arrived. One query, or none."""
    quoting = [message for message in messages if message.reply_to_id is not None]
    if not quoting:
        return {}
    wanted = {message.reply_to_id for message in quoting}
    rows = Message.unscoped.filter(pk__in=wanted, telegram_message_id__isnull=False, deleted_at=None)
    # Of an album, the first part that was not deleted.
    parts = Attachment.unscoped.filter(message=OuterRef("pk"), deleted_at=None, telegram_message_id__isnull=False)
    first = Subquery(parts.order_by("position").values("telegram_message_id")[:1])
    rows = rows.annotate(first_there=Coalesce(first, "telegram_message_id"))
    there: dict[str | None, tuple[int | None, str]] = {
        pk: (number, text) for pk, number, text in rows.values_list("pk", "first_there", "text")
    }
    found = {}
    for message in quoting:
        number, text = there.get(message.reply_to_id, (None, ""))
        if number is not None:
            # The text may have been changed since.
            is_there = bool(message.quote) and message.quote in text
            before = text.partition(message.quote)[0] if is_there else ""
            found[message.pk] = Quoted(number, message.quote if is_there else "", utf16_length(before))
    return found
