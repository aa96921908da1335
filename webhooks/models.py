"""The outbox of events: written in the transaction of their cause, ordered once committed."""

from django.db import models

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
    person = models.CharField(max_length=30, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    position = models.BigIntegerField(null=True, blank=True, unique=True)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "position"], name="event_feed"),
            models.Index(fields=["created_at"], name="event_unplaced", condition=models.Q(position__isnull=True)),
            models.Index(fields=["workspace", "person"], name="event_person", condition=~models.Q(person="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Feed(models.Model):
    """One row: the last position given. Whoever holds its lock is the one writer of positions."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="feed_single")]

    def __str__(self) -> str:
        return str(self.last_position)
