"""What a limited key or assistant was given to read, what it has used of its budgets, and the writes that wait."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.edge import Edge
from crmsolid.workspaces.models import User
from crmsolid.workspaces.scoping import WorkspaceModel

if TYPE_CHECKING:
    from contacts.models import Contact

MAX_HOLDER = 64


class GivenText(WorkspaceModel):
    """A holder was answered untrusted text about a contact, or somebody's, with an empty ``contact_id``: ``given_at``
    is the last time. ``address_changed_at`` is when the holder changed how messages reach the contact."""

    holder = models.CharField(max_length=MAX_HOLDER)
    contact_id = models.CharField(max_length=30, blank=True)
    given_at = models.DateTimeField(null=True)
    address_changed_at = models.DateTimeField(null=True)

    class Meta(WorkspaceModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["workspace", "holder", "contact_id"], name="giventext_once"),
        ]
        indexes = [
            # None on the time, which every answer writes: without one PostgreSQL writes no index then (HOT updates).
            models.Index(fields=["workspace", "contact_id"], name="giventext_contact", condition=~Q(contact_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id or 'somebody'} for {self.holder}"


class BudgetUse(WorkspaceModel):
    """What one call of a holder with a budget counted for."""

    holder = models.CharField(max_length=MAX_HOLDER)
    at = models.DateTimeField(default=clock.now)
    sends = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "holder", "at"], name="budgetuse_holder"),
            models.Index(fields=["at"], name="budgetuse_age"),
        ]

    def __str__(self) -> str:
        return f"{self.sends} sends and {self.changes} changes of {self.holder}"


class ProposalStatus(models.TextChoices):
    PENDING = "pending", "Waits"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    STALE = "stale", "Out of date"
    FAILED = "failed", "Failed"


class DraftOutcome(models.TextChoices):
    """What a member did with a draft; one that is open until it expires came to nothing."""

    NONE = "", "Not a draft"
    OPEN = "open", "Open"
    SAME = "same", "Sent as it was"
    EDITED = "edited", "Edited"
    OTHER = "other", "Answered otherwise"


class Proposal(WorkspaceModel):
    """A write that waits until a member approves it, and what became of it.

    ``operation`` and ``arguments`` are the call, in the words of the API, with absolute times. ``scopes`` are those
    that it needs. ``contact_id`` is the contact that it is about, if that is one alone. ``reason`` says why it waits,
    and ``because`` whose text the holder had read, and when. ``state_seen`` is what was compared when it was made:
    another state makes it stale. ``run_at`` is when it was carried out, or could not be. ``canceled``: its asker took
    it back. ``outcome`` and ``kept_percent`` are of a draft: how it compares with what a member sent.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "prp"), editable=False)
    status = models.CharField(max_length=10, choices=ProposalStatus.choices, default=ProposalStatus.PENDING)
    holder = models.CharField(max_length=MAX_HOLDER)
    asker_kind = models.CharField(max_length=10, help_text="key or grant")
    asker_id = models.CharField(max_length=30)
    asker_name = models.CharField(max_length=254, blank=True)
    surface = models.CharField(max_length=10)
    request_id = models.CharField(max_length=128, blank=True)
    operation = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    scopes = models.JSONField(default=list)
    contact_id = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=40)
    because = models.JSONField(default=list)
    state_seen = models.JSONField(default=dict)
    edited_from = models.CharField(
        max_length=30, blank=True, help_text="the proposal that a member edited into this one"
    )
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    canceled = models.BooleanField(default=False)
    note = models.TextField(blank=True, help_text="of who decided, for the asker")
    problem = models.TextField(blank=True, help_text="why it is stale or failed")
    result = models.JSONField(null=True, blank=True)
    run_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=DraftOutcome.choices, default="", db_default="", blank=True)
    kept_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    # What is shown of the rows that it names, which crmsolid.proposals.querysets.load_people sets: the contact that it
    # is about, whose text was read and when, and names by argument.
    contact: "Contact | None" = None
    reads: "Sequence[tuple[Contact | None, str]]" = ()
    names: Mapping[str, str] = MappingProxyType({})

    class Meta(WorkspaceModel.Meta):
        indexes = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="proposal_recent"),
            models.Index(fields=["workspace", "status", "-created_at", "-id"], name="proposal_in_status"),
            models.Index(fields=["workspace", "holder", "-created_at", "-id"], name="proposal_of_holder"),
            models.Index(fields=["workspace", "contact_id"], name="proposal_waiting", condition=Q(status="pending")),
            models.Index(fields=["expires_at"], name="proposal_expiring", condition=Q(status="pending")),
            models.Index(fields=["workspace", "contact_id"], name="proposal_drafts", condition=Q(outcome="open")),
            models.Index(
                fields=["decided_at"], name="proposal_due", condition=Q(status="approved", run_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ProposalStatus.values), name="proposal_status"),
        ]

    @classmethod
    def within(cls, edge: Edge) -> Q:
        """All but those about a contact outside, and those whose call or result names an account outside; one about a
        contact that it would make is about nobody yet."""
        where = Q() if edge.people is None else ~Q(contact_id__in=edge.people.outside)
        if edge.account_ids:
            for values in ("arguments", "result"):
                path, accounts = f"{values}__account_id", list(edge.account_ids)
                where &= Q(**{f"{path}__isnull": True}) | Q(**{path: None}) | Q(**{f"{path}__in": accounts})
        return where

    def __str__(self) -> str:
        return f"{self.operation} {self.id}"
