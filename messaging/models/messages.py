"""Messages in and out."""

import secrets
from functools import partial
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account
from messaging.models.texts import Format
from messaging.models.threads import Thread


def new_random_id() -> int:
    """Telegram's ``random_id``: a positive 64-bit number. Every attempt at sending a message uses the same one."""
    return secrets.randbits(63) or 1


class Direction(models.TextChoices):
    IN = "in", "In"
    OUT = "out", "Out"


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    RECEIVED = "received", "Received"


class WaitingFor(models.TextChoices):
    """Why a queued message is not sent yet; :func:`messaging.sending.waiting.waiting_for` answers it.

    ``eta``: the sender asked for this time, or a failed attempt is retried then. ``window``: the hours in which a
    sequence may send. ``held``: sending is held in the whole installation. ``earlier_message``: an earlier message of
    the thread is being sent or waits for its retry. ``upload``: its files are on their way to Telegram. ``worker``: the
    message is due.
    """

    ETA = "eta"
    DAILY_LIMIT = "daily_limit"
    GAP = "gap"
    ACCOUNT_PAUSED = "account_paused"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_NEEDS_LOGIN = "account_needs_login"
    ACCOUNT_BANNED = "account_banned"
    PLAN = "plan"
    WINDOW = "window"
    HELD = "held"
    EARLIER_MESSAGE = "earlier_message"
    UPLOAD = "upload"
    WORKER = "worker"


# What the search through texts knows: messages whose text is final. The characters that join words of an address or a
# number are spaces to it.
SEARCHED_STATUSES = (Status.SENT, Status.RECEIVED)
SEPARATORS = "@./:_-+<>&"
TEXT_APART = models.Func(
    F("text"),
    models.Value(SEPARATORS),
    models.Value(" " * len(SEPARATORS)),
    function="TRANSLATE",
    output_field=models.TextField(),
)
TEXT_WORDS = SearchVector(TEXT_APART, config="simple")


class Message(WorkspaceModel):
    """One message. Outgoing: ``queued → sending → sent | failed``, or ``canceled``; incoming: ``received``.

    ``text`` is the template until the first claim renders it (``rendered``), then the text that is sent. ``slot_at`` is
    the instant that counts against the account's daily limit; NULL if none does. ``delayed_by`` is the
    :class:`WaitingFor` that made ``eta`` as late as it is; empty if the message was due at once. ``lease`` identifies
    the attempt in progress, which may settle the message only while it holds the lease. ``unsettled_since`` is the time
    of the first attempt whose result was unknown when it ended; it stays set. ``request_id`` also goes into the
    message's events. ``retry_of`` is the failed message that this one was sent again for; a message is sent again once.
    ``in_reply_to``, ``auto_reply`` and ``text_digest`` of an incoming message are explained in
    :mod:`messaging.threads.received`.

    ``text`` is written in ``format`` until it is rendered; then, and in an incoming message, it is plain, and
    ``entities`` says what of it is formatted (:mod:`messaging.formatting.entities`). With files, ``text`` is the
    caption. ``awaits_upload``: Telegram does not have all of the files yet, and the message is not claimed before.
    ``reply_to`` is the message of the thread that this one quotes, ``quote`` the part of its text. ``grouped_id`` is
    Telegram's id of the album that a message is. ``media_text`` says what an incoming message without a text or a file
    has: a place, a contact, a poll. ``read_at`` is when Telegram told that the contact has read
    an outgoing message; ``deleted_at`` when it was deleted at Telegram by either side. ``reactions`` is a list of
    ``{"emoji": str, "by": "contact" | "account"}``. ``change`` is what is asked of Telegram and not done yet, or what
    it has refused (:mod:`messaging.changes.queue`): ``{"kind": str, "status": "queued" | "failed", "error": str}``.

    ``author_kind``, ``author_ref`` and ``author_name`` say who wrote an outgoing message, the id and the name as they
    were then (:mod:`crmsolid.workspaces.authors`); empty where that is not known.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "msg"), editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="messages")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=20, default="text")
    status = models.CharField(max_length=10, choices=Status.choices)
    text = models.TextField(blank=True)
    rendered = models.BooleanField(default=False)
    request_id = models.CharField(max_length=128, blank=True, help_text="X-Request-Id of the call that sent it")
    recipient = models.CharField(max_length=40, blank=True, help_text="as addressed: @username or a numeric id")
    source = models.CharField(max_length=10, default="direct", help_text="direct, broadcast, sequence or phone")
    random_id = models.BigIntegerField(default=new_random_id, editable=False)
    telegram_message_id = models.BigIntegerField(null=True, blank=True, editable=False)
    eta = models.DateTimeField(null=True, blank=True)
    delayed_by = models.CharField(max_length=20, blank=True, default="", db_default="")
    slot_at = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    unsettled_since = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    # Nothing to do on deletion: both are of one thread, and messages are deleted with their thread only. The index is
    # message_replies, which leaves out the messages that are no replies.
    in_reply_to = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    auto_reply = models.BooleanField(default=False, db_default=False, editable=False)
    text_digest = models.BigIntegerField(null=True, blank=True, editable=False)
    # As in_reply_to; the index is message_retry_once.
    retry_of = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )

    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.PLAIN, db_default=Format.PLAIN, editable=False
    )
    entities = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    link_preview = models.BooleanField(default=True, db_default=True, editable=False)
    awaits_upload = models.BooleanField(default=False, db_default=False, editable=False)
    # As in_reply_to; the index is message_quoted.
    reply_to = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    quote = models.TextField(blank=True, default="", db_default="", editable=False)
    grouped_id = models.BigIntegerField(null=True, blank=True, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    reactions = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    media_text = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    change = models.JSONField(null=True, blank=True, editable=False)

    author_kind = models.CharField(max_length=10, default="", db_default="", editable=False)
    author_ref = models.CharField(max_length=64, default="", db_default="", editable=False)
    author_name = models.CharField(max_length=254, default="", db_default="", editable=False)

    # Not a column: whether it waits for an earlier message of its thread, None if whoever read it did not ask.
    is_behind: "bool | None" = None

    edge_contact: ClassVar[str] = "contact_id"
    edge_account: ClassVar[str] = "account_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["retry_of"], name="message_retry_once", condition=Q(retry_of__isnull=False)
            ),
            models.UniqueConstraint(fields=["account", "random_id"], name="message_random_id"),
            models.UniqueConstraint(fields=["thread", "telegram_message_id"], name="message_telegram_id"),
            models.UniqueConstraint(
                fields=["thread", "grouped_id"], name="message_album", condition=Q(grouped_id__isnull=False)
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="message_status"),
            models.CheckConstraint(
                condition=Q(direction="in", status="received") | Q(direction="out") & ~Q(status="received"),
                name="message_direction_status",
            ),
            models.CheckConstraint(condition=~Q(status="queued") | Q(eta__isnull=False), name="message_eta"),
        ]
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="message_recent"),
            # For messaging.searching. A message gets into it once, when it was sent or received.
            GinIndex(TEXT_WORDS, name="message_words", condition=Q(status__in=["sent", "received"])),
            models.Index(fields=["thread", "created_at", "id"], name="message_in_thread"),
            # For lists by account and by a rare status. Sending a message writes nothing into the second.
            models.Index(fields=["account", "created_at", "id"], name="message_of_account"),
            models.Index(
                fields=["workspace", "status", "created_at", "id"],
                name="message_unsent",
                condition=Q(status__in=["failed", "canceled"]),
            ),
            models.Index(fields=["account", "slot_at"], name="message_slot", condition=Q(slot_at__isnull=False)),
            models.Index(fields=["account", "eta", "id"], name="message_due", condition=Q(status="queued")),
            models.Index(fields=["lease_until"], name="message_leased", condition=Q(status="sending")),
            # The messages that others of their thread wait for.
            models.Index(
                fields=["thread"],
                name="message_tried",
                condition=Q(status__in=["queued", "sending"], attempts__gt=0),
            ),
            models.Index(
                fields=["account", "telegram_message_id"],
                name="message_of_telegram",
                condition=Q(telegram_message_id__isnull=False),
            ),
            # The messages whose files are on their way to Telegram, for which the later ones of their thread wait.
            models.Index(fields=["thread"], name="message_uploading", condition=Q(status="queued", awaits_upload=True)),
            # For the foreign key: whatever deletes a message looks for replies to it.
            models.Index(fields=["in_reply_to"], name="message_replies", condition=Q(in_reply_to__isnull=False)),
            models.Index(fields=["reply_to"], name="message_quoted", condition=Q(reply_to__isnull=False)),
            # What the contact has still to read, for Telegram's receipts.
            models.Index(
                fields=["thread", "telegram_message_id"],
                name="message_unread",
                condition=Q(direction="out", status="sent", read_at=None, telegram_message_id__isnull=False),
            ),
            # For messaging.stats, which reads nothing but these indexes.
            models.Index(
                fields=["account", "sent_at"], name="message_sent", condition=Q(direction="out", status="sent")
            ),
            models.Index(fields=["account", "eta"], name="message_failed", condition=Q(status="failed")),
            models.Index(
                fields=["account", "auto_reply", "sent_at"],
                name="message_answers",
                condition=Q(direction="in", in_reply_to__isnull=False),
            ),
            models.Index(
                fields=["workspace", "sent_at", "account"],
                name="message_received",
                condition=Q(direction="in", auto_reply=False),
            ),
            models.Index(
                fields=["account", "text_digest", "sent_at"],
                name="message_same_text",
                condition=Q(text_digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.id
