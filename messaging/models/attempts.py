"""What attempts at sending leave: their results, what the sandbox delivered, slots of messages that were erased."""

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models.accounts import Account
from messaging.models.messages import Message


class MessageAttempt(WorkspaceModel):
    """One attempt at sending a message: its time, result and duration."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempt_rows")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=20, help_text="sent, duplicate, retry, failed or lost")
    error = models.CharField(max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.message_id} #{self.number}"


class SandboxDelivery(WorkspaceModel):
    """A message that a sandbox account delivered, once per ``random_id``. The sandbox uses it in place of Telegram."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    random_id = models.BigIntegerField()
    reply_pending = models.BooleanField(default=False)
    at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "random_id"], name="sandbox_once")]
        indexes = [models.Index(fields=["id"], name="sandbox_replies", condition=Q(reply_pending=True))]

    @property
    def outgoing_id(self) -> int:
        """The sandbox's counterpart of Telegram's message id. The reply, if there is one, has the next id."""
        return 2 * int(self.pk)


class SpentSlot(WorkspaceModel):
    """A send of the last 24 hours whose message was erased with its contact. The daily limit still counts it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    slot_at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["account", "slot_at"], name="spentslot_account")]
