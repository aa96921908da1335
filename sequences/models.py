"""Sequences with their immutable versions and steps; the contacts enrolled in them and the steps that were done."""

from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.files.models import files_column
from messaging.models import Account, Message


class SequenceStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"


class Sequence(WorkspaceModel):
    """A sequence of messages. What it sends, when and from where is in its versions; ``version`` numbers the latest.

    ``status``: ``draft → active ⇄ paused``. ``paused_at`` is when the current pause began.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "seq"), editable=False)
    name = models.CharField(max_length=100)
    status = models.CharField(max_length=10, choices=SequenceStatus.choices, default=SequenceStatus.DRAFT)
    version = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="sequence_name"),
            models.CheckConstraint(condition=Q(status__in=SequenceStatus.values), name="sequence_status"),
            models.CheckConstraint(
                condition=Q(status="paused", paused_at__isnull=False) | ~Q(status="paused") & Q(paused_at=None),
                name="sequence_paused_at",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="sequence_by_created"),
            models.Index(fields=["id"], name="sequence_active", condition=Q(status="active")),
        ]

    def __str__(self) -> str:
        return self.name


class ImmutableRow(WorkspaceModel):
    """A row that is written once and never changed."""

    class Meta(WorkspaceModel.Meta):
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"a {self._meta.verbose_name} never changes; publish a new version")
        super().save(*args, **kwargs)


class SequenceVersion(ImmutableRow):
    """One version of a sequence. ``sequences.definition`` describes the columns."""

    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    account_ids = models.JSONField(default=list)
    time_zone = models.CharField(max_length=64, default="UTC")
    window = models.JSONField(null=True, blank=True)
    jitter = models.DurationField(default=timedelta(0))
    stop_on = models.JSONField(default=list)
    ignore_auto_replies = models.BooleanField(default=False)
    pass_on = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(ImmutableRow.Meta):
        constraints = [models.UniqueConstraint(fields=["sequence", "number"], name="sequenceversion_number")]
        verbose_name = "version"

    def __str__(self) -> str:
        return f"version {self.number}"


class Step(ImmutableRow):
    """One message of a version. ``key`` identifies the step across the versions of its sequence."""

    version = models.ForeignKey(SequenceVersion, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=40)
    delay = models.DurationField()
    text = models.TextField()
    format = models.CharField(max_length=10, default="plain", db_default="plain")
    attachments = files_column()
    condition = models.JSONField(null=True, blank=True)
    if_not = models.CharField(max_length=4, default="skip")

    class Meta(ImmutableRow.Meta):
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="step_position"),
            models.UniqueConstraint(fields=["version", "key"], name="step_key"),
        ]

    def __str__(self) -> str:
        return self.key


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    COMPLETED = "completed", "Completed"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


OPEN = (EnrollmentStatus.ACTIVE, EnrollmentStatus.PAUSED)


class Reason(models.TextChoices):
    """Why an enrollment waits, or why it ended. ``delay``, ``plan`` and ``sequence_paused`` are never stored:
    :func:`sequences.querysets.current_reason` finds them when the enrollment is read."""

    DELAY = "delay", "Waits until its next step is due"
    WINDOW = "window", "Waits for the sending hours"
    DAILY_LIMIT = "daily_limit", "The account has sent all it may for now"
    ACCOUNT_PAUSED = "account_paused", "The account is paused"
    ACCOUNT_FROZEN = "account_frozen", "The account is frozen"
    ACCOUNT_NEEDS_LOGIN = "account_needs_login", "The account needs a login"
    ACCOUNT_BANNED = "account_banned", "The account is banned"
    MISSING_VALUE = "missing_value", "The contact lacks a value that the text needs"
    PLAN = "plan", "The trial has ended"
    SEQUENCE_PAUSED = "sequence_paused", "The sequence is paused"
    REPLY = "reply", "The contact replied"
    TAG = "tag", "The contact has a tag that stops it"
    STAGE = "stage", "The contact is in a stage that stops it"
    CONDITION = "condition", "The condition of a step was not met"
    OPTED_OUT = "opted_out", "The contact opted out"
    ERASED = "erased", "The contact was erased"
    MANUAL = "manual", "Stopped by hand"
    SEND_FAILED = "send_failed", "A message could not be sent"


# An enrollment that waits for one of these goes on only once somebody has acted.
STUCK = (
    Reason.ACCOUNT_PAUSED,
    Reason.ACCOUNT_FROZEN,
    Reason.ACCOUNT_NEEDS_LOGIN,
    Reason.ACCOUNT_BANNED,
    Reason.MISSING_VALUE,
)


class Enrollment(WorkspaceModel):
    """A contact in a sequence, on the version it began with unless it was moved. At most one is open at a time.

    ``step_key`` is the step that is done next, or whose message is on its way; empty after the last. ``anchor_at`` is
    when the delay of that step began. ``next_run_at`` is when the runner looks at the enrollment next: never before the
    step is due; NULL while a message of it is on its way, and once it has ended. ``account`` wrote first and writes the
    rest. ``request_id`` is the ``X-Request-Id`` of the call that enrolled the contact. ``contact`` is NULL once erased.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "enr"), editable=False)
    sequence = models.ForeignKey(Sequence, on_delete=models.CASCADE, related_name="enrollments", db_index=False)
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.SET_NULL, related_name="enrollments", null=True)
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    status = models.CharField(max_length=10, choices=EnrollmentStatus.choices, default=EnrollmentStatus.ACTIVE)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    step_key = models.CharField(max_length=40, blank=True)
    anchor_at = models.DateTimeField()
    next_run_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    edge_contact: ClassVar[str] = "contact_id"
    edge_account: ClassVar[str] = "account_id"
    edge_account_is_optional: ClassVar[bool] = True

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["sequence", "contact"], name="enrollment_once", condition=Q(status__in=["active", "paused"])
            ),
            models.CheckConstraint(condition=Q(status__in=EnrollmentStatus.values), name="enrollment_status"),
            models.CheckConstraint(
                condition=Q(status__in=["active", "paused"], ended_at=None, contact__isnull=False)
                | ~Q(status__in=["active", "paused"]) & Q(ended_at__isnull=False, next_run_at=None),
                name="enrollment_ended_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["sequence", "next_run_at", "id"],
                name="enrollment_due",
                condition=Q(status="active", next_run_at__isnull=False),
            ),
            models.Index(fields=["sequence", "created_at", "id"], name="enrollment_by_created"),
            models.Index(fields=["workspace", "created_at", "id"], name="enrollment_by_workspace"),
            models.Index(fields=["sequence", "status", "created_at", "id"], name="enrollment_by_status"),
            models.Index(fields=["workspace", "status", "created_at", "id"], name="enrollment_by_ws_status"),
            # Rarely any: most reasons pass by themselves.
            models.Index(
                fields=["workspace", "sequence", "reason"],
                name="enrollment_stuck",
                condition=Q(status="active", reason__in=STUCK),
            ),
        ]

    def __str__(self) -> str:
        return self.id


class Outcome(models.TextChoices):
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    SKIPPED = "skipped", "Skipped"


class StepRun(WorkspaceModel):
    """A step of an enrollment that was done: made in one transaction with its message, at most once.

    ``outcome`` is empty while the message is on its way. Whoever settles the message writes it, and the runner then
    moves the enrollment on (``handled``). ``error`` is that of the message. ``replied_at``, ``auto_replied_at`` and
    ``opted_out_at`` are the times of the first answer of a person, of a machine, and of an opt-out word; they stay when
    the contact is erased.
    """

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="step_runs", db_index=False)
    version = models.ForeignKey(SequenceVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    step_key = models.CharField(max_length=40)
    message = models.OneToOneField(Message, on_delete=models.SET_NULL, related_name="step_run", null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    error = models.CharField(max_length=40, blank=True)
    handled = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    settled_at = models.DateTimeField(null=True, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    auto_replied_at = models.DateTimeField(null=True, blank=True)
    opted_out_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step_key"], name="steprun_once"),
            models.CheckConstraint(condition=Q(outcome__in=["", *Outcome.values]), name="steprun_outcome"),
        ]
        indexes = [
            models.Index(fields=["id"], name="steprun_unhandled", condition=~Q(outcome="") & Q(handled=False)),
            models.Index(fields=["message"], name="steprun_in_flight", condition=Q(outcome="")),
            # For sequences.stats, which reads nothing but the index.
            models.Index(
                fields=[
                    *("workspace", "settled_at", "version", "step_key", "outcome"),
                    *("replied_at", "auto_replied_at", "opted_out_at"),
                ],
                name="steprun_stats",
                condition=Q(outcome__in=["sent", "failed"]),
            ),
            # The same for the figures of one sequence, since its beginning.
            models.Index(
                fields=[
                    *("workspace", "version", "step_key", "outcome"),
                    *("replied_at", "auto_replied_at", "opted_out_at"),
                ],
                name="steprun_by_version",
                condition=Q(outcome__in=["sent", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.step_key}"
