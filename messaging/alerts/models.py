"""Alerts: what a member is told of by the pages that are open, by Web Push and by e-mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel

EMAIL_AFTER = 15  # minutes


class AlertKind(models.TextChoices):
    """``message``: a contact wrote. ``mention``: a note mentions the member. ``assigned``: somebody else made the
    member look after the conversation. ``proposal``: writes of keys or assistants wait for the member's decision."""

    MESSAGE = "message", "Message"
    MENTION = "mention", "Mention"
    ASSIGNED = "assigned", "Assignment"
    PROPOSAL = "proposal", "Approval"


class AlertSettings(WorkspaceModel):
    """Of what a member of a live workspace and its test twin is told, and how. Without a row, the defaults count.

    ``mine``: messages in conversations that the member looks after; ``unassigned``: in those that nobody does;
    ``everything``: in all. ``proposals``: writes that wait for the member's decision. Nothing is told between
    ``quiet_from`` and ``quiet_until``, in the time zone of the user, or the workspace's; the alerts are there
    afterwards. ``email_after``: minutes after which what nobody has seen is told by e-mail, NULL for never. ``texts``:
    whether Web Push and e-mail show the first words of what was written.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    mine = models.BooleanField(default=True)
    unassigned = models.BooleanField(default=True)
    mentions = models.BooleanField(default=True)
    everything = models.BooleanField(default=False)
    proposals = models.BooleanField(default=True, db_default=True)
    sound = models.BooleanField(default=True)
    texts = models.BooleanField(default=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    email_after = models.PositiveSmallIntegerField(null=True, blank=True, default=EMAIL_AFTER)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["user", "workspace"], name="alertsettings_once")]

    def __str__(self) -> str:
        return f"alert settings {self.pk}"


class Alert(WorkspaceModel):
    """That a member is to be told of something in a conversation; goes with the contact when it is erased.

    A conversation has one alert of new messages that the member has not seen, however many messages there are:
    ``about`` is the one of which the member was told last, at ``told_at``. ``seen_at`` is when the member has seen the
    conversation, ``pushed_at`` and ``emailed_at`` when the alert was handed to the push services and to the e-mail;
    NULL if it was not.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    # NULL for a note about a contact with whom there is no conversation.
    thread = models.ForeignKey(
        "messaging.Thread", on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    # The id of the message, of the note, or one of the assignment's own. A member has one alert of all proposals.
    about = models.CharField(max_length=30)
    created_at = models.DateTimeField(default=clock.now)
    told_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)
    pushed_at = models.DateTimeField(null=True)
    emailed_at = models.DateTimeField(null=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "about"], name="alert_once"),
            models.UniqueConstraint(
                fields=["user", "thread", "kind"],
                name="alert_unseen_once",
                condition=Q(seen_at=None, kind__in=["message", "assigned"]),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "told_at"], name="alert_unseen", condition=Q(seen_at=None)),
            models.Index(fields=["told_at"], name="alert_unpushed", condition=Q(seen_at=None, pushed_at=None)),
            models.Index(fields=["created_at"], name="alert_unmailed", condition=Q(seen_at=None, emailed_at=None)),
            models.Index(fields=["created_at"], name="alert_created"),
            models.Index(fields=["thread"], name="alert_of_thread", condition=Q(thread__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"


class PushSubscription(models.Model):
    """A browser of a user that takes Web Push (RFC 8030). It ends with the session in which it was made: nothing is
    sent once that is over, and the row goes with it.

    ``digest`` is the SHA-256 of the endpoint. ``subscription`` is the endpoint with its keys as JSON, encrypted:
    whoever has them can send to the browser. ``failures`` counts the refusals since the last success.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    subscription = models.BinaryField(help_text="encrypted")
    session = models.ForeignKey("workspaces.UserSession", on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=200, blank=True, help_text="the User-Agent, shortened")
    created_at = models.DateTimeField(default=clock.now)
    last_sent_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest"], name="pushsubscription_once")]

    def __str__(self) -> str:
        return f"push subscription {self.pk}"


class PushKey(models.Model):
    """One row: the VAPID key (RFC 8292) by which push services know this installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    private_key = models.BinaryField(help_text="encrypted")
    public_key = models.CharField(max_length=100, help_text="uncompressed point, base64url")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return "push key"
