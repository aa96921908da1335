"""Accounts, their threads with contacts, and every message in and out."""

import secrets
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest

from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.broadcasts.models import Broadcast as Broadcast
from messaging.broadcasts.models import Recipient as Recipient
from messaging.files.models import Attachment as Attachment
from messaging.files.models import File as File
from messaging.files.models import FileKind as FileKind
from messaging.files.models import FileState as FileState
from messaging.files.models import StoredObject as StoredObject
from messaging.files.models import TelegramDownload as TelegramDownload
from messaging.files.models import TelegramUpload as TelegramUpload
from messaging.files.models import UploadState as UploadState
from messaging.files.models import files_column
from messaging.telegram_models import AccountLease as AccountLease
from messaging.telegram_models import HistoryRequest as HistoryRequest
from messaging.telegram_models import HistoryState as HistoryState
from messaging.telegram_models import LoginAttempt as LoginAttempt
from messaging.telegram_models import PeerHash as PeerHash
from messaging.telegram_models import QrState as QrState
from messaging.telegram_models import SentReport as SentReport
from messaging.telegram_models import SessionToEnd as SessionToEnd
from messaging.telegram_models import TelegramSession as TelegramSession
from messaging.telegram_models import WorkerHeartbeat as WorkerHeartbeat


def new_random_id() -> int:
    """Telegram's ``random_id``: a positive 64-bit number. Every attempt at sending a message uses the same one."""
    return secrets.randbits(63) or 1


def default_daily_limit() -> int:
    """How many messages a new account may send in any 24 hours: ``CRMSOLID_DAILY_LIMIT``, 50 by default."""
    return int(settings.DAILY_LIMIT)


class AccountKind(models.TextChoices):
    TELEGRAM = "telegram", "Telegram"
    SANDBOX = "sandbox", "Sandbox"


class AccountState(models.TextChoices):
    CONNECTED = "connected", "Connected"
    PAUSED = "paused", "Paused"
    FROZEN = "frozen", "Frozen"
    NEEDS_LOGIN = "needs_login", "Needs login"
    BANNED = "banned", "Banned"


# An account in one of these sends nothing until somebody acts.
CANNOT_SEND = (AccountState.FROZEN, AccountState.NEEDS_LOGIN, AccountState.BANNED)
# One in these has a connection to Telegram.
LIVE_STATES = (AccountState.CONNECTED, AccountState.PAUSED, AccountState.FROZEN)


class Account(WorkspaceModel):
    """An account that messages are sent from. A sandbox account uses the same pipeline without Telegram."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=AccountKind.choices)
    state = models.CharField(max_length=12, choices=AccountState.choices, default=AccountState.CONNECTED)
    paused_until = models.DateTimeField(null=True, blank=True)
    daily_limit = models.PositiveIntegerField(default=default_daily_limit, help_text="sends in any 24 hours")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(daily_limit__gte=1), name="account_limit"),
            models.CheckConstraint(condition=Q(state__in=AccountState.values), name="account_state"),
            models.CheckConstraint(condition=Q(kind__in=AccountKind.values), name="account_kind"),
        ]

    def __str__(self) -> str:
        return self.name


def account_state(account: Account) -> str:
    """The state at this time: an account whose pause has ended is connected again. A pause without an end stays."""
    pause_is_over = account.paused_until is not None and account.paused_until <= clock.now()
    if account.state == AccountState.PAUSED and pause_is_over:
        return AccountState.CONNECTED
    return account.state


class Thread(WorkspaceModel):
    """The conversation of one account with one contact.

    ``assignee`` is the member who looks after it. ``closed_at``: nothing remains to be done. ``snoozed_until``: it is
    not shown among the open ones before this time. ``waiting_since`` is the time of the first message of the contact
    that nobody has answered, NULL if there is none; a planned answer leaves it until it is sent. ``failed_at`` is the
    time at which the latest outgoing message failed, NULL if it did not. ``active_at`` orders the inbox: a thread whose
    snooze has ended is at the top, and those that sleep are in the future. :mod:`messaging.threads.state` keeps these
    columns.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "thr"), editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="threads")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="threads")
    unread_count = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    # The index is thread_mine.
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    active_at = models.GeneratedField(
        expression=Greatest("last_message_at", Coalesce(F("snoozed_until"), F("last_message_at"))),
        output_field=models.DateTimeField(),
        db_persist=True,
    )

    # When the contact last wrote, when a message of ours was last sent, and when the contact last read one; Telegram's
    # id of the message up to which they have read.
    last_in_at = models.DateTimeField(null=True, blank=True)
    last_out_at = models.DateTimeField(null=True, blank=True)
    last_read_at = models.DateTimeField(null=True, blank=True)
    read_to = models.BigIntegerField(null=True, blank=True, editable=False)

    # Not columns: whoever lists threads sets them. ``planned_at`` is when the first planned answer is due.
    last_message: "Message | None" = None
    planned_at: "datetime | None" = None

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["account", "contact"], name="thread_once")]
        indexes = [
            models.Index(fields=["workspace", "last_message_at", "id"], name="thread_recent"),
            models.Index(
                fields=["workspace", "last_message_at", "id"], name="thread_unread", condition=Q(unread_count__gt=0)
            ),
            # One for each other filter of the inbox.
            models.Index(fields=["workspace", "active_at", "id"], name="thread_open", condition=Q(closed_at=None)),
            models.Index(
                fields=["workspace", "active_at", "id"], name="thread_closed", condition=Q(closed_at__isnull=False)
            ),
            # Also counts who waits, for every page of the panel: ``active_at`` says which of them sleep.
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                include=["active_at"],
                name="thread_waiting_since",
                condition=Q(waiting_since__isnull=False, closed_at=None),
            ),
            models.Index(
                fields=["workspace", "active_at", "id"], name="thread_failed", condition=Q(failed_at__isnull=False)
            ),
            models.Index(
                fields=["workspace", "active_at", "id"],
                name="thread_unassigned",
                condition=Q(assignee=None, closed_at=None),
            ),
            models.Index(
                fields=["assignee", "workspace", "active_at", "id"],
                name="thread_mine_open",
                condition=Q(assignee__isnull=False, closed_at=None),
            ),
            # With the closed ones, for a member who is removed.
            models.Index(
                fields=["assignee", "workspace", "active_at", "id"],
                name="thread_mine",
                condition=Q(assignee__isnull=False),
            ),
            models.Index(fields=["account", "active_at", "id"], name="thread_of_account"),
        ]

    def __str__(self) -> str:
        return self.id

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > clock.now()


class Format(models.TextChoices):
    """How a text that is to be sent is written."""

    PLAIN = "plain", "Plain text"
    MARKDOWN = "markdown", "Markdown"
    HTML = "html", "HTML"


class Direction(models.TextChoices):
    IN = "in", "In"
    OUT = "out", "Out"


class Status(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"
    RECEIVED = "received", "Received"


class WaitingFor(models.TextChoices):
    """Why a queued message is not sent yet; :func:`messaging.sending.waiting.waiting_for` answers it.

    ``eta``: the sender asked for this time, or a failed attempt is retried then. ``window``: the hours in which a
    sequence may send. ``held``: sending is held in the whole installation. ``earlier_message``: an earlier message of
    the thread is being sent or waits for its retry. ``upload``: its files are on their way to Telegram. ``worker``: the
    message is due.
    """

    ETA = "eta"
    DAILY_LIMIT = "daily_limit"
    GAP = "gap"
    ACCOUNT_PAUSED = "account_paused"
    ACCOUNT_FROZEN = "account_frozen"
    ACCOUNT_NEEDS_LOGIN = "account_needs_login"
    ACCOUNT_BANNED = "account_banned"
    PLAN = "plan"
    WINDOW = "window"
    HELD = "held"
    EARLIER_MESSAGE = "earlier_message"
    UPLOAD = "upload"
    WORKER = "worker"


# What the search through texts knows: messages whose text is final. The characters that join words of an address or a
# number are spaces to it.
SEARCHED_STATUSES = (Status.SENT, Status.RECEIVED)
SEPARATORS = "@./:_-+<>&"
TEXT_APART = models.Func(
    F("text"),
    models.Value(SEPARATORS),
    models.Value(" " * len(SEPARATORS)),
    function="TRANSLATE",
    output_field=models.TextField(),
)
TEXT_WORDS = SearchVector(TEXT_APART, config="simple")


class Message(WorkspaceModel):
    """One message. Outgoing: ``queued → sending → sent | failed``, or ``canceled``; incoming: ``received``.

    ``text`` is the template until the first claim renders it (``rendered``), then the text that is sent. ``slot_at`` is
    the instant that counts against the account's daily limit; NULL if none does. ``delayed_by`` is the
    :class:`WaitingFor` that made ``eta`` as late as it is; empty if the message was due at once. ``lease`` identifies
    the attempt in progress, which may settle the message only while it holds the lease. ``unsettled_since`` is the time
    of the first attempt whose result was unknown when it ended; it stays set. ``request_id`` also goes into the
    message's events. ``retry_of`` is the failed message that this one was sent again for; a message is sent again once.
    ``in_reply_to``, ``auto_reply`` and ``text_digest`` of an incoming message are explained in
    :mod:`messaging.threads.received`.

    ``text`` is written in ``format`` until it is rendered; then, and in an incoming message, it is plain, and
    ``entities`` says what of it is formatted (:mod:`messaging.formatting.entities`). With files, ``text`` is the
    caption. ``awaits_upload``: Telegram does not have all of the files yet, and the message is not claimed before.
    ``reply_to`` is the message of the thread that this one quotes, ``quote`` the part of its text. ``grouped_id`` is
    Telegram's id of the album that a message is. ``media_text`` says what an incoming message without a text or a file
    has: a place, a contact, a poll. ``read_at`` is when Telegram told that the contact has read
    an outgoing message; ``deleted_at`` when it was deleted at Telegram by either side. ``reactions`` is a list of
    ``{"emoji": str, "by": "contact" | "account"}``. ``change`` is what is asked of Telegram and not done yet, or what
    it has refused (:mod:`messaging.changes.queue`): ``{"kind": str, "status": "queued" | "failed", "error": str}``.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "msg"), editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="messages")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=20, default="text")
    status = models.CharField(max_length=10, choices=Status.choices)
    text = models.TextField(blank=True)
    rendered = models.BooleanField(default=False)
    request_id = models.CharField(max_length=128, blank=True, help_text="X-Request-Id of the call that sent it")
    recipient = models.CharField(max_length=40, blank=True, help_text="as addressed: @username or a numeric id")
    source = models.CharField(max_length=10, default="direct", help_text="direct, broadcast, sequence or phone")
    random_id = models.BigIntegerField(default=new_random_id, editable=False)
    telegram_message_id = models.BigIntegerField(null=True, blank=True, editable=False)
    eta = models.DateTimeField(null=True, blank=True)
    delayed_by = models.CharField(max_length=20, blank=True, default="", db_default="")
    slot_at = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    unsettled_since = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    # Nothing to do on deletion: both are of one thread, and messages are deleted with their thread only. The index is
    # message_replies, which leaves out the messages that are no replies.
    in_reply_to = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    auto_reply = models.BooleanField(default=False, db_default=False, editable=False)
    text_digest = models.BigIntegerField(null=True, blank=True, editable=False)
    # As in_reply_to; the index is message_retry_once.
    retry_of = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )

    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.PLAIN, db_default=Format.PLAIN, editable=False
    )
    entities = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    link_preview = models.BooleanField(default=True, db_default=True, editable=False)
    awaits_upload = models.BooleanField(default=False, db_default=False, editable=False)
    # As in_reply_to; the index is message_quoted.
    reply_to = models.ForeignKey(
        "self", on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    quote = models.TextField(blank=True, default="", db_default="", editable=False)
    grouped_id = models.BigIntegerField(null=True, blank=True, editable=False)
    read_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    reactions = models.JSONField(default=list, db_default=[], blank=True, editable=False)
    media_text = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    change = models.JSONField(null=True, blank=True, editable=False)

    # Not a column: whether it waits for an earlier message of its thread, None if whoever read it did not ask.
    is_behind: "bool | None" = None

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["retry_of"], name="message_retry_once", condition=Q(retry_of__isnull=False)
            ),
            models.UniqueConstraint(fields=["account", "random_id"], name="message_random_id"),
            models.UniqueConstraint(fields=["thread", "telegram_message_id"], name="message_telegram_id"),
            models.UniqueConstraint(
                fields=["thread", "grouped_id"], name="message_album", condition=Q(grouped_id__isnull=False)
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="message_status"),
            models.CheckConstraint(
                condition=Q(direction="in", status="received") | Q(direction="out") & ~Q(status="received"),
                name="message_direction_status",
            ),
            models.CheckConstraint(condition=~Q(status="queued") | Q(eta__isnull=False), name="message_eta"),
        ]
        indexes = [
            models.Index(fields=["workspace", "created_at", "id"], name="message_recent"),
            # For messaging.searching. A message gets into it once, when it was sent or received.
            GinIndex(TEXT_WORDS, name="message_words", condition=Q(status__in=["sent", "received"])),
            models.Index(fields=["thread", "created_at", "id"], name="message_in_thread"),
            # For lists by account and by a rare status. Sending a message writes nothing into the second.
            models.Index(fields=["account", "created_at", "id"], name="message_of_account"),
            models.Index(
                fields=["workspace", "status", "created_at", "id"],
                name="message_unsent",
                condition=Q(status__in=["failed", "canceled"]),
            ),
            models.Index(fields=["account", "slot_at"], name="message_slot", condition=Q(slot_at__isnull=False)),
            models.Index(fields=["account", "eta", "id"], name="message_due", condition=Q(status="queued")),
            models.Index(fields=["lease_until"], name="message_leased", condition=Q(status="sending")),
            # The messages that others of their thread wait for.
            models.Index(
                fields=["thread"],
                name="message_tried",
                condition=Q(status__in=["queued", "sending"], attempts__gt=0),
            ),
            models.Index(
                fields=["account", "telegram_message_id"],
                name="message_of_telegram",
                condition=Q(telegram_message_id__isnull=False),
            ),
            # The messages whose files are on their way to Telegram, for which the later ones of their thread wait.
            models.Index(fields=["thread"], name="message_uploading", condition=Q(status="queued", awaits_upload=True)),
            # For the foreign key: whatever deletes a message looks for replies to it.
            models.Index(fields=["in_reply_to"], name="message_replies", condition=Q(in_reply_to__isnull=False)),
            models.Index(fields=["reply_to"], name="message_quoted", condition=Q(reply_to__isnull=False)),
            # What the contact has still to read, for Telegram's receipts.
            models.Index(
                fields=["thread", "telegram_message_id"],
                name="message_unread",
                condition=Q(direction="out", status="sent", read_at=None, telegram_message_id__isnull=False),
            ),
            # For messaging.stats, which reads nothing but these indexes.
            models.Index(
                fields=["account", "sent_at"], name="message_sent", condition=Q(direction="out", status="sent")
            ),
            models.Index(fields=["account", "eta"], name="message_failed", condition=Q(status="failed")),
            models.Index(
                fields=["account", "auto_reply", "sent_at"],
                name="message_answers",
                condition=Q(direction="in", in_reply_to__isnull=False),
            ),
            models.Index(
                fields=["workspace", "sent_at", "account"],
                name="message_received",
                condition=Q(direction="in", auto_reply=False),
            ),
            models.Index(
                fields=["account", "text_digest", "sent_at"],
                name="message_same_text",
                condition=Q(text_digest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.id


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


class ChangeKind(models.TextChoices):
    """What is changed at Telegram about a message: its text, its existence, the account's reaction to it; or ``read``:
    that the account has read the conversation up to it."""

    EDIT = "edit", "Edit"
    DELETE = "delete", "Delete"
    REACT = "react", "React"
    READ = "read", "Read"


class ChangeStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class MessageChange(WorkspaceModel):
    """A change that is to be made to a message at Telegram: a row that is retried until it is done or refused for good.

    Changes of a message are made in the order of their ids. ``text``, ``entities`` and ``emoji`` (empty: none) are what
    it is to become. ``lease`` identifies the attempt in progress, until ``lease_until``. A ``read`` that is done has no
    row.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="changes")
    # The index is messagechange_due.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    status = models.CharField(max_length=10, choices=ChangeStatus.choices, default=ChangeStatus.QUEUED)
    text = models.TextField(blank=True, default="")
    entities = models.JSONField(default=list, blank=True)
    emoji = models.CharField(max_length=40, blank=True, default="")
    request_id = models.CharField(max_length=128, blank=True)
    due_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ChangeKind.values), name="messagechange_kind"),
            models.CheckConstraint(condition=Q(status__in=ChangeStatus.values), name="messagechange_status"),
        ]
        indexes = [
            models.Index(fields=["account", "due_at", "id"], name="messagechange_due", condition=Q(status="queued"))
        ]


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


class Template(WorkspaceModel):
    """A text that the workspace keeps for its messages, with variables as in every message."""

    name = models.CharField(max_length=100)
    text = models.TextField(help_text="{first_name} and other fields of the contact; {first_name|there} has a fallback")
    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.PLAIN, db_default=Format.PLAIN, blank=True
    )
    attachments = files_column()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="template_name")]

    def __str__(self) -> str:
        return self.name


class OptOutWord(WorkspaceModel):
    """A word that opts a contact out when it is all that a message says. ``word`` is as :mod:`messaging.texts`
    compares it."""

    word = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta(WorkspaceModel.Meta):
        constraints = [models.UniqueConstraint(fields=["workspace", "word"], name="optoutword_once")]
        verbose_name = "opt-out word"

    def __str__(self) -> str:
        return self.word


class SpentSlot(WorkspaceModel):
    """A send of the last 24 hours whose message was erased with its contact. The daily limit still counts it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    slot_at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        indexes = [models.Index(fields=["account", "slot_at"], name="spentslot_account")]


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
