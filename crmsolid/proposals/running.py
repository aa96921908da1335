"""Carries out what was approved: once, as it was shown, and only while it is still what its approval meant."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from apikeys.authentication import Credentials, credentials_of_key
from crmsolid.api import problems
from crmsolid.core import clock
from crmsolid.core.advisory_locks import hold_lock
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.limits.checks import Changed, Review
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.oauth.authentication import credentials_of_grant
from crmsolid.proposals import drafts
from crmsolid.proposals.events import PROPOSAL_DECIDED, PROPOSAL_ENDED, publish_change
from crmsolid.proposals.operations import operations
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ROLE_SCOPES, Actor, Scope, Surface
from crmsolid.workspaces.models import Membership, Plan, Role, Workspace

logger = logging.getLogger("crmsolid.proposals")

BATCH = 100
# So long one that has ended is kept; a purge looks at so many of the oldest at once.
KEPT = timedelta(days=90)
PURGED_OF = 1_000
# So long after a proposal expires, one that was approved in time and could not be carried out is tried no more.
RUNS_AFTER_EXPIRY = timedelta(hours=24)
# The call that may erase its own proposal, with everything else about the person.
ERASES = "delete_contact"
# Refusals that mean that the world is another one than whoever approved it saw.
STALE_CODES = frozenset(
    {
        *("contact_opted_out", "not_found", "precondition_failed", "erased", "outside_limits"),
        *("audience_changed", "already_enrolled", "sequence_not_active", "contact_conflict"),
    }
)


class Stale(Exception):
    """What the proposal is about has changed since it was made."""


def run_due() -> int:
    """Carry out the proposals that were approved; returns how many have ended. Safe to run at once with itself."""
    due = Proposal.unscoped.filter(status=ProposalStatus.APPROVED, run_at__isnull=True).order_by("decided_at", "id")
    return sum(_run(each) for each in due.select_related("workspace", "workspace__live")[:BATCH])


def run_one(workspace: Workspace, proposal_id: str) -> None:
    """Carry out this one now, if it was approved and no worker was faster."""
    due = Proposal.objects.for_workspace(workspace).filter(status=ProposalStatus.APPROVED, run_at__isnull=True)
    proposal = due.filter(pk=proposal_id).select_related("workspace", "workspace__live").first()
    if proposal is not None:
        _run(proposal)


def _run(proposal: Proposal) -> bool:
    """False if another worker was faster, or if it is to be tried again. The call and the end of the proposal are one
    transaction, under a lock by its id; its row is locked last, because an erasure locks proposals after contacts."""
    try:
        with unit_of_work():
            hold_lock(f"proposal:{proposal.pk}")
            if not _is_due(proposal):
                return False
            if clock.now() >= proposal.expires_at + RUNS_AFTER_EXPIRY:
                raise Stale("it was approved, and could not be carried out for more than a day")
            result = _call(proposal)
            is_there = _end(proposal, ProposalStatus.APPROVED, result=result)
            if not (is_there or proposal.operation == ERASES):
                raise _Erased
        return True
    except _Erased:
        return False
    except (Stale, Changed) as error:
        return _end(proposal, ProposalStatus.STALE, problem=str(error))
    except Exception as error:
        refusal = problems.expected_or_logged(error, proposal.request_id)
        if refusal.code == "service_unavailable" and clock.now() < proposal.expires_at:
            return False  # a lock was not free in time, or the database went away: the next sweep tries it again
        status = ProposalStatus.STALE if refusal.code in STALE_CODES else ProposalStatus.FAILED
        parts = [f"{part.field}: {part.detail}" for part in refusal.errors]
        return _end(proposal, status, problem=f"{refusal.code}: {'; '.join(parts) or refusal.detail}")


class _Erased(Exception):
    """The proposal was erased with a person meanwhile, so what it asks for is not done."""


def _is_due(proposal: Proposal) -> bool:
    rows = Proposal.objects.for_workspace(proposal.workspace).filter(pk=proposal.pk)
    return bool(rows.filter(status=ProposalStatus.APPROVED, run_at__isnull=True).exists())


@transaction.atomic
def _end(proposal: Proposal, status: ProposalStatus, **columns: object) -> bool:
    rows = Proposal.objects.for_workspace(proposal.workspace).filter(
        pk=proposal.pk, status=ProposalStatus.APPROVED, run_at__isnull=True
    )
    if status != ProposalStatus.APPROVED:
        columns |= drafts.NOT_COMPARED
    ended = bool(rows.update(status=status, run_at=clock.now(), **columns))
    if ended:
        system = Actor.system(proposal.workspace, request_id=proposal.request_id)
        done = status == ProposalStatus.APPROVED
        audit.record(
            system,
            "proposal.done" if done else "proposal.stale" if status == ProposalStatus.STALE else "proposal.failed",
            proposal.id,
            operation=proposal.operation,
        )
        publish_change(system, PROPOSAL_ENDED, rows_of(proposal).get())
    return ended


def rows_of(proposal: Proposal) -> Any:
    """The row of the proposal, as it is now."""
    rows = Proposal.objects.for_workspace(proposal.workspace).filter(pk=proposal.pk)
    return rows.select_related("decided_by", "workspace__live")


def _call(proposal: Proposal) -> object:
    tool = operations().get(proposal.operation)
    if tool is None:
        raise Stale("this version of the product does not have this call any more")
    review = Review(approved=True, expected=proposal.state_seen)
    actor = replace(_actor_of(proposal), review=review)
    tool.endpoint.require_served(actor.limits)
    arguments = tool.parse(dict(proposal.arguments), proposal.workspace)
    view = tool.view()
    view.actor = actor
    view.query = view.body = arguments.values
    response = tool.handler(view, **arguments.ids)
    checks.finish(actor)
    return response.data


def _actor_of(proposal: Proposal) -> Actor:
    """Who asked, with what they may do now. Raises :class:`Stale` if their access has ended, or if whoever approved it
    could not do it any more."""
    needed = {Scope(scope) for scope in proposal.scopes}
    if not needed <= _scopes_of_decider(proposal):
        raise Stale("whoever approved it may not do this any more")
    credentials = _credentials_of(proposal)
    try:
        if credentials is None:
            raise DomainError("token_revoked")
        if credentials.kind == "grant":
            credentials.check(None)
    except DomainError:
        raise Stale("the key or assistant that asked has no access any more") from None
    if credentials.plan == Plan.EXPIRED:
        raise DomainError("plan_required")
    surface: Surface = "mcp" if proposal.surface == "mcp" else "rest"
    actor = credentials.actor(surface, None, proposal.request_id)
    for scope in needed:
        actor.require(scope)
    return actor


def _scopes_of_decider(proposal: Proposal) -> frozenset[Scope]:
    live = proposal.workspace.owner_workspace
    members = Membership.objects.for_workspace(live).filter(user__is_active=True)
    membership = members.filter(user=proposal.decided_by_id).first()
    return ROLE_SCOPES[Role(membership.role)] if membership is not None else frozenset()


def _credentials_of(proposal: Proposal) -> Credentials | None:
    if proposal.asker_kind == "grant":
        return credentials_of_grant(proposal.workspace, proposal.asker_id)
    return credentials_of_key(proposal.workspace, proposal.holder)


def expire() -> int:
    """End the proposals that nobody has decided in time; returns how many."""
    now, ended = clock.now(), 0
    late = Proposal.unscoped.filter(status=ProposalStatus.PENDING, expires_at__lte=now).order_by("expires_at")
    for proposal in late.select_related("workspace")[:BATCH]:
        with transaction.atomic():
            if rows_of(proposal).filter(status=ProposalStatus.PENDING).update(status=ProposalStatus.EXPIRED):
                system = Actor.system(proposal.workspace)
                audit.record(system, "proposal.expired", proposal.id, operation=proposal.operation)
                publish_change(system, PROPOSAL_DECIDED, rows_of(proposal).get())
                ended += 1
    return ended


def past_retention() -> QuerySet[Proposal]:
    """The proposals that ended more than ``KEPT`` ago. Ids are in the order of time, and all end within two days,
    so that no index on the time is needed to find the oldest."""
    oldest = Proposal.unscoped.order_by("pk").values("pk")[:PURGED_OF]
    rows: QuerySet[Proposal] = Proposal.unscoped.filter(pk__in=oldest).exclude(status=ProposalStatus.PENDING)
    rows = rows.exclude(status=ProposalStatus.APPROVED, run_at__isnull=True)
    ended_at = Coalesce("run_at", "decided_at", "expires_at")
    return rows.alias(ended_at=ended_at).filter(ended_at__lt=clock.now() - KEPT)
