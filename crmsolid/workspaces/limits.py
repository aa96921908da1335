"""What narrows an API key or an assistant beyond its scopes, and what its writes wait for."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q


class Approval(models.TextChoices):
    """Which writes wait until a member approves them: none; those that text from outside could have caused; all."""

    NONE = "none", "No write waits"
    UNTRUSTED = "untrusted", "Writes about others wait after reading what somebody wrote"
    ALL = "all", "Every write waits"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a key or a grant. ``holder`` is who they are counted for: a key with all its rotations, or a member
    with one client, however often it is connected anew. ``account_ids`` empty: all accounts; ``segment_id`` empty: all
    contacts; ``daily_sends`` and ``daily_changes`` in a sliding 24 hours, None: any number. ``only_drafts``: what it
    would send waits for a member, a message as a draft beside the conversation."""

    holder: str = ""
    account_ids: frozenset[int] = frozenset()
    segment_id: str = ""
    daily_sends: int | None = None
    daily_changes: int | None = None
    approval: Approval = Approval.NONE
    only_drafts: bool = False

    @property
    def narrows(self) -> bool:
        """Whether it sees less than the workspace."""
        return bool(self.account_ids or self.segment_id)

    @property
    def has_budget(self) -> bool:
        return self.daily_sends is not None or self.daily_changes is not None

    @property
    def review_writes(self) -> bool:
        """Whether a write may have to wait, or counts."""
        return self.approval is not Approval.NONE or self.has_budget or self.only_drafts


NO_LIMITS = Limits()


class LimitedAccess(models.Model):
    """The columns of what may be narrowed."""

    account_ids = models.JSONField(default=list, blank=True, db_default=[], help_text="accounts; empty: all")
    segment_id = models.CharField(max_length=30, blank=True, db_default="", help_text="segment; empty: all contacts")
    daily_sends = models.IntegerField(null=True, blank=True, help_text="messages in 24 h; empty: any number")
    daily_changes = models.IntegerField(null=True, blank=True, help_text="changes in 24 h; empty: any number")
    approval = models.CharField(
        max_length=10, choices=Approval.choices, default=Approval.NONE, db_default=Approval.NONE.value
    )

    only_drafts: Any = False  # a column of assistants alone

    class Meta:
        abstract = True

    def limits(self, holder: str) -> Limits:
        return Limits(
            holder,
            frozenset(self.account_ids),
            self.segment_id,
            self.daily_sends,
            self.daily_changes,
            Approval(self.approval),
            self.only_drafts,
        )


def approval_is_known(prefix: str) -> Any:
    """The constraint on the column ``approval`` of a table."""
    return models.CheckConstraint(condition=Q(approval__in=Approval.values), name=f"{prefix}_approval")
