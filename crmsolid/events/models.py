"""The event log (a transactional outbox): what happened, written with its cause, ordered once committed."""

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel


class Event(WorkspaceModel):
    """Something that happened, with the bytes that every delivery of it will carry.

    ``position`` is given after the commit, by one writer at a time, so it follows the order of commits: a reader
    who has seen position n will never be shown a smaller one later. Null until then.
    """

    id = models.CharField(primary_key=True, max_length=30, editable=False)
    type = models.CharField(max_length=40)
    body = models.BinaryField()
    contact_id = models.CharField(max_length=30, blank=True, help_text="the contact it is about")
    request_id = models.CharField(max_length=128, blank=True, help_text="X-Request-Id of the call that caused it")
    created_at = models.DateTimeField(default=clock.now)
    position = models.BigIntegerField(null=True, blank=True, unique=True)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "position"], name="event_feed"),
            models.Index(fields=["created_at"], name="event_unpositioned", condition=Q(position__isnull=True)),
            models.Index(fields=["workspace", "contact_id"], name="event_contact", condition=~Q(contact_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Feed(models.Model):
    """One row: the last position given. Whoever holds its lock is the one writer of positions."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_single")]

    def __str__(self) -> str:
        return str(self.last_position)
