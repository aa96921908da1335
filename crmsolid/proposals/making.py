"""Makes a proposal of a write that waits, in the transaction that has undone the write."""

from datetime import timedelta

from contacts.models import Contact
from crmsolid.api.endpoint import ApiResponse
from crmsolid.api.held_writes import WriteCall
from crmsolid.core import clock
from crmsolid.core.advisory_locks import hold_lock
from crmsolid.core.errors import DomainError
from crmsolid.limits.checks import Held, Review
from crmsolid.limits.models import DraftOutcome, Proposal, ProposalStatus
from crmsolid.proposals import drafts
from crmsolid.proposals.events import PROPOSAL_CREATED, publish_change
from crmsolid.proposals.operations import name_of, operations
from crmsolid.proposals.representations import ProposalOut, read_of
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor

EXPIRES_AFTER = timedelta(hours=24)
MAX_BECAUSE = 20
# So many of one key, or of one member by one assistant, can wait.
MAX_WAITING = 1_000


def make_proposal(actor: Actor, call: WriteCall, held: Held, review: Review) -> ApiResponse:
    """Keep the call as a proposal, and answer 202 with it. ``rate_limited`` if too many of this holder wait."""
    now, subject = clock.now(), actor.subject
    _require_room(actor)
    operation = name_of(call.view, call.method)
    contact_id = review.contact_ids[0] if len(review.contact_ids) == 1 and not review.many else ""
    if not Contact.objects.for_workspace(actor.workspace).filter(pk=contact_id).exists():
        contact_id = ""  # the write had made the contact, and was undone
    arguments, reason = dict(call.arguments or {}), held.reason.value
    is_draft = drafts.has_conversation(actor.workspace, reason, operation, arguments, contact_id)
    proposal: Proposal = Proposal.objects.for_workspace(actor.workspace).create(
        workspace=actor.workspace,
        holder=actor.limits.holder,
        asker_kind=subject.kind,
        asker_id=subject.id,
        asker_name=subject.label,
        surface=actor.surface,
        request_id=actor.request_id,
        operation=operation,
        arguments=arguments,
        scopes=[scope.value for scope in operations()[operation].endpoint.scopes],
        contact_id=contact_id,
        reason=reason,
        outcome=DraftOutcome.OPEN if is_draft else DraftOutcome.NONE,
        because=[read_of(read.contact_id, read.at) for read in held.because[:MAX_BECAUSE]],
        state_seen=review.state,
        created_at=now,
        expires_at=now + EXPIRES_AFTER,
    )
    audit.record(actor, "proposal.created", proposal.id, operation=operation, reason=proposal.reason)
    publish_change(actor, PROPOSAL_CREATED, proposal)  # which loads whom it is about
    return ApiResponse(
        ProposalOut.render(proposal),
        status=202,
        headers={"Location": f"/v1/proposals/{proposal.id}"},
        may_name_people=True,
    )


def _require_room(actor: Actor) -> None:
    """Calls of one holder come one after the other from here, so that the number holds under many at once."""
    hold_lock(f"proposals of {actor.workspace.pk} {actor.limits.holder}")
    now = clock.now()
    # All that wait were made since, which is what keeps the count short.
    rows = Proposal.objects.for_workspace(actor.workspace).filter(
        holder=actor.limits.holder, created_at__gt=now - EXPIRES_AFTER
    )
    waiting = rows.filter(status=ProposalStatus.PENDING, expires_at__gt=now).order_by()
    if waiting[:MAX_WAITING].count() >= MAX_WAITING:
        detail = f"{MAX_WAITING:,} writes of it wait for an approval already: a member has to decide some of them first"
        raise DomainError("rate_limited", detail)
