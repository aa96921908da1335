"""Broadcasts and their recipients: one text to many contacts, one row a recipient."""

from datetime import datetime
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import Q

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.files.models import files_column


class BroadcastStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    CANCELED = "canceled", "Canceled"


# The states in which it sends, or will.
SENDS = (BroadcastStatus.SCHEDULED, BroadcastStatus.RUNNING)
ENDED = (BroadcastStatus.DONE, BroadcastStatus.CANCELED)


class BroadcastWaiting(models.TextChoices):
    """Why a broadcast sends nothing at this moment; those of messages, and its own limit."""

    ETA = "eta", "for its time"
    PER_HOUR = "per_hour", "for its limit an hour"
    DAILY_LIMIT = "daily_limit", "for the daily limit of the accounts"
    GAP = "gap", "for the time between two sends of an account"
    ACCOUNT_PAUSED = "account_paused", "for an account that is paused"
    ACCOUNT_FROZEN = "account_frozen", "for an account that is frozen"
    ACCOUNT_NEEDS_LOGIN = "account_needs_login", "for an account that needs a login"
    ACCOUNT_BANNED = "account_banned", "for an account that is banned"
    PLAN = "plan", "for a plan that allows sending"
    HELD = "held", "until whoever runs the server lets messages go out again"


class Broadcast(WorkspaceModel):
    """One text to many contacts. ``draft → scheduled → running ⇄ paused → done | canceled``.

    ``audience`` is who gets it, as ``messaging.broadcasts.audience`` reads it. Once started, ``job_id`` is the job that
    works on it, and ``frozen_at`` is when each recipient had their row. ``audience_hash`` is that of the people of the
    preview that the start named or, if it named none, of the frozen audience; empty before. The API shows it with
    digests of other columns, which do not change once it is started. ``finishes_at`` is an estimate until it is done.
    ``waiting_for`` is why nothing is sent now, ``reason`` why the product canceled it; empty if there is none.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "brd"), editable=False)
    name = models.CharField(max_length=100)
    text = models.TextField()
    format = models.CharField(max_length=10, default="plain", db_default="plain")
    attachments = files_column()
    status = models.CharField(max_length=10, choices=BroadcastStatus.choices, default=BroadcastStatus.DRAFT)
    reason = models.CharField(max_length=40, blank=True)
    account_ids = models.JSONField(default=list)
    audience = models.JSONField(default=dict)
    audience_hash = models.CharField(max_length=80, blank=True)
    send_at = models.DateTimeField(null=True, blank=True)
    per_hour = models.PositiveIntegerField(null=True, blank=True, help_text="messages in any hour")
    cooldown_days = models.PositiveIntegerField(null=True, blank=True, help_text="days since the last broadcast")
    job_id = models.CharField(max_length=30, blank=True)
    waiting_for = models.CharField(max_length=20, blank=True, choices=BroadcastWaiting.choices)
    starts_at = models.DateTimeField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    finishes_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    # Not columns: querysets.load_counts and querysets.load_waits set them.
    counts: "dict[str, int]"
    waits_until: "datetime | None" = None

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(status__in=BroadcastStatus.values), name="broadcast_status"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "canceled"]) | Q(starts_at__isnull=False), name="broadcast_starts_at"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "created_at", "id"], name="broadcast_recent")]

    def __str__(self) -> str:
        return self.name


class RecipientStatus(models.TextChoices):
    """``needs_attention`` is not stored: it follows from the message, see ``messaging.broadcasts.querysets``."""

    PENDING = "pending", "Pending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    SKIPPED = "skipped", "Skipped"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    CANCELED = "canceled", "Canceled"


STORED_STATUSES = [status.value for status in RecipientStatus if status != RecipientStatus.NEEDS_ATTENTION]


class ExclusionReason(models.TextChoices):
    """Why somebody of the audience gets no message; the value of ``Recipient.reason`` for who is skipped."""

    OPTED_OUT = "opted_out", "Opted out"
    NO_ADDRESS = "no_address", "Neither username nor Telegram id"
    COOLDOWN = "cooldown", "Got a broadcast lately"
    MISSING_VALUE = "missing_value", "A value of the text is missing"
    TEXT_LENGTH = "text_length", "The text would be empty or too long"
    ERASED = "erased", "Erased"


class Recipient(WorkspaceModel):
    """A contact of the audience of a broadcast. Who is excluded has a row too, ``skipped`` with the reason.

    ``account`` is the one that writes to the contact, NULL until one is chosen. ``message`` is on its way while
    ``status`` is ``pending``. ``reason`` of a failed or canceled recipient is the error of the message.
    ``settled_at`` is when the status became final, and for a sent one when it was sent. ``replied_at``,
    ``auto_replied_at`` and ``opted_out_at`` are the times of the first answer of a person, of a machine, and of an
    opt-out word. Rows stay for the counts when the contact is erased.
    """

    broadcast = models.ForeignKey(Broadcast, on_delete=models.CASCADE, related_name="recipients", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, related_name="+", null=True)
    account = models.ForeignKey(
        "messaging.Account", on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    message = models.OneToOneField(
        "messaging.Message", on_delete=models.SET_NULL, related_name="recipient_of", null=True, blank=True
    )
    status = models.CharField(max_length=15, choices=RecipientStatus.choices, default=RecipientStatus.PENDING)
    reason = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    auto_replied_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)

    edge_contact: ClassVar[str] = "contact_id"
    edge_account: ClassVar[str] = "account_id"
    edge_account_is_optional: ClassVar[bool] = True

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "contact"], name="recipient_once"),
            models.CheckConstraint(condition=Q(status__in=STORED_STATUSES), name="recipient_status"),
        ]
        indexes = [
            models.Index(fields=["broadcast", "id"], name="recipient_in_order"),
            models.Index(fields=["broadcast", "status", "id"], name="recipient_by_status"),
            models.Index(
                fields=["broadcast", "account", "id"],
                name="recipient_to_send",
                condition=Q(status="pending", message__isnull=True),
            ),
            models.Index(
                fields=["broadcast"],
                name="recipient_in_flight",
                condition=Q(status="pending", message__isnull=False),
            ),
            models.Index(
                fields=["broadcast", "settled_at"],
                name="recipient_lately",
                condition=Q(status__in=["sent", "failed"]),
            ),
            # For messaging.broadcasts.stats, which reads nothing but the index.
            models.Index(
                fields=[
                    *("workspace", "settled_at", "broadcast", "status"),
                    *("replied_at", "auto_replied_at", "opted_out_at"),
                ],
                name="recipient_stats",
                condition=Q(status__in=["sent", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.broadcast_id} {self.pk}"
