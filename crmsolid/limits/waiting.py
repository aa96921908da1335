"""The proposals that wait and that a member can decide: what the badge, the alerts and the pages count alike. Drafts,
which stand beside their conversations, are none of them."""

from dataclasses import dataclass
from zlib import crc32

from django.db.models import QuerySet

from crmsolid.core import clock
from crmsolid.limits.models import DraftOutcome, Proposal, ProposalStatus
from crmsolid.workspaces.actor import ALL_SCOPES, ROLE_SCOPES, WRITERS, Scope
from crmsolid.workspaces.models import Role, Workspace

# Of more, the oldest are counted.
MAX_COUNT = 99


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, up to one more than ``MAX_COUNT``. ``version`` is another one once others wait."""

    count: int
    version: int

    @property
    def text(self) -> str:
        """Empty for none."""
        return f"{self.count or ''}" if self.count <= MAX_COUNT else f"{MAX_COUNT}+"


def may_decide(role: str | None, scopes: list[str]) -> bool:
    """Whether a member with this role could do a call that needs these scopes."""
    return role in WRITERS and {Scope(each) for each in scopes} <= ROLE_SCOPES[Role(role)]


def waiting_for(workspace: Workspace, role: str | None) -> "QuerySet[Proposal]":
    """What waits and a member with this role can decide, the oldest first."""
    rows: QuerySet[Proposal] = Proposal.objects.for_workspace(workspace)
    if role not in WRITERS:
        return rows.none()
    rows = rows.filter(status=ProposalStatus.PENDING, outcome=DraftOutcome.NONE, expires_at__gt=clock.now())
    scopes = ROLE_SCOPES[Role(role)]
    if scopes != ALL_SCOPES:
        rows = rows.filter(scopes__contained_by=sorted(scopes))
    return rows.order_by("created_at", "id")


def count_waiting(workspace: Workspace, role: str | None) -> Waiting:
    """One query of at most ``MAX_COUNT`` + 1 rows, or none for a role that decides nothing."""
    if role not in WRITERS:
        return Waiting(0, 0)
    ids = list(waiting_for(workspace, role).values_list("pk", flat=True)[: MAX_COUNT + 1])
    return Waiting(len(ids), crc32("".join(ids).encode()))
