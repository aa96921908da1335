"""What statistics know beside the messages: who wrote them, and those that were erased."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account
from messaging.models.messages import Message


class WrittenMessage(WorkspaceModel):
    """That a person wrote a message to a contact, for the statistics of the team; the row stays when the contact is
    erased, without the message.

    ``author`` is the member who wrote it in the panel, NULL for anybody else; ``via`` is the interface (``panel``,
    ``rest``, ``mcp``, ...) or ``phone``. ``at`` is when it was written; of one that was planned, when it was sent, NULL
    until then. ``waited`` is for how many seconds the contact had waited for it, NULL if nobody did. A canceled message
    has no row. :mod:`messaging.team` keeps these rows.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+", null=True)
    # The index is writtenmessage_author.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    via = models.CharField(max_length=10)
    at = models.DateTimeField(null=True)
    waited = models.PositiveIntegerField(null=True)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            # For messaging.team, which counts with nothing but this index.
            models.Index(fields=["workspace", "at", "author", "via", "waited"], name="writtenmessage_stats"),
            # For the foreign key: whatever deletes a user looks for what they wrote.
            models.Index(fields=["author"], name="writtenmessage_author", condition=Q(author__isnull=False)),
        ]


class ErasedMessage(WorkspaceModel):
    """What is left of a message that was erased with its contact, for the statistics of its account.

    ``kind``: ``sent``, ``failed``, or for an answer ``reply`` or ``auto_reply``; ``received`` for a message of a person
    that answers none. ``at`` is the time by which it was counted.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["sent", "failed", "reply", "auto_reply", "received"]), name="erasedmessage_kind"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "at"], name="erasedmessage_stats")]
