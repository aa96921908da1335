"""What happens to messages when a contact is erased or asks for their data, and what is deleted with time.

What an account sent in the last 24 hours still counts against its daily limit after the contact is erased: otherwise
erasing and sending again would be a way around the limit. Only the instants are kept, as ``SpentSlot``. The
statistics of accounts keep their totals too: of each message that they count, kind and time stay (``ErasedMessage``).
"""

from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from contacts.models import Contact, ContactNote
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.insert_select import insert_select
from messaging import notices, querysets, team
from messaging.alerts import recording
from messaging.files import retention
from messaging.files.models import Attachment, File
from messaging.files.representations import FileOut, url_of
from messaging.models import (
    Alert,
    AlertKind,
    Direction,
    ErasedMessage,
    LoginAttempt,
    Message,
    PeerHash,
    SpentSlot,
    Status,
    TelegramSession,
    Thread,
    ThreadDraft,
)
from messaging.representations import MessageOut
from messaging.sending import waiting
from messaging.sending.slots import DAY
from messaging.telegram.ending import discard_logins, drop_old_tokens

BATCH = 1000


def erase(workspace_id: int, contact_id: str) -> None:
    """Delete the contact's threads with all their messages, and the files that nothing else has. Queued messages are
    deleted too and never sent."""
    now = clock.now()
    messages = Message.objects.for_workspace(workspace_id).filter(contact_id=contact_id, slot_at__gt=now - DAY)
    # Locked, so that none is claimed, and its send forgotten, before it is deleted; and so that no row that refers to
    # one, such as what a sandbox delivers, is written meanwhile.
    locked = messages.select_for_update().order_by("id")
    # A queued message that an attempt may have sent, with an unknown result, counts as well.
    sends = [each for each in locked if each.status != Status.QUEUED or each.unsettled_since is not None]
    SpentSlot.objects.for_workspace(workspace_id).bulk_create(
        [SpentSlot(workspace_id=workspace_id, account_id=each.account_id, slot_at=each.slot_at) for each in sends]
    )
    # Locked, so that no draft is written in one before it is deleted; after the messages, as by whoever cancels one or
    # finds at its claim that it cannot be sent, and has no lock of the contact.
    threads = Thread.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    for thread_id in threads.select_for_update().order_by("id").values_list("pk", flat=True):
        notices.tell_changed(workspace_id, thread_id)
    # Telegram still has the conversation. The next look through its history must not bring it back.
    sessions = TelegramSession.objects.for_workspace(workspace_id).filter(account__threads__contact_id=contact_id)
    sessions.update(history_cutoff=now)
    attached = Attachment.objects.for_workspace(workspace_id).filter(message__contact_id=contact_id)
    files = set(attached.values_list("file_id", flat=True))
    for draft in ThreadDraft.objects.for_workspace(workspace_id).filter(thread__contact_id=contact_id):
        files |= {*draft.content.get("attachments", ())}
    _keep_counts(workspace_id, contact_id)
    team.outlive_messages(workspace_id, contact_id)
    notes = ContactNote.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    mentions = Alert.objects.for_workspace(workspace_id).filter(kind=AlertKind.MENTION, about__in=notes.values("pk"))
    mentions.delete()
    threads.delete()  # with their drafts and the other alerts
    recording.forget_emails(workspace_id)
    retention.delete_unused(workspace_id, files)
    for peers in _addresses(workspace_id, contact_id):
        peers.delete()


def _keep_counts(workspace_id: int, contact_id: str) -> None:
    """For :mod:`messaging.stats`. The contact's row is locked, so none of these messages is received, sent or answered
    meanwhile."""
    counts = Q(status__in=[Status.SENT, Status.FAILED])
    counts |= Q(status=Status.RECEIVED) & (Q(in_reply_to__isnull=False) | Q(auto_reply=False))
    answer = Case(
        When(in_reply_to=None, then=Value("received")),
        When(auto_reply=True, then=Value("auto_reply")),
        default=Value("reply"),
    )
    messages = (
        Message.objects.for_workspace(workspace_id)
        .filter(counts, contact_id=contact_id)
        .annotate(
            erased_kind=Case(When(direction=Direction.OUT, then=F("status")), default=answer, output_field=CharField()),
            counted_at=Case(When(status=Status.FAILED, then=F("eta")), default=F("sent_at")),
        )
    )
    kept = messages.filter(counted_at__isnull=False)
    rows = kept.values_list("workspace_id", "account_id", "erased_kind", "counted_at")
    insert_select(ErasedMessage, rows, columns=["workspace", "account", "kind", "at"])


def _addresses(workspace_id: int, contact_id: str) -> "list[QuerySet[PeerHash]]":
    """How accounts address the person on Telegram: id, username and access hash. One query for each index."""
    contact = Contact.objects.for_workspace(workspace_id).get(pk=contact_id)
    peers = PeerHash.objects.for_workspace(workspace_id)
    by_id = [peers.filter(peer_id=contact.telegram_id)] if contact.telegram_id is not None else []
    by_name = [peers.filter(username__iexact=contact.username_key)] if contact.username_key else []
    return by_id + by_name


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``drafts``: what members have begun to write to the contact. ``messages``: every message to and from the contact,
    oldest first. ``files``: what they have, each once. ``telegram_addresses``: what accounts know."""
    rows = Message.objects.for_workspace(workspace_id).filter(contact_id=contact_id).order_by("created_at", "id")
    waiting.load_accounts(rows)
    querysets.with_attachments(rows)
    querysets.with_names(rows)
    known = {peer.pk: peer for peers in _addresses(workspace_id, contact_id) for peer in peers}
    addresses = [{"account_id": p.account_id, "peer_id": p.peer_id, "username": p.username} for p in known.values()]
    messages = [MessageOut.render(row) for row in rows]
    attached = Attachment.objects.for_workspace(workspace_id).filter(message__contact_id=contact_id)
    files = File.objects.for_workspace(workspace_id).filter(pk__in=attached.values("file_id")).order_by("pk")
    exported = [FileOut.render(file) | {"url": url_of(file.pk), "state": file.state} for file in files]
    begun = ThreadDraft.objects.for_workspace(workspace_id).filter(thread__contact_id=contact_id).exclude(content={})
    drafts = [
        {"user_id": each.user_id, "updated_at": rfc3339(each.updated_at), "text": each.content["text"]}
        for each in begun.order_by("pk")
    ]
    return {"drafts": drafts, "messages": messages, "files": exported, "telegram_addresses": addresses}


def purge() -> int:
    """Delete logins that expired unfinished and spent slots older than 24 hours, each batch in its own transaction;
    returns the number of rows."""
    now, deleted = clock.now(), 0
    logins, slots = LoginAttempt.unscoped.filter(expires_at__lt=now), SpentSlot.unscoped.filter(slot_at__lte=now - DAY)
    while batch := list(logins.values_list("pk", flat=True)[:BATCH]):
        deleted += discard_logins(logins.filter(pk__in=batch))
    while spent := list(slots.values_list("pk", flat=True)[:BATCH]):
        deleted += SpentSlot.unscoped.filter(pk__in=spent).delete()[0]
    drop_old_tokens()
    return deleted
