"""What statistics know beside the messages: who wrote them, and those that were erased."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account
from messaging.models.messages import Message
from messaging.models.threads import Thread


class WrittenMessage(WorkspaceModel):
    """That a person wrote a message to a contact, for the statistics of the team; the row stays when the contact is
    erased, without the message.

    ``author`` is the member who wrote it in the panel, NULL for anybody else; ``via`` is the interface (``panel``,
    ``rest``, ``mcp``, ...) or ``phone``. ``at`` is when it was written; of one that was planned, when it was sent, NULL
    until then. ``waited`` is for how many seconds the contact had waited for it, NULL if nobody did. A canceled message
    has no row. ``episode`` is the one it was written in. :mod:`messaging.team` keeps these rows.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+", null=True)
    # The index is writtenmessage_author.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    via = models.CharField(max_length=10)
    at = models.DateTimeField(null=True)
    waited = models.PositiveIntegerField(null=True)
    # Nothing to do on deletion: episodes are deleted with their workspace only.
    episode = models.ForeignKey(
        "messaging.Episode",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

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


class Episode(WorkspaceModel):
    """The time for which a conversation was open: from the message of the contact that began it, or opened it again, to
    its closing. For the report of the team; the row stays when the contact is erased, without the thread.
    :mod:`messaging.episodes` keeps these rows.

    ``is_first``: the contact had never written before. ``first_answer_by`` is the member who wrote the first answer,
    NULL for anybody else, ``first_answer_via`` the interface or ``phone``. ``closed_by`` is the member who closed it.
    """

    # The index is episode_open.
    thread = models.ForeignKey(Thread, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_first = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    first_answer_at = models.DateTimeField(null=True)
    first_answer_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    first_answer_via = models.CharField(max_length=10, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["thread"], name="episode_open", condition=Q(closed_at=None, thread__isnull=False)
            )
        ]
        indexes = [
            models.Index(fields=["thread"], name="episode_of_thread", condition=Q(thread__isnull=False)),
            models.Index(fields=["workspace", "opened_at"], name="episode_opened"),
            models.Index(fields=["workspace", "first_answer_at"], name="episode_answered"),
            models.Index(fields=["workspace", "closed_at"], name="episode_closed"),
            # For the foreign keys: whatever deletes a user looks for them.
            models.Index(
                fields=["first_answer_by"], name="episode_answerer", condition=Q(first_answer_by__isnull=False)
            ),
            models.Index(fields=["closed_by"], name="episode_closer", condition=Q(closed_by__isnull=False)),
        ]
