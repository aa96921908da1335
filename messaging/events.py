"""What the outside sees of a message, a thread, an account: one function each, for GET, events and tools alike."""

from typing import Any

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from messaging.models import Account, AccountState, Message, Thread


def message_payload(message: Message) -> dict[str, Any]:
    """A message as ``GET /v1/messages/{id}`` answers it."""
    return {
        "id": message.id,
        "account_id": message.account_id,
        "thread_id": message.thread_id,
        "contact_id": message.contact_id,
        "direction": message.direction,
        "kind": message.kind,
        "status": message.status,
        "text": message.text,
        "eta": rfc3339(message.eta),
        "created_at": rfc3339(message.created_at),
        "sent_at": rfc3339(message.sent_at),
        "edited_at": rfc3339(message.edited_at),
        "error": message.error or None,
    }


def thread_payload(thread: Thread, last: Message | None) -> dict[str, Any]:
    """A thread as the inbox lists it, with its newest message."""
    return {
        "id": thread.id,
        "account_id": thread.account_id,
        "contact_id": thread.contact_id,
        "unread_count": thread.unread_count,
        "last_message_at": rfc3339(thread.last_message_at),
        "last_message": message_payload(last) if last is not None else None,
        "created_at": rfc3339(thread.created_at),
    }


def account_state(account: Account) -> str:
    """The state now: a pause that is over is none. One without an end lasts until somebody ends it."""
    over = account.paused_until is not None and account.paused_until <= clock.now()
    if account.state == AccountState.PAUSED and over:
        return AccountState.CONNECTED
    return account.state


def account_payload(account: Account, used: int, reserved: int) -> dict[str, Any]:
    """``used``: sends in the last 24 hours; ``reserved``: slots taken in the next 24."""
    return {
        "id": account.id,
        "name": account.name,
        "kind": account.kind,
        "state": account_state(account),
        "paused_until": rfc3339(account.paused_until) if account_state(account) == AccountState.PAUSED else None,
        "daily_limit": account.daily_limit,
        "used_today": used,
        "left_today": max(0, account.daily_limit - used - reserved),
    }


def register_events() -> None:
    """Describe them for the catalogue: the message has the shape that GET answers."""
    from crmsolid.api.representations import json_shape
    from crmsolid.events.catalogue import register_event
    from messaging.serializers import MessageOut

    data = {"type": "object", "required": ["message"], "properties": {"message": json_shape(MessageOut)}}
    register_event("message.sent", data, description="A message has arrived, or was typed on the account's own phone.")
    register_event("message.failed", data, description="A message will not be sent; `error` says why.")
    register_event("message.received", data, description="Somebody has written to one of the accounts.")
