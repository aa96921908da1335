"""Users, workspaces with their test twins, members, invitations; the audit log, heartbeats, the installation."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel

if TYPE_CHECKING:
    from crmsolid.workspaces.edge import Edge


class UserManager(BaseUserManager["User"]):
    """Creates and finds users by e-mail address; upper and lower case are the same."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class Theme(models.TextChoices):
    SYSTEM = "system", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class OpensNext(models.TextChoices):
    """After what the next conversation of the list opens: never, after closing or snoozing one, or after an answer
    too."""

    NEVER = "never", "Never"
    CLOSE = "close", "After closing or snoozing"
    ANSWER = "answer", "After answering, closing or snoozing"


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in to the panel. Their memberships say what they may do; Django's groups do not matter.

    ``time_zone`` is that of the times which the panel shows; empty: the workspace's. ``single_keys``: whether keys of
    the panel work without Ctrl (WCAG 2.1.4).
    """

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    time_zone = models.CharField(max_length=64, blank=True, db_default="")
    theme = models.CharField(max_length=10, choices=Theme.choices, default=Theme.SYSTEM, db_default=Theme.SYSTEM)
    single_keys = models.BooleanField(default=True, db_default=True)
    opens_next = models.CharField(
        max_length=10, choices=OpensNext.choices, default=OpensNext.CLOSE, db_default=OpensNext.CLOSE
    )
    is_active = models.BooleanField(default=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="user_theme"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def shown_name(self) -> str:
        """What members and the API call the user: the name, else what is before the @ of the e-mail address."""
        return self.name or self.email.partition("@")[0]

    @property
    def is_staff(self) -> bool:
        """Django's admin needs this. What gives access to the panel is the membership of a workspace."""
        return self.is_active


class UserSession(models.Model):
    """Whose session it is that Django's session store keeps under ``session_key``, and where it was used last.

    The session store says whether a session still exists; a row here without one is shown nowhere and purged.
    ``confirmed_at`` is when its user has last proved here who they are (``confirmation``).
    """

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    browser = models.CharField(max_length=200, blank=True, help_text="the User-Agent, shortened")
    ip = models.GenericIPAddressField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(default=clock.now, help_text="to a few minutes")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.pk} of user {self.user_id}"  # the key would sign in as the user


class TwoFactor(models.Model):
    """A user's second factor: codes by time (TOTP, RFC 6238). It is asked for once ``confirmed_at`` is set.

    ``last_step`` is the time step of the last code that was accepted: no code up to it is accepted again. ``failures``
    counts the codes that were tried since ``failures_since`` without one that was right.
    """

    user = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="two_factor")
    secret = models.BinaryField(help_text="encrypted")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    failures_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"second factor of user {self.user_id}"


class RecoveryCode(models.Model):
    """A code that is accepted once in place of the second factor; then the row is deleted. ``digest``: its SHA-256."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code {self.pk} of user {self.user_id}"


class OutgoingEmail(models.Model):
    """An e-mail that is to be sent; the row is deleted once it is. ``body`` is encrypted, because it has links that let
    their reader in."""

    to = models.EmailField(max_length=254)
    template = models.CharField(max_length=30, default="", db_default="")
    subject = models.CharField(max_length=200)
    body = models.BinaryField(help_text="encrypted")
    created_at = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"e-mail {self.pk}"


class KeptForm(models.Model):
    """A form that its user sent after the session had ended, until the user has logged in again; an hour at most.

    ``fields`` are pairs of name and value. Nothing of it is compressed or encrypted, so that a person whom it names is
    found.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_forms")
    path = models.TextField(help_text="where it goes to")
    page = models.TextField(help_text="where it stood")
    fields = models.JSONField()
    leaves_out = models.BooleanField(help_text="whether it had passwords, codes or files, which are not kept")
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return f"form {self.pk} of user {self.user_id}"

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields that people filled in, with readable names."""
        typed = [
            (name, value)
            for name, value in self.fields
            if value.strip() and name not in ("once", "action", "next") and not name.startswith("_")
        ]
        return [(name.replace("_", " ").replace("-", " "), value) for name, value in typed]


class Mode(models.TextChoices):
    LIVE = "live", "Live"
    TEST = "test", "Test"


class Plan(models.TextChoices):
    TRIAL = "trial", "Trial"
    PRO = "pro", "Pro"
    BUSINESS = "business", "Business"
    EXPIRED = "expired", "Expired"


ANSWER_AIM = 15  # minutes
UNASSIGNED_AIM = 30  # minutes


class Workspace(models.Model):
    """The tenant. A test twin points to its live workspace and has no plan and no members of its own."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.LIVE)
    live = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="twin")
    plan = models.CharField(max_length=10, choices=Plan.choices, blank=True)
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(
        max_length=64, default="UTC", db_default="UTC", help_text="that of the live one counts"
    )
    requires_two_factor = models.BooleanField(
        default=False, db_default=False, help_text="of its members; that of the live one counts"
    )
    answer_aim_minutes = models.SmallIntegerField(
        default=ANSWER_AIM, db_default=ANSWER_AIM, help_text="of a customer's wait; that of the live one counts"
    )
    # Working hours of a day, in the time zone of the workspace; all hours count while there are none. That of the live
    # one counts. Days are 1 (Monday) to 7.
    work_days = ArrayField(models.SmallIntegerField(), default=list, db_default=[], blank=True)
    work_from = models.TimeField(null=True, blank=True)
    work_until = models.TimeField(null=True, blank=True)
    # After how many minutes admins are told of a waiting contact whom nobody looks after; that of the live one counts.
    unassigned_aim_minutes = models.SmallIntegerField(default=UNASSIGNED_AIM, db_default=UNASSIGNED_AIM)
    created_at = models.DateTimeField(default=clock.now)

    # What a narrowed key or assistant sees of it (crmsolid.workspaces.edge); None: all.
    edge: "Edge | None" = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode="live", live__isnull=True) & ~models.Q(plan="")
                | models.Q(mode="test", live__isnull=False, plan=""),
                name="workspace_twin_shape",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (test)" if self.mode == Mode.TEST else self.name

    @property
    def owner_workspace(self) -> "Workspace":
        """The live workspace, which has the plan and the members."""
        return self if self.live_id is None else self.live  # type: ignore[return-value]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose days are those of the workspace, live and test."""
        return ZoneInfo(self.owner_workspace.time_zone)

    @property
    def current_plan(self) -> str:
        """The plan in force now: ``expired`` once a trial has ended."""
        owner = self.owner_workspace
        return effective_plan(owner.plan, owner.trial_ends_at)

    @property
    def plan_allows_sending(self) -> bool:
        """Whether messages may be sent. :func:`where_plan_allows_sending` is the same as a condition of a query."""
        return self.current_plan != Plan.EXPIRED


def where_plan_allows_sending(path: str = "") -> models.Q:
    """Workspaces whose plan allows sending; ``path`` leads to the workspace, for example ``"workspace__"``."""

    def in_force(path: str) -> models.Q:
        is_trial, has_no_end = models.Q(**{f"{path}plan": Plan.TRIAL}), models.Q(**{f"{path}trial_ends_at": None})
        in_trial = is_trial & (has_no_end | models.Q(**{f"{path}trial_ends_at__gt": clock.now()}))
        return models.Q(**{f"{path}plan__in": [Plan.PRO, Plan.BUSINESS]}) | in_trial

    # A test workspace has no plan itself: that of its live one counts.
    return in_force(path) | in_force(f"{path}live__")


def effective_plan(plan: str, trial_ends_at: datetime | None) -> str:
    """``expired`` for a trial that has ended, else ``plan``."""
    if plan == Plan.TRIAL and trial_ends_at is not None and trial_ends_at <= clock.now():
        return Plan.EXPIRED
    return plan


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"
    AGENT = "agent", "Agent"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"

    @property
    def with_article(self) -> str:
        """As a noun in a sentence: "a viewer", "an agent"."""
        return f"{'a' if self == Role.VIEWER else 'an'} {self.label.lower()}"


class Membership(WorkspaceModel):
    """A user's role in a live workspace. It holds for the test twin as well.

    ``last_seen_at`` is when the user last opened a page of the workspace, to a few minutes. ``on_duty``: whether
    the queue assigns conversations to the member, at most ``capacity`` open ones at a time, NULL for any number.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    last_seen_at = models.DateTimeField(null=True, blank=True, editable=False)
    on_duty = models.BooleanField(default=True, db_default=True)
    capacity = models.SmallIntegerField(null=True, blank=True)

    class Meta(WorkspaceModel.Meta):
        verbose_name = "member"
        constraints = [
            models.UniqueConstraint(fields=["user", "workspace"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class Invitation(WorkspaceModel):
    """An open invitation into a live workspace. The row is deleted when it is accepted or revoked.

    Whoever has the link accepts it. ``digest`` is the SHA-256 of the token in the link, which is stored nowhere.
    """

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="invitation_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="invitation_email_lower"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role"),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.role})"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()


class AuditEntry(WorkspaceModel):
    """Who did what. Written in the transaction of the change that it describes, and never changed."""

    at = models.DateTimeField("when", default=clock.now)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=10)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_label = models.CharField(max_length=254, blank=True)
    surface = models.CharField(max_length=10)
    ip = models.GenericIPAddressField(null=True, blank=True)
    target = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict, blank=True)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "-at"], name="audit_recent"),
            models.Index(fields=["workspace", "target", "-at"], name="audit_about"),
        ]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.action} {self.target}".strip()


class Heartbeat(models.Model):
    """When a part of the product was last known to be alive; ``/readyz`` reads it."""

    name = models.CharField(max_length=40, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


def new_key() -> str:
    """A random name for a database, or for a part of its history."""
    return uuid4().hex


class HoldReason(models.TextChoices):
    RESTORED = "restored", "the database is older than this host has seen it"
    OPERATOR = "operator", "whoever runs the server has asked for it"


class Installation(models.Model):
    """One row: which database this is, and whether sending is held (:mod:`crmsolid.workspaces.sending_hold`).

    ``key`` stays for ever. ``generation`` changes whenever sending is released, because the history of the database
    goes on from another point then: see :mod:`crmsolid.events.watermark`.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key = models.CharField(max_length=32, default=new_key)
    generation = models.CharField(max_length=32, default=new_key)
    held_since = models.DateTimeField(null=True, blank=True)
    held_reason = models.CharField(max_length=20, choices=HoldReason.choices, blank=True)
    held_note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_single"),
            models.CheckConstraint(
                condition=models.Q(held_since__isnull=True, held_reason="")
                | models.Q(held_since__isnull=False, held_reason__in=HoldReason.values),
                name="installation_hold",
            ),
        ]

    def __str__(self) -> str:
        return self.key
