"""The rules of a workspace's scores, the ledger of each contact, and what is to be looked at later."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel

MAX_POINTS = 100


class Trigger(models.TextChoices):
    """What a rule gives points for; ``value`` of the rule says which one, an empty one means any.

    ``reply``: the contact has written, auto-replies excepted. ``tag``: it got a tag. ``stage``: it came to a stage.
    ``sequence_completed``: it has finished a sequence of that name. ``silence``: it has not answered for that long (an
    ISO 8601 duration), counted from the first message that it left unanswered. ``field``: a custom field (``plan``)
    got a value, or the value that follows (``plan=pro``).
    """

    REPLY = "reply", "The contact writes"
    TAG = "tag", "The contact gets a tag"
    STAGE = "stage", "The contact comes to a stage"
    SEQUENCE_COMPLETED = "sequence_completed", "The contact finishes a sequence"
    SILENCE = "silence", "The contact does not answer"
    FIELD = "field", "A custom field gets a value"


class Times(models.TextChoices):
    ONCE = "once", "Once"
    EACH = "each", "Each time"


class ScoringRule(WorkspaceModel):
    """Points for something that happens to a contact.

    ``daily_cap`` limits the points that the rule gives or takes in a day of the workspace. After each ``half_life``
    an award counts half. ``version`` counts the changes of the rule; the entries of the ledger name the one that made
    them. A rule that was deleted is archived, because the ledger shows its name.
    """

    name = models.CharField(max_length=100)
    trigger = models.CharField("gives points when", max_length=20, choices=Trigger.choices)
    value = models.CharField(max_length=200, blank=True)
    points = models.SmallIntegerField()
    times = models.CharField(max_length=4, choices=Times.choices, default=Times.ONCE)
    daily_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    half_life = models.DurationField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="scoringrule_name", condition=Q(archived_at__isnull=True)
            ),
            models.CheckConstraint(condition=Q(trigger__in=Trigger.values), name="scoringrule_trigger"),
            models.CheckConstraint(condition=Q(times__in=Times.values), name="scoringrule_times"),
            models.CheckConstraint(
                condition=Q(points__gte=-MAX_POINTS, points__lte=MAX_POINTS) & ~Q(points=0), name="scoringrule_points"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EntryKind(models.TextChoices):
    """``revision`` takes back what an earlier version of the rule gave."""

    AWARD = "award", "Points of a rule"
    DECAY = "decay", "Half-life"
    REVISION = "revision", "The rules were changed"
    MANUAL = "manual", "Changed by hand"


class ScoreEntry(WorkspaceModel):
    """One change of a contact's points. Entries are only added; their sum, between 0 and 100, is the score.

    ``key`` identifies what happened among the entries of a version of a rule; ``once`` for a rule that gives points
    once. ``occurred_at`` is when it happened, ``at`` when the entry was written. ``rule`` is NULL for a manual change.
    """

    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.CASCADE, related_name="score_entries", db_index=False
    )
    rule = models.ForeignKey(ScoringRule, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    rule_version = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=10, choices=EntryKind.choices, default=EntryKind.AWARD)
    key = models.CharField(max_length=120)
    points = models.IntegerField()  # a revision takes back what many awards gave
    cause = models.CharField(max_length=300)
    occurred_at = models.DateTimeField()
    at = models.DateTimeField(default=clock.now)

    edge_contact: ClassVar[str] = "contact_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["contact", "rule", "rule_version", "key"], name="scoreentry_once"),
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="scoreentry_kind"),
        ]
        indexes = [models.Index(fields=["contact", "id", "points"], name="scoreentry_ledger")]
        verbose_name_plural = "score entries"

    def __str__(self) -> str:
        return f"{self.contact_id} {self.points:+}"


class ScoreTimer(WorkspaceModel):
    """When the sweep of scores looks at a rule and a contact next: for the next decay of the rule's points (``key`` is
    ``decay``), the end of a silence (``silence``), or what happened while the contact was not locked, such as the end
    of a sequence. An answer leaves the timer of the silence, which then moves to the next one when it is due."""

    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+", db_index=False)
    rule = models.ForeignKey(ScoringRule, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    due_at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["contact", "rule", "key"], name="scoretimer_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="scoretimer_due")]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.key}"


DECAY, SILENCE = "decay", "silence"
ONCE = "once"
