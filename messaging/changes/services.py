"""Changes of messages that a caller may ask for: another text, a deletion for both sides, the account's reaction."""

import unicodedata
from datetime import timedelta

from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.authors import author_of
from messaging import review
from messaging.changes import applying, queue
from messaging.formatting.entities import Formatted, to_json
from messaging.models import ChangeKind, ChangeStatus, Direction, Format, Message, MessageChange, Status
from messaging.sending import attaching, message_text

# Telegram's own limit of today; where it has another one, its refusal says so.
EDIT_WITHIN = timedelta(hours=48)
# Of these Telegram lets nobody change a text: they have none.
WITHOUT_TEXT = ("sticker", "video_note", "contact", "location", "poll", "service", "other")
MAX_EMOJI = 16
VARIATION_SELECTOR = "\ufe0f"
# The invisible characters of an emoji: what joins two of them, and the letters of the flags of regions.
JOINER = "\u200d"
JOINERS = {JOINER, *map(chr, range(0xE0020, 0xE0080))}
# Two of these are the flag of a country.
REGIONAL = {*map(chr, range(0x1F1E6, 0x1F200))}


@unit_of_work()
def edit_message(
    actor: Actor, message_id: str, *, text: str, format: str = Format.PLAIN, check: Check = unconditional
) -> Message:
    """Give an outgoing message another text. One that is queued and was never tried is sent with it. One that was sent
    is changed at Telegram, where the variables are filled in now: the message shows the new text once that is done,
    and until then what is asked for, in ``change``.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed`` as for a message that is sent, and
    ``invalid_state`` with the reason why it cannot be changed; whatever ``check`` raises.
    """
    actor.require(Scope.WRITE_MESSAGES)
    kind = Message.objects.for_workspace(actor.workspace).only("kind").get_or_not_found(message_id).kind
    is_caption = kind != attaching.TEXT
    text = message_text.check_template(actor.workspace, text, format, caption=is_caption)
    message = _lock(actor, message_id, check)
    review.check_change(actor, message, text=text, format=format, reaches=True)
    if message.status == Status.QUEUED and message.unsettled_since is None:
        _edit_queued(message, text, format)
    else:
        _require_sent(message, "changed")
        _require_editable(message)
        new = message_text.preview_for(actor.workspace, message.contact, text, format, caption=is_caption)
        if not _is_as_asked(message, new):
            what = {"text": new.text, "entities": to_json(new.entities)}
            queue.ask(message, ChangeKind.EDIT, by=author_of(actor), request_id=actor.request_id, **what)
    audit.record(actor, "message.edited", message.pk)
    return message


@unit_of_work()
def delete_message(actor: Actor, message_id: str, *, check: Check = unconditional) -> Message:
    """Delete a message that was sent, for both sides. ``deleted_at`` is set once it is done; a deleted one stays so.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` with the reason why it cannot be deleted; whatever
    ``check`` raises.
    """
    actor.require(Scope.WRITE_MESSAGES)
    message = _lock(actor, message_id, check)
    if message.deleted_at is None:
        _require_sent(message, "deleted")
    review.check_change(actor, message)
    if message.deleted_at is not None:
        return message
    if not _is_waiting(message, ChangeKind.DELETE):
        queue.ask(message, ChangeKind.DELETE, by=author_of(actor), request_id=actor.request_id)
        audit.record(actor, "message.deleted", message.pk)
    return message


@unit_of_work()
def react(actor: Actor, message_id: str, *, emoji: str | None) -> Message:
    """Let the account react to a message, in or out, with this emoji in place of an earlier one; None takes it back.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed``, ``invalid_state`` for a message that is not at
    Telegram.
    """
    actor.require(Scope.WRITE_MESSAGES)
    emoji = "" if emoji is None else _emoji(emoji)
    message = _lock(actor, message_id, unconditional)
    if message.deleted_at is not None:
        raise DomainError("invalid_state", _deleted(message))
    if message.direction == Direction.OUT:
        _require_at_telegram(message, "reacted to")
    if message.telegram_message_id is None:
        raise DomainError("invalid_state", "Telegram's id of the message is not known, so nobody can react to it")
    review.check_change(actor, message, reaches=True)
    if applying.with_reaction(message, applying.ACCOUNT, emoji) != message.reactions or message.change is not None:
        queue.ask(message, ChangeKind.REACT, by=author_of(actor), request_id=actor.request_id, emoji=emoji)
        audit.record(actor, "message.reacted", message.pk)
    return message


def _lock(actor: Actor, message_id: str, check: Check) -> Message:
    """The message, locked with its contact."""
    rows = Message.objects.for_workspace(actor.workspace)
    rows.get_or_not_found(message_id)
    message = applying.lock_message(rows.filter(pk=message_id))
    if message is None:
        raise not_found("message")
    check(message)
    return message


def _edit_queued(message: Message, text: str, format: str) -> None:
    values = {"text": text, "format": format, "entities": [], "rendered": False}
    for name, value in values.items():
        setattr(message, name, value)
    Message.unscoped.filter(pk=message.pk).update(**values)


def _is_as_asked(message: Message, new: Formatted) -> bool:
    """Whether the message has this text, or will have it once what was asked for before is done."""
    waiting = MessageChange.unscoped.filter(message=message, kind=ChangeKind.EDIT, status=ChangeStatus.QUEUED)
    last = waiting.order_by("-pk").values_list("text", "entities").first()
    return (last or (message.text, message.entities)) == (new.text, to_json(new.entities))


def _is_waiting(message: Message, kind: ChangeKind) -> bool:
    return MessageChange.unscoped.filter(message=message, kind=kind, status=ChangeStatus.QUEUED).exists()


def _require_sent(message: Message, changed: str) -> None:
    """``invalid_state`` unless the account's own message is at Telegram and stays there."""
    if message.direction == Direction.IN:
        raise DomainError("invalid_state", f"the contact wrote this message; only the account's own can be {changed}")
    _require_at_telegram(message, changed)
    if message.deleted_at is not None:
        raise DomainError("invalid_state", _deleted(message))
    if _is_waiting(message, ChangeKind.DELETE):
        raise DomainError("invalid_state", "the message is being deleted")


def _require_at_telegram(message: Message, changed: str) -> None:
    match message.status:
        case Status.QUEUED if message.unsettled_since is None:
            raise DomainError("invalid_state", f"the message is not sent yet, so it cannot be {changed}; cancel it")
        case Status.QUEUED | Status.SENDING:
            since = clock.rfc3339(message.unsettled_since)
            detail = f"the message is being sent since {since}; try again once it is sent"
            raise DomainError("invalid_state", detail)
        case Status.FAILED | Status.CANCELED:
            raise DomainError("invalid_state", f"the message was not sent: it is {message.status}")
    if message.telegram_message_id is None:
        detail = f"Telegram's id of the message is not known, so it cannot be {changed} here; use Telegram's own app"
        raise DomainError("invalid_state", detail)


def _require_editable(message: Message) -> None:
    if message.kind in WITHOUT_TEXT:
        raise DomainError("invalid_state", f"a message of the kind {message.kind} has no text that can be changed")
    ended = (message.sent_at or message.created_at) + EDIT_WITHIN
    if clock.now() >= ended:
        detail = f"Telegram allows changes for 48 hours, until {clock.rfc3339(ended)}; send another message"
        raise DomainError("invalid_state", detail)


def _deleted(message: Message) -> str:
    return f"the message was deleted on {clock.rfc3339(message.deleted_at)}"


def _emoji(text: str) -> str:
    """The emoji as Telegram names a reaction. ``validation_failed`` for what is none; which ones it accepts, Telegram
    decides."""
    emoji = text.replace(VARIATION_SELECTOR, "")
    kinds = [unicodedata.category(character) for character in emoji if character not in JOINERS]
    signs = sum(kind in ("So", "Po", "Sm") for kind in kinds) - sum(each in REGIONAL for each in emoji) // 2
    is_one = signs == 1 + emoji.count(JOINER)
    if not is_one or len(emoji) > MAX_EMOJI or any(kind[0] in "LZ" or kind in ("Cc", "Cf", "Cs") for kind in kinds):
        raise invalid("emoji", "invalid", "give one emoji, such as 👍, or null to take the reaction back")
    return emoji
