"""Changes of messages at Telegram that are to be made."""

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account
from messaging.models.messages import Message


class ChangeKind(models.TextChoices):
    """What is changed at Telegram about a message: its text, its existence, the account's reaction to it; or ``read``:
    that the account has read the conversation up to it."""

    EDIT = "edit", "Edit"
    DELETE = "delete", "Delete"
    REACT = "react", "React"
    READ = "read", "Read"


class ChangeStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class MessageChange(WorkspaceModel):
    """A change that is to be made to a message at Telegram: a row that is retried until it is done or refused for good.

    Changes of a message are made in the order of their ids. ``text``, ``entities`` and ``emoji`` (empty: none) are what
    it is to become. ``lease`` identifies the attempt in progress, until ``lease_until``. A ``read`` that is done has no
    row.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="changes")
    # The index is messagechange_due.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    status = models.CharField(max_length=10, choices=ChangeStatus.choices, default=ChangeStatus.QUEUED)
    text = models.TextField(blank=True, default="")
    entities = models.JSONField(default=list, blank=True)
    emoji = models.CharField(max_length=40, blank=True, default="")
    request_id = models.CharField(max_length=128, blank=True)
    # Who asked for it.
    author_kind = models.CharField(max_length=10, blank=True, db_default="")
    author_ref = models.CharField(max_length=64, blank=True, db_default="")
    author_name = models.CharField(max_length=254, blank=True, db_default="")
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="messagechange_kind"),
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="messagechange_status"),
        ]
        indexes = [
            models.Index(fields=["account", "due_at", "id"], name="messagechange_due", condition=Q(status="queued"))
        ]
