"""Rows that only Telegram accounts need: sessions, peer addresses, logins in progress, and account leases."""

from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models.functions import Upper

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel

NEVER_LEASED = datetime(2000, 1, 1, tzinfo=UTC)


# The error when Telegram refuses several people for one unknown reason, and how long the account pauses then.
REPEATED_REFUSAL = "repeated_refusal"
REFUSED_PAUSE_SECONDS = 600.0


class TelegramSession(WorkspaceModel):
    """An account's authorization key at Telegram, and how far its updates have been read.

    ``auth_key`` is encrypted, and empty after a logout. ``login_epoch`` is raised by every login and logout; a
    connection that was opened with an older epoch is closed. ``pts``, ``qts``, ``date`` and ``seq`` are Telegram's
    update state. ``future_auth_token`` is what Telegram gave at a logout, encrypted too: the next login with this phone
    may need no code. ``phone`` has digits only, the country code first. ``history_cutoff`` is the time of the last
    erasure: Telegram still has the messages that were erased here. ``history_since`` is set while messages since then
    may be missing, until the conversations were read.

    ``connected_at`` is when the connection that is open now was ready, NULL while none is; it says nothing once the
    lease has expired, because a worker that was killed leaves it. ``disconnected_at`` is when the last connection
    ended. ``heard_at`` is when Telegram last reported an update or confirmed that there is none. The ``last_error``
    columns keep the latest error that concerned the account as a whole. ``frozen_until`` and ``appeal_url`` are what
    Telegram says of a frozen account.
    """

    account = models.OneToOneField("messaging.Account", on_delete=models.CASCADE, related_name="telegram_session")
    user_id = models.BigIntegerField()
    phone = models.CharField(max_length=20, blank=True)
    dc_id = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=100)
    port = models.PositiveIntegerField()
    auth_key = models.BinaryField(blank=True)
    future_auth_token = models.BinaryField(null=True, blank=True)
    login_epoch = models.PositiveIntegerField(default=1)
    logged_in_at = models.DateTimeField(default=clock.now)
    pts = models.BigIntegerField(default=0)
    qts = models.BigIntegerField(default=0)
    date = models.BigIntegerField(default=0, help_text="Unix seconds")
    seq = models.BigIntegerField(default=0)
    history_cutoff = models.DateTimeField(
        null=True, blank=True, help_text="messages before this are not read from Telegram again"
    )
    history_since = models.DateTimeField(
        null=True, blank=True, help_text="messages since then may be missing, until the conversations were read"
    )
    cold_messages_blocked_until = models.DateTimeField(
        null=True, blank=True, help_text="first messages to a contact wait until then"
    )
    connected_at = models.DateTimeField(null=True, blank=True)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)
    last_error_code = models.CharField(max_length=40, blank=True, default="", db_default="")
    last_error_message = models.CharField(max_length=200, blank=True, default="", db_default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    frozen_until = models.DateTimeField(null=True, blank=True)
    appeal_url = models.URLField(max_length=200, blank=True, default="", db_default="")

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "user_id"], name="telegramsession_user")]


class PeerHash(WorkspaceModel):
    """How one account addresses a Telegram user: the access hash of a user differs for every account."""

    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+")
    peer_id = models.BigIntegerField()
    access_hash = models.BigIntegerField()
    username = models.CharField(max_length=32, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "peer_id"], name="peerhash_once")]
        # For an erasure, which looks for a person at all accounts.
        indexes = [
            models.Index(fields=["workspace", "peer_id"], name="peerhash_peer"),
            models.Index(Upper("username"), "workspace", name="peerhash_username"),
        ]


class QrState(models.TextChoices):
    """How far a login by QR code is. Before the password only a worker writes to the row."""

    WAITING = "waiting", "Waiting for the scan"
    SCANNED = "scanned", "Scanned"
    PASSWORD = "password", "Password needed"
    CONNECTED = "connected", "Connected"
    FAILED = "failed", "Failed"


class LoginAttempt(WorkspaceModel):
    """A login in progress. ``encrypted_state`` holds the phone, the code hash and the unfinished session; for a login
    by QR code also who started it and the address in the code.

    Only one step runs at a time: ``step_lease_until`` is set while it does, and the lease of a process that died
    expires at that time.

    A login by QR code has a ``qr_state``. ``worker`` holds its connection until ``step_lease_until``, ``seen_at`` is
    when its page last asked for it, and ``error`` says why it failed or waits. When an account is connected, the row
    stays for its page until it expires.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "log"), editable=False)
    encrypted_state = models.BinaryField()
    needs_password = models.BooleanField(default=False)
    step_lease_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    qr_state = models.CharField(max_length=10, choices=QrState.choices, blank=True, default="", db_default="")
    worker = models.CharField(max_length=200, blank=True, default="", db_default="")
    seen_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["expires_at"], name="loginattempt_expiry")]


class SessionToEnd(WorkspaceModel):
    """A session that nobody uses any more and that Telegram has not been told of: its login was replaced, cancelled,
    has expired, or was logged out.

    The row is written in the transaction that takes the key from its login, and deleted when the session has ended at
    Telegram; :mod:`messaging.telegram.ending` has the rules. ``lease_epoch`` is that of the account's lease at that
    time: until this lease is released, a worker may still be connected with the key. Logins that were not finished have
    no account.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "log"), editable=False)
    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, null=True, related_name="+")
    lease_epoch = models.PositiveBigIntegerField(default=0)
    dc_id = models.PositiveSmallIntegerField()
    host = models.CharField(max_length=100)
    port = models.PositiveIntegerField()
    auth_key = models.BinaryField()
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["not_before"], name="sessiontoend_due")]


class AccountLease(WorkspaceModel):
    """Which worker holds the account's connection. Only that worker sends and receives for the account.

    A lease is acquired by a conditional update, which also raises ``epoch``. ``worker`` is empty while nobody holds
    the lease. ``leases.py`` has the rules of time.
    """

    account = models.OneToOneField("messaging.Account", on_delete=models.CASCADE, related_name="telegram_lease")
    worker = models.CharField(max_length=200, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(default=NEVER_LEASED)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["lease_until"], name="accountlease_free"),
            models.Index(fields=["worker"], name="accountlease_worker"),
        ]


class HistoryState(models.TextChoices):
    ASKED = "asked", "Asked for"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class HistoryRequest(WorkspaceModel):
    """That a member asked for older messages of a thread. The worker that holds the account loads one page of them.

    A thread has one row, so it is asked for once at a time. ``not_before`` is when Telegram may be asked (again).
    ``reached_id`` is Telegram's id of the oldest message that was read, whether it was stored or not: the next page
    begins before it. ``is_complete``: nothing older will be loaded. ``reason`` says why a request has failed.
    """

    # The index is historyrequest_asked.
    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    thread = models.OneToOneField("messaging.Thread", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=HistoryState.choices, default=HistoryState.ASKED)
    reason = models.CharField(max_length=200, blank=True, default="")
    reached_id = models.BigIntegerField(null=True, blank=True)
    is_complete = models.BooleanField(default=False)
    requested_at = models.DateTimeField(default=clock.now)
    not_before = models.DateTimeField(default=clock.now)

    edge_contact: ClassVar[str] = "thread__contact_id"
    edge_account: ClassVar[str] = "account_id"

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=HistoryState.values), name="historyrequest_state")
        ]
        indexes = [
            models.Index(
                fields=["account", "not_before"], name="historyrequest_asked", condition=models.Q(state="asked")
            )
        ]


class SentReport(WorkspaceModel):
    """A message that Telegram reports as sent by the account, while one of ours in this thread is unsettled.

    It may be that one, even with another text, because Telegram changes texts; or it was typed on the phone. Once ours
    is settled, its id tells. ``reply_to`` and ``telegram_message_id`` are Telegram's ids. ``details`` has the rest of
    the message: files, formatting (:mod:`messaging.threads.incoming`).
    """

    account = models.ForeignKey("messaging.Account", on_delete=models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey("messaging.Thread", on_delete=models.CASCADE, related_name="+")
    telegram_message_id = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    entities = models.JSONField(default=list, db_default=[], blank=True)
    reply_to = models.BigIntegerField(null=True, blank=True)
    details = models.JSONField(default=dict, db_default={}, blank=True)
    at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "telegram_message_id"], name="sentreport_once")]


class WorkerHeartbeat(models.Model):
    """A running worker that can hold accounts. The number of live workers determines the fair share of each."""

    id = models.CharField(primary_key=True, max_length=200)
    seen_at = models.DateTimeField(default=clock.now)
