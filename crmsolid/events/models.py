"""The event log, a transactional outbox."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.edge import Edge
from crmsolid.workspaces.scoping import WorkspaceModel

# The nouns of the types that a narrowed key or assistant sees: what happens to contacts, and through accounts. Others,
# such as those of proposals, may name people and accounts beyond the contact and the account that they are about.
SEEN_NOUNS = ("contact", "lead", "message", "sequence", "thread")


class Event(WorkspaceModel):
    """Something that happened. ``body`` is the JSON text that every delivery of it carries, or empty once erased.

    ``position`` is assigned after the commit, by one writer at a time, and is null until then. A reader who has seen
    position n will never see a smaller one later.
    """

    id = models.CharField(primary_key=True, max_length=30, editable=False)
    type = models.CharField(max_length=40)
    body = models.BinaryField()
    contact_id = models.CharField(max_length=30, blank=True, help_text="the contact it is about")
    account_id = models.BigIntegerField(null=True, blank=True, help_text="the account it is about")
    request_id = models.CharField(max_length=128, blank=True, help_text="X-Request-Id of the call that caused it")
    created_at = models.DateTimeField(default=clock.now)
    position = models.BigIntegerField(null=True, blank=True, unique=True)

    @classmethod
    def within(cls, edge: Edge) -> Q:
        return super().within(edge) & Q(type__regex=rf"^({'|'.join(SEEN_NOUNS)})\.")

    edge_contact: ClassVar[str] = "contact_id"
    edge_account: ClassVar[str] = "account_id"
    edge_account_is_optional: ClassVar[bool] = True

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "position"], name="event_feed"),
            models.Index(fields=["workspace", "type", "position"], name="event_by_type"),
            models.Index(fields=["created_at"], name="event_unpositioned", condition=Q(position__isnull=True)),
            models.Index(fields=["workspace", "contact_id"], name="event_contact", condition=~Q(contact_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Feed(models.Model):
    """One row with the last position that was assigned. Its row lock makes one transaction the writer of positions."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_single")]

    def __str__(self) -> str:
        return str(self.last_position)
