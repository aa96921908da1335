"""Asks the member who connected an assistant, in the assistant's client, about a write that waits."""

from dataclasses import replace
from typing import Any

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.limits.checks import Reason
from crmsolid.limits.models import ProposalStatus
from crmsolid.proposals import running, services
from crmsolid.proposals.representations import ProposalOut
from crmsolid.proposals.wording import title_of
from crmsolid.workspaces.actor import WRITERS, Actor, Scope
from crmsolid.workspaces.models import Membership

MAX_QUESTION = 8_000


def question_for(actor: Actor, user_id: int, proposal_id: str) -> str | None:
    """What the member is asked, with everything that would be sent or changed; None where the panel alone decides: a
    call about more than one contact, a draft, one that does not wait any more or is too long to show, and a member who
    could not do it."""
    proposal = services.get_proposal(actor, proposal_id)
    member = _member(actor, user_id)
    if (
        not proposal.contact_id
        or proposal.reason == Reason.DRAFT  # its client may not send by answering for the member
        or proposal.status != ProposalStatus.PENDING
        or proposal.expires_at <= clock.now()
        or member is None
        or member.role not in WRITERS
        or not all(member.has(Scope(scope)) for scope in proposal.scopes)
    ):
        return None
    asker, workspace = _in_one_line(actor.subject.label), _in_one_line(actor.workspace.name)
    lines = [f"{asker} asks in the workspace {workspace}:", _in_one_line(title_of(proposal)), ""]
    for name, value in proposal.arguments.items():
        lines += _shown(name, value)
        if name in proposal.names:
            lines += [f"> {line}" for line in proposal.names[name].splitlines()]
    lines += ["", f"Why you are asked: {Reason(proposal.reason).label}."]
    question = "\n".join(lines)
    return question if len(question) <= MAX_QUESTION else None


def _in_one_line(words: str) -> str:
    """Names are chosen by others, so no line of one may look like the rest of the question."""
    return " ".join(words.split())


def _shown(name: str, value: Any) -> list[str]:
    """An argument. Each line of a text has a mark before it, so that no text looks like the rest of the question."""
    if (isinstance(value, str) and len(value.splitlines()) > 1) or name == "text":
        return [f"{name}:", *(f"> {line}" for line in str(value).splitlines())]
    return [f"{name}: {value}"]


def answer(actor: Actor, user_id: int, proposal_id: str, approve: bool) -> None:
    """What the member has answered, as their decision; an approved call is carried out at once. Errors: as
    :func:`services.decide`."""
    services.get_proposal(actor, proposal_id)
    member = _member(actor, user_id)
    if member is None:
        raise DomainError("forbidden", "whoever connected the assistant is no member any more")
    # In the audit log it is the member's, through an assistant.
    through = replace(member, surface=actor.surface, ip=actor.ip, request_id=actor.request_id)
    services.decide(through, proposal_id, approve=approve)
    if approve:
        running.run_one(actor.workspace, proposal_id)


def as_answered(actor: Actor, proposal_id: str) -> dict[str, Any]:
    """The proposal as it is now, as the API shows it."""
    return ProposalOut.render(services.get_proposal(actor, proposal_id))


def _member(actor: Actor, user_id: int) -> Actor | None:
    live = actor.workspace.owner_workspace
    memberships = Membership.objects.for_workspace(live).filter(user__is_active=True, user=user_id)
    membership = memberships.select_related("user").first()
    return None if membership is None else Actor.member(membership, actor.workspace)
