"""What the panel says of messages."""

import re
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_columns import format_time
from crmsolid.panel.components.template_tags import moment_text
from messaging import held
from messaging.files.progress import upload_progress
from messaging.models import AccountState, Direction, Message, Status, Thread, ThreadDraft, WaitingFor, account_state
from messaging.panel.media import files_of, summary
from messaging.querysets import MAX_COUNT
from messaging.sending.waiting import waiting_for

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
    "voice_forbidden": ("They accept no voice or video messages.", "Send it as a file."),
    "file_gone": ("A file of it was deleted.", "Attach it again."),
    "file_refused": ("Telegram does not accept the file.", "Send it as a file instead of a photo or video."),
    "file_expired": ("Telegram loses the file again and again.", "Send it again later."),
    "file_lost": ("Telegram loses the file again and again.", "Send it again later."),
}
# What can be corrected, by the ``error``: the text, or a field of the contact, which a template names in the detail.
USERNAME, VALUE, TEXT = "username", "value", "text"
CORRECTIONS = {
    "recipient_not_found": (USERNAME,),
    "recipient_changed": (USERNAME,),
    "template_unresolved": (VALUE, TEXT),
    "text_length": (TEXT,),
    "message_empty": (TEXT,),
    "message_too_long": (TEXT,),
    held.CANCELED: (TEXT,),
}
_MISSING = re.compile(r"no value for \{(\w+)\}")  # of messaging.sending.message_text
OWN_FIELDS = ("name", "first_name", "last_name", "username", "email")
SOURCES = {"sequence": "Sequence", "broadcast": "Broadcast", "phone": "Written on the phone"}
# What was sent by itself: its icon, and what stands before its text.
AUTOMATIC = {"sequence": ("workflow", "Sequence"), "broadcast": ("megaphone", "Broadcast")}
# What stands for a message without text, by its ``kind``, and the icon of one that is no text.
KINDS = {
    "voice": "Voice message",
    "video_note": "Video message",
    "document": "File",
    "animation": "GIF",
    "location": "Place",
    "service": "Notice of Telegram",
    "other": "Something that only Telegram shows",
}
# What is named above its text, too.
NAMED = ("contact", "location", "poll", "service", "other")
KIND_ICONS = {
    "photo": "image",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "voice": "mic",
    "audio": "music",
    "document": "file-text",
    "sticker": "smile",
    "contact": "user",
    "location": "map-pin",
    "poll": "list",
    "service": "info",
    "other": "circle-help",
}
# What is said of a change that waits, and of one that Telegram has refused.
CHANGES = {
    "edit": ("Is being changed…", "It was not changed."),
    "delete": ("Is being deleted…", "It was not deleted."),
    "react": ("The reaction is on its way…", "Telegram did not take the reaction."),
}
# What the panel says of a queued message; ``eta`` is the time of its next attempt.
WAITING_TEXTS = {
    WaitingFor.ETA: "Planned for {eta}",
    WaitingFor.DAILY_LIMIT: "Waits for the daily limit, planned for {eta}",
    WaitingFor.GAP: "Waits for the gap between sends, planned for {eta}",
    WaitingFor.ACCOUNT_PAUSED: "Account was paused, planned for {eta}",
    WaitingFor.ACCOUNT_FROZEN: "Account is frozen",
    WaitingFor.ACCOUNT_NEEDS_LOGIN: "Account needs a login",
    WaitingFor.ACCOUNT_BANNED: "Account is banned",
    WaitingFor.PLAN: "The trial has ended",
    WaitingFor.WINDOW: "Waits for the sending window, planned for {eta}",
    WaitingFor.HELD: "Sending is held on the whole server",
    WaitingFor.UPLOAD: "Its files are on their way to Telegram ({share} %)",
    WaitingFor.EARLIER_MESSAGE: "Waits for an earlier message to the same person",
    WaitingFor.WORKER: "Waits for a worker",
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


def waiting_text(message: Message) -> SafeString | str:
    """Why the message is not sent yet; empty unless it is queued."""
    reason = waiting_for(message)
    if reason is None:
        return ""
    if reason == WaitingFor.ACCOUNT_PAUSED and account_state(message.account) == AccountState.PAUSED:
        until = message.account.paused_until
        return format_html("Account is paused until {}", format_time(until)) if until else "Account is paused"
    share = int(upload_progress([message]).get(message.pk, 0) * 100) if reason == WaitingFor.UPLOAD else 0
    return format_html(WAITING_TEXTS[reason], eta=format_time(message.eta), share=share)


def status_text(message: Message) -> SafeString | str:
    """What became of an outgoing message."""
    if message.status == Status.QUEUED:
        return waiting_text(message)
    return {"sending": "Being sent", "sent": "Sent", "failed": "Not sent", "canceled": "Canceled"}[message.status]


def failure_text(message: Message) -> str:
    """Why a message failed, or was canceled with a hold on sending, and what to do; else empty."""
    if message.status != Status.FAILED and message.error != held.CANCELED:
        return ""
    return " ".join(filter(None, failure(message.error, message.error_detail)))


def change_text(message: Message) -> str:
    """What of a change of the message is not done at Telegram yet, or was refused; empty if there is none."""
    if message.change is None:
        return ""
    being, refused = CHANGES[message.change["kind"]]
    if message.change["status"] == "queued":
        return being
    return f"{refused} {failure(message.change['error'] or '')[0]}".strip()


def corrections(message: Message) -> list[tuple[str, str]]:
    """Titles and addresses of the pages on which one corrects what made this message fail, and comes back from."""
    if not failure_text(message):
        return []
    found = contact_corrections(message, f"{panel_url('inbox_thread', message.thread_id)}#m-{message.pk}")
    if TEXT in CORRECTIONS.get(message.error, ()):
        again = "Write it again" if message.error == held.CANCELED else "Change the text"
        found.append((again, panel_url("inbox_thread", message.thread_id, query={"text_of": message.pk})))
    return found


def contact_corrections(message: Message, back: str) -> list[tuple[str, str]]:
    """Those of a field of the contact. Saving it leads to the page ``back``."""
    found = []
    for kind in CORRECTIONS.get(message.error, ()):
        field = {USERNAME: USERNAME, VALUE: _missing_field(message)}.get(kind)
        if field and message.contact_id:
            title = "Correct the username" if kind == USERNAME else "Fill in the value"
            query = {"edit": field, "next": back}
            found.append((title, panel_url("contacts_contact_change", message.contact_id, query=query)))
    return found


def _missing_field(message: Message) -> str:
    """The name of the field, in the form of the contact, whose value the text of the message lacked."""
    missing = _MISSING.match(message.error_detail)
    if missing is None:
        return ""
    return missing[1] if missing[1] in OWN_FIELDS else f"custom.{missing[1]}"


def media_text(message: Message) -> str:
    """What stands for a message without text: its kind, and what a place, a contact or a poll says."""
    if message.kind == "other" and message.media_text:
        return message.media_text
    name = KINDS.get(message.kind, capfirst(message.kind))
    return f"{name}: {message.media_text}" if message.media_text else name


def address_of(message: Message) -> str:
    """The address of the message in its conversation."""
    return f"{panel_url('inbox_thread', message.thread_id, query={'message': message.pk})}#m-{message.pk}"


@dataclass(frozen=True, slots=True)
class Preview:
    """A message in one line: ``icon`` says what it is if it is no text or was sent by itself, ``before`` who wrote it
    if it was not the contact. ``is_draft``: it is not sent yet."""

    text: str
    icon: str = ""
    before: str = ""
    is_draft: bool = False

    def __str__(self) -> str:
        return self.text


def preview_of(message: Message | None) -> Preview:
    """The beginning of a message that comes from :func:`messaging.panel.media.with_files`."""
    if message is None:
        return Preview("No message yet")
    text = " ".join(message.text.split())[:140] or summary(files_of(message)) or media_text(message)
    if message.direction == Direction.OUT:
        automatic = AUTOMATIC.get(message.source)
        return Preview(text, *automatic) if automatic else Preview(text, KIND_ICONS.get(message.kind, ""), "You")
    return Preview(text, KIND_ICONS.get(message.kind, ""))


def last_words(thread: Thread) -> Preview:
    """What stands below the name in the list: that an answer is planned, that a message was not delivered, or the
    latest message. The thread comes from :func:`messaging.threads.services.reading.list_inbox`."""
    message = thread.last_message
    if thread.planned_at:
        return Preview(f"Answer planned for {moment_text(thread.planned_at)}", "clock")
    if message is not None and thread.failed_at:
        why = failure(message.error, message.error_detail)[0] if message.status == Status.FAILED else ""
        return Preview(f"Not delivered. {why}".strip(), "triangle-alert")
    preview = preview_of(message)
    is_canceled = message is not None and message.status == Status.CANCELED
    return replace(preview, icon="ban", before="Canceled") if is_canceled else preview


def begun_words(draft: ThreadDraft) -> Preview:
    """The beginning of what the reader has begun to write."""
    return Preview(" ".join(draft.content.get("text", "").split())[:140] or "A file", is_draft=True)


def count_text(count: int) -> str:
    """A count that ends at ``MAX_COUNT``; empty for none."""
    return f"{MAX_COUNT}+" if count > MAX_COUNT else str(count or "")
