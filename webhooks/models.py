"""Endpoints that events are delivered to, one delivery per event and endpoint, and one row per attempt."""

from functools import partial

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.events.models import Event
from crmsolid.workspaces.scoping import WorkspaceModel


class DisabledReason(models.TextChoices):
    MANUAL = "manual", "Disabled by a user"
    GONE = "gone", "The receiver answered 410 Gone"
    FAILING = "failing", "Nothing but failures for 5 days"


class SigningSecret(models.TextChoices):
    """One of the two secrets that are in force during an overlap."""

    CURRENT = "current", "The current secret"
    PREVIOUS = "previous", "The previous secret"


class Endpoint(WorkspaceModel):
    """Where a workspace's events are sent. Secrets are encrypted.

    During an overlap ``previous_secret`` is in force too, and ``verified_with`` names the secret that the receiver
    accepted last (empty until it is known). A deleted endpoint keeps its row, without its secrets, until its log has
    been purged.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "whk"), editable=False)
    url = models.CharField(max_length=2048)
    description = models.CharField(max_length=200, blank=True, db_default="")
    events = models.JSONField(default=list, help_text="event types that are sent to it; also `contact.*` and `*`")
    account_ids = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], blank=True, help_text="none: events of all accounts"
    )
    headers = models.BinaryField(null=True, blank=True, editable=False, help_text="sent too: a JSON object, encrypted")
    secret = models.BinaryField(editable=False)
    previous_secret = models.BinaryField(null=True, blank=True, editable=False)
    previous_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    verified_with = models.CharField(max_length=8, choices=SigningSecret.choices, blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=10, choices=DisabledReason.choices, blank=True, editable=False)
    disabled_at = models.DateTimeField(null=True, blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        verbose_name = "webhook endpoint"
        constraints = [
            models.CheckConstraint(condition=Q(deleted_at__isnull=True) | Q(enabled=False), name="endpoint_deleted"),
            models.CheckConstraint(
                condition=Q(previous_secret__isnull=True, previous_secret_until__isnull=True)
                | Q(previous_secret__isnull=False, previous_secret_until__isnull=False),
                name="endpoint_overlap",
            ),
            models.CheckConstraint(
                condition=Q(enabled=True, disabled_reason="") | Q(enabled=False) & ~Q(disabled_reason=""),
                name="endpoint_reason",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "created_at", "id"], name="endpoint_recent")]

    def __str__(self) -> str:
        return self.url

    @property
    def in_overlap(self) -> bool:
        """Whether the previous secret is still in force beside the current one."""
        return self.previous_secret_until is not None and self.previous_secret_until > clock.now()


class DeliveryStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed, will retry"
    EXHAUSTED = "exhausted", "Exhausted"
    CANCELED = "canceled", "Canceled"


class Delivery(WorkspaceModel):
    """One event for one endpoint; a replay starts the same delivery again.

    ``next_attempt_at`` is set exactly while it is queued (``pending`` or ``failed``), ``lease`` exactly while it is
    ``sending``: the pump that holds the lease may settle it. ``failures`` counts towards the retry schedule and starts
    at 0 again with a replay; ``attempts`` counts all attempts.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "dlv"), editable=False)
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event_type = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING)
    reason = models.CharField(max_length=20, blank=True, help_text="why it was canceled")
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="delivery_once"),
            models.CheckConstraint(condition=Q(status__in=DeliveryStatus.values), name="delivery_status"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "failed"], next_attempt_at__isnull=False)
                | ~Q(status__in=["pending", "failed"]) & Q(next_attempt_at__isnull=True),
                name="delivery_queued",
            ),
            models.CheckConstraint(
                condition=Q(status="sending", lease_until__isnull=False) & ~Q(lease="")
                | ~Q(status="sending") & Q(lease="", lease_until__isnull=True),
                name="delivery_leased",
            ),
        ]
        indexes = [
            models.Index(fields=["endpoint", "created_at", "id"], name="delivery_log"),
            models.Index(
                fields=["endpoint", "next_attempt_at"], name="delivery_due", condition=Q(next_attempt_at__isnull=False)
            ),
            # For filters by status and for replays: few rows of a long log. Settling a success writes nothing here.
            models.Index(
                fields=["endpoint", "created_at", "id"],
                name="delivery_unsuccessful",
                condition=Q(status__in=["failed", "exhausted", "canceled"]),
            ),
            models.Index(
                fields=["workspace", "status", "id"],
                name="delivery_by_status",
                condition=Q(status__in=["failed", "exhausted", "canceled"]),
            ),
            models.Index(fields=["endpoint", "event_type", "created_at", "id"], name="delivery_by_type"),
            models.Index(fields=["lease_until"], name="delivery_lease", condition=Q(lease_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.id


class Attempt(WorkspaceModel):
    """One attempt at a delivery: the request and the receiver's answer. ``error`` is a stable code, empty if the answer
    was complete; ``lost`` means that the process died before it recorded the result, which is therefore unknown."""

    # Attempts are found by their delivery, so an index on the workspace would only slow down each insert.
    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.CASCADE, related_name="+", editable=False, db_index=False
    )
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempt_rows", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    url = models.CharField(max_length=2048, blank=True)
    request_headers = models.JSONField(default=dict)
    signed_with = models.CharField(max_length=8, choices=SigningSecret.choices, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=20, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)
    answer_headers = models.JSONField(default=dict)
    answer_body = models.TextField(blank=True)
    answer_truncated = models.BooleanField(default=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["delivery", "number"], name="delivery_attempt_once")]

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number}"
