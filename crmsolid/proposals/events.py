"""The events of proposals, and how those who see them hear of a change."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction

from crmsolid.core.batches import go_on_after_error
from crmsolid.events.catalogue import EventType, declare
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.limits.waiting import may_decide
from crmsolid.proposals import querysets
from crmsolid.proposals.representations import ProposalOut
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Workspace
from messaging import notices
from messaging.alerts import recording
from messaging.models import Thread

logger = logging.getLogger("crmsolid.proposals")

_PROPOSAL = ProposalOut.data_schema()

PROPOSAL_CREATED = declare(
    "proposal.created", "A write of a key or an assistant waits for an approval.", proposal=_PROPOSAL
)
PROPOSAL_DECIDED = declare(
    "proposal.decided",
    "A proposal does not wait any more: a member has approved or rejected it, who asked has taken it back (`rejected`),"
    " or nobody has decided in time (`expired`).",
    proposal=_PROPOSAL,
)
PROPOSAL_ENDED = declare(
    "proposal.ended",
    "A proposal that was approved was carried out (`approved`), or could not be (`stale`, `failed`), as `problem`"
    " says.",
    proposal=_PROPOSAL,
)


def publish_change(who: Actor, type: EventType, proposal: Proposal) -> None:
    """Publish the proposal as it is now, in the transaction of what has changed it, and tell the pages that show it
    after the commit."""
    querysets.load_people(proposal.workspace, [proposal])
    publish_all(who, [_event_of(type, proposal)])
    is_new = type == PROPOSAL_CREATED and proposal.status == ProposalStatus.PENDING and not proposal.outcome
    transaction.on_commit(partial(_tell, proposal, is_new=is_new))


def publish_ended(who: Actor, proposals: Sequence[Proposal]) -> None:
    """Publish many of one workspace that have ended together, as :func:`publish_change`. The members are told once."""
    querysets.load_people(who.workspace, proposals)
    publish_all(who, [_event_of(PROPOSAL_ENDED, each) for each in proposals])
    transaction.on_commit(partial(_tell_ended, who.workspace, [each.scopes for each in proposals]))


def _tell_ended(workspace: Workspace, scopes: Sequence[list[str]]) -> None:
    """Tell the members who could decide one of those with these scopes."""
    members = Membership.objects.for_workspace(workspace.owner_workspace).filter(user__is_active=True)
    for user_id, role in members.values_list("user_id", "role"):
        if any(may_decide(role, each) for each in scopes):
            notices.tell_member(user_id)


def _event_of(type: EventType, proposal: Proposal) -> NewEvent:
    account_id: Any = proposal.arguments.get("account_id")
    account_id = account_id if isinstance(account_id, int) else None
    return NewEvent(type, {"proposal": ProposalOut.render(proposal)}, proposal.contact_id, account_id=account_id)


def _tell(proposal: Proposal, *, is_new: bool) -> None:
    """Tell the members who can decide it, and the conversations with its contact."""
    live = proposal.workspace.owner_workspace
    members = Membership.objects.for_workspace(live).filter(user__is_active=True).values_list("user_id", "role")
    deciders = [user_id for user_id, role in members if may_decide(role, proposal.scopes)]
    if is_new:
        with go_on_after_error(logger, "a proposal was not told to members"), transaction.atomic():
            recording.proposed(proposal.workspace, deciders)
    for user_id in deciders:
        notices.tell_member(user_id)
    if proposal.contact_id:
        threads = Thread.objects.for_workspace(proposal.workspace).filter(contact=proposal.contact_id)
        for thread_id in threads.values_list("pk", flat=True):
            notices.tell(notices.Notice(proposal.workspace_id, thread_id, notices.CHANGED))
