"""Threads: the conversations of accounts with contacts."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account

if TYPE_CHECKING:
    from messaging.models.messages import Message


class ThreadState(models.TextChoices):
    """What is to be done with a thread: now, later, or nothing any more."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Thread(WorkspaceModel):
    """The conversation of one account with one contact.

    ``assignee`` is the member who looks after it. ``closed_at``: nothing remains to be done. ``snoozed_until``: it is
    not shown among the open ones before this time. ``waiting_since`` is the time of the first message of the contact
    that nobody has answered, NULL if there is none; a planned answer leaves it until it is sent. ``failed_at`` is the
    time at which the latest outgoing message failed, NULL if it did not. ``active_at`` orders the inbox: a thread whose
    snooze has ended is at the top, and those that sleep are in the future. :mod:`messaging.threads.state` keeps these
    columns.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "thr"), editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="threads")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="threads")
    unread_count = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # The index is thread_mine.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    active_at = models.GeneratedField(
        expression=Greatest("last_message_at", Coalesce(F("snoozed_until"), F("last_message_at"))),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    # When the contact last wrote, when a message of ours was last sent, and when the contact last read one; Telegram's
    # id of the message up to which they have read.
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    read_to = models.BigIntegerField(null=True, blank=True, editable=False)

    # Not columns: whoever lists threads sets them. ``planned_at`` is when the first planned answer is due.
    last_message: "Message | None" = None
    planned_at: "datetime | None" = None
    # Of a row that stands for all threads of its contact in a list: how many more there are, and whether one of them
    # all is unread.
    others: int = 0
    is_unread: bool = False

    edge_contact: ClassVar[str] = "contact_id"
    edge_account: ClassVar[str] = "account_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "contact"], name="thread_once")]
        indexes = [
            models.Index(fields=["workspace", "last_message_at", "id"], name="thread_recent"),
            models.Index(
                fields=["workspace", "last_message_at", "id"], name="thread_unread", condition=Q(unread_count__gt=0)
            ),
            # For the API, whose list is by the latest message.
            models.Index(
                fields=["workspace", "last_message_at", "id"], name="thread_open_recent", condition=Q(closed_at=None)
            ),
            # One for each other filter of the inbox.
            models.Index(fields=["workspace", "active_at", "id"], name="thread_open", condition=Q(closed_at=None)),
            models.Index(
                fields=["workspace", "active_at", "id"], name="thread_closed", condition=Q(closed_at__isnull=False)
            ),
            # Also counts who waits, for every page of the panel: ``active_at`` says which of them sleep.
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                include=["active_at"],
                name="thread_waiting_since",
                condition=Q(waiting_since__isnull=False, closed_at=None),
            ),
            models.Index(
                fields=["workspace", "active_at", "id"], name="thread_failed", condition=Q(failed_at__isnull=False)
            ),
            models.Index(
                fields=["workspace", "active_at", "id"],
                name="thread_unassigned",
                condition=Q(assignee=None, closed_at=None),
            ),
            models.Index(
                fields=["assignee", "workspace", "active_at", "id"],
                name="thread_mine_open",
                condition=Q(assignee__isnull=False, closed_at=None),
            ),
            # With the closed ones, for a member who is removed.
            models.Index(
                fields=["assignee", "workspace", "active_at", "id"],
                name="thread_mine",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(fields=["account", "active_at", "id"], name="thread_of_account"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > clock.now()

    @property
    def state(self) -> ThreadState:
        if self.closed_at is not None:
            return ThreadState.CLOSED
        return ThreadState.SNOOZED if self.is_snoozed else ThreadState.OPEN


class ThreadDraft(WorkspaceModel):
    """What a member has begun to write in a conversation and not sent yet: one for each member and conversation.

    ``message_id`` is the id that the message gets, ``content`` the fields of the form, {} once they were emptied.
    ``revision`` is the browser that wrote it and a number that grows with each change there, ``BROWSER:NUMBER``. The
    row is deleted in the transaction that stores the message.
    """

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    message_id = models.CharField(max_length=30)
    content = models.JSONField()
    revision = models.CharField(max_length=60)
    updated_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="threaddraft_once")]
        indexes = [models.Index(fields=["user", "workspace"], name="threaddraft_of_user")]

    def __str__(self) -> str:
        return f"draft {self.pk}"
