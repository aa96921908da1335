"""What is kept for Telegram: sessions, known peers, logins in progress, and who holds which account."""

from datetime import UTC, datetime
from functools import partial

from django.db import models

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel

FREE_SINCE_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class TelegramSession(WorkspaceModel):
    """An account's key to Telegram and how far its updates have been read.

    ``auth_key`` is encrypted; empty after a logout. ``login_epoch`` counts the logins: a connection made with an
    older one is given up. ``pts``, ``qts``, ``date`` and ``seq`` are Telegram's update state. ``phone`` has digits
    only, the country code first. ``nothing_before`` is the last erasure: Telegram still has what was erased here.
    """

    account = models.OneToOneField("messaging.Account", on_delete=models.CASCADE, related_name="telegram_session")
    user_id = models.BigIntegerField()
    phone = models.CharField(max_length=20, blank=True)
    dc_id = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=100)
    port = models.PositiveIntegerField()
    auth_key = models.BinaryField(blank=True)
    login_epoch = models.PositiveIntegerField(default=1)
    logged_in_at = models.DateTimeField(default=clock.now)
    pts = models.BigIntegerField(default=0)
    qts = models.BigIntegerField(default=0)
    date = models.BigIntegerField(default=0, help_text="Unix seconds")
    seq = models.BigIntegerField(default=0)
    nothing_before = models.DateTimeField(null=True, blank=True, help_text="what is older is not looked through again")
    strangers_after = models.DateTimeField(null=True, blank=True, help_text="no first messages to anybody before")

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "user_id"], name="telegramsession_user")]

    def __str__(self) -> str:
        return f"session of account {self.account_id}"


class PeerHash(WorkspaceModel):
    """How this account addresses a person: Telegram gives every account access hashes of its own."""

    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+")
    peer_id = models.BigIntegerField()
    access_hash = models.BigIntegerField()
    username = models.CharField(max_length=32, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "peer_id"], name="peerhash_once")]

    def __str__(self) -> str:
        return f"peer {self.peer_id} of account {self.account_id}"


class LoginAttempt(WorkspaceModel):
    """A login between two of its steps. ``sealed`` is encrypted: phone, code hash and the half-open session.

    ``step_until`` is set while a step is being made: one at a time, and nobody's any more after that moment.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "log"), editable=False)
    sealed = models.BinaryField()
    needs_password = models.BooleanField(default=False)
    step_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["expires_at"], name="loginattempt_expiry")]

    def __str__(self) -> str:
        return self.id


class AccountLease(WorkspaceModel):
    """Which worker holds the account's connection. Only the holder sends and receives for it.

    Taken by conditional update; each taking raises ``epoch``. A holder that cannot renew falls silent before
    ``lease_until``, and the next one waits a while after it.
    """

    account = models.OneToOneField("messaging.Account", on_delete=models.CASCADE, related_name="telegram_lease")
    owner = models.CharField(max_length=200, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(default=FREE_SINCE_EVER)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["lease_until"], name="accountlease_free"),
            models.Index(fields=["owner"], name="accountlease_owner"),
        ]

    def __str__(self) -> str:
        return f"lease of account {self.account_id}"


class AccountOwner(models.Model):
    """A worker that can hold accounts, while it lives: their number says what a fair share is."""

    id = models.CharField(primary_key=True, max_length=200)
    seen_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.id
