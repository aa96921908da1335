"""The accounts that messages are sent from."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.scoping import WorkspaceModel


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

    edge_account: ClassVar[str] = "pk"

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
