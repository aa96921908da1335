"""Why messages fail, in words."""

from typing import Any

from django.utils.text import capfirst

from crmsolid.panel.components.template_tags import moment_text
from messaging import held

# Why a message failed and what to do about it, by its ``error``.
FAILURES = {
    "privacy_restricted": ("They accept no messages from strangers.", "They would have to write first."),
    "premium_required": ("They accept messages from Telegram Premium users only.", ""),
    "payment_required": ("They ask to be paid for messages.", ""),
    "blocked_by_recipient": ("They have blocked this account.", ""),
    "recipient_blocked": ("This account has blocked them.", "Unblock them on the phone, then send it again."),
    "recipient_deleted": ("Their Telegram account is deleted.", ""),
    "recipient_not_found": ("Nobody has this username.", "Correct it, then send it again."),
    "recipient_changed": ("The username belongs to somebody else now.", "Correct it, then send it again."),
    "write_forbidden": ("This account may not write there.", ""),
    "contact_opted_out": ("They asked for no more messages.", ""),
    "template_unresolved": ("A value for the text is missing.", "Fill it in at the contact, then send it again."),
    "text_length": ("The text became too long, or empty, once its variables were filled in.", ""),
    held.CANCELED: (
        "It waited while sending was held, and whoever runs the server canceled it.",
        "Send it again if it has not arrived.",
    ),
    "message_empty": ("Telegram considers the text empty.", ""),
    "message_too_long": ("Telegram considers the text too long.", ""),
}


def failure(error: str, detail: str = "") -> tuple[str, str]:
    """Why a message failed, and what to do about it; the latter is empty if that is nothing, and both for no ``error``.
    ``detail`` is said of an error that has no words of its own."""
    said = (detail or error.replace("_", " ")).rstrip(".")
    return FAILURES.get(error) or (f"{capfirst(said)}." if said else "", "")


def connection_problem(account: Any) -> str:
    """Why an account is not connected to Telegram, and since when, in sentences. ``account`` comes from
    :func:`messaging.querysets.with_connection`.

    An error from before Telegram was heard last is not the reason.
    """
    since = f" since {moment_text(account.disconnected_at)}" if account.disconnected_at else ""
    is_reason = account.last_error_at and (account.heard_at is None or account.last_error_at > account.heard_at)
    reason = f"{capfirst(account.last_error_message).rstrip('.')}." if is_reason else "The reason is not known yet."
    return f"Not connected{since}. {reason}"
