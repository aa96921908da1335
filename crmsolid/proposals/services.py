"""Services of proposals: their asker lists, reads and takes them back; members decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crmsolid.api.pagination import Page, page
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import waiting
from crmsolid.limits.checks import NOT_COMPARED
from crmsolid.limits.models import DraftOutcome, Proposal, ProposalStatus
from crmsolid.proposals import drafts, querysets
from crmsolid.proposals.events import PROPOSAL_CREATED, PROPOSAL_DECIDED, publish_change
from crmsolid.proposals.operations import operations
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import WRITERS, Actor, Scope
from crmsolid.workspaces.models import Role
from messaging.models import Message
from messaging.review import RENDERED_TEXT

RUN_TASK = "proposals.run"
MAX_NOTE = 1_000
MAX_TOGETHER = 100
EDITED_NOTE = "edited before it was approved"
# What the writer of a draft is told when the member has answered without it.
DRAFT_NOTES = {
    DraftOutcome.SAME: "the same text was sent",
    DraftOutcome.EDITED: "an edited text was sent",
    DraftOutcome.OTHER: "another text was sent",
}
# What of a call can be edited before it is approved: what it says and when, never to whom.
EDITABLE: Mapping[str, tuple[str, ...]] = {
    "send_message": ("text", "format", "send_at"),
    "update_message": ("text", "format", "send_at"),
}
# What an edited proposal has of the one from which it was edited.
OF_THE_CALL = (
    *("holder", "asker_kind", "asker_id", "asker_name", "surface", "request_id", "operation", "scopes"),
    *("contact_id", "reason", "because", "expires_at"),
)


# --- Who asked --------------------------------------------------------------------------------------------------------
def list_proposals(actor: Actor, *, status: str | None = None, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the proposals of this key or assistant, newest first. Errors: ``invalid_cursor``."""
    rows = _own(actor)
    if status is not None:
        rows = in_status(rows, status)
    filters = {"status": status or ""}
    found = page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
    querysets.load_people(actor.workspace, found.rows)
    return found


def get_proposal(actor: Actor, proposal_id: str) -> Proposal:
    """One proposal of this key or assistant. Errors: ``not_found``."""
    return _loaded(actor, _own(actor).get_or_not_found(proposal_id))


@unit_of_work()
def cancel_proposal(actor: Actor, proposal_id: str) -> Proposal:
    """Take back a proposal that waits: it ends as ``rejected``. Errors: ``not_found``; ``invalid_state`` if it does not
    wait any more."""
    proposal = get_proposal(actor, proposal_id)
    _decide(actor, proposal, ProposalStatus.REJECTED, canceled=True, **drafts.NOT_COMPARED)
    audit.record(actor, "proposal.canceled", proposal.id, operation=proposal.operation)
    return _published(actor, proposal)


def in_status(rows: Any, status: str) -> Any:
    """Those in this status now: one that was not decided in time is expired, also before a task has said so."""
    waits = {"status": ProposalStatus.PENDING}
    if status == ProposalStatus.PENDING:
        return rows.filter(**waits, expires_at__gt=clock.now())
    if status == ProposalStatus.EXPIRED:
        return rows.filter(status=status) | rows.filter(**waits, expires_at__lte=clock.now())
    return rows.filter(status=status)


# --- Members ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Decided:
    """What became of several that were decided together: how many were, and how many did not wait any more."""

    done: int
    over: int


def list_waiting(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of what waits and the member can decide, the oldest first. Errors: ``forbidden``, ``invalid_cursor``."""
    _require_member(actor)
    rows = waiting.waiting_for(actor.workspace, actor.role).order_by()
    return _page(actor, rows, "created_at", limit, cursor, {"status": ProposalStatus.PENDING.value})


def list_ended(actor: Actor, status: str, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of those that have ended so, the newest first. Errors: ``forbidden``, ``invalid_cursor``."""
    _require_member(actor)
    rows = Proposal.objects.for_workspace(actor.workspace).filter(status=status).select_related("decided_by")
    return _page(actor, rows, "-created_at", limit, cursor, {"status": status})


def find_for_member(actor: Actor, proposal_id: str) -> Proposal:
    """One proposal of the workspace, for its members. Errors: ``forbidden``, ``not_found``."""
    _require_member(actor)
    return _loaded(actor, _rows(actor).get_or_not_found(proposal_id))


@unit_of_work()
def decide(actor: Actor, proposal_id: str, *, approve: bool, note: str = "") -> Proposal:
    """Approve a proposal, which is then carried out by a worker, or reject it.

    Errors: ``forbidden`` for anybody but members who may write; ``scope_missing`` for members who could not do the call
    themselves; ``not_found``; ``invalid_state`` if it does not wait any more.
    """
    proposal = _decidable(actor, proposal_id)
    status = ProposalStatus.APPROVED if approve else ProposalStatus.REJECTED
    columns: dict[str, Any] = {"decided_by_id": int(actor.subject.id), "note": note.strip()[:MAX_NOTE]}
    if proposal.outcome and approve:
        columns |= {"outcome": DraftOutcome.SAME, "kept_percent": 100}
    _decide(actor, proposal, status, **columns)
    action = "proposal.approved" if approve else "proposal.rejected"
    audit.record(actor, action, proposal.id, operation=proposal.operation)
    return _published(actor, proposal)


def decide_many(actor: Actor, proposal_ids: Sequence[str], *, approve: bool, note: str = "") -> Decided:
    """:func:`decide` several proposals of one operation and one asker, at most ``MAX_TOGETHER``, each by itself.

    Errors: as :func:`decide`, but for those that do not wait any more, which are counted; ``validation_failed`` for
    none, too many, or for different ones.
    """
    _require_member(actor)
    ids = list(dict.fromkeys(proposal_ids))
    if not 1 <= len(ids) <= MAX_TOGETHER:
        raise invalid("ids", "invalid", f"choose 1 to {MAX_TOGETHER} proposals")
    found = list(_rows(actor).filter(pk__in=ids).values_list("pk", "operation", "holder"))
    if len({(operation, holder) for _, operation, holder in found}) > 1:
        raise invalid("ids", "invalid", "choose proposals of one kind, by one key or assistant")
    done = 0
    for proposal_id, *_ in found:
        try:
            decide(actor, proposal_id, approve=approve, note=note)
        except DomainError as error:
            if error.code not in ("invalid_state", "not_found"):
                raise
        else:
            done += 1
    return Decided(done, len(ids) - done)


@unit_of_work()
def edit_and_approve(actor: Actor, proposal_id: str, arguments: Mapping[str, Any]) -> Proposal:
    """Approve a proposal with other ``arguments``, of those that ``EDITABLE`` names: a new proposal, which has them, is
    approved, and the first one ends as rejected with a note that says so. An argument that is None is left out.

    Errors: as :func:`decide`; ``validation_failed``.
    """
    first = _decidable(actor, proposal_id)
    allowed = EDITABLE.get(first.operation, ())
    for name in arguments:
        if name not in allowed:
            raise invalid(name, "invalid", "this cannot be edited")
    changed = {name: value for name, value in {**first.arguments, **arguments}.items() if value is not None}
    tool = operations()[first.operation]
    parsed = tool.parse(changed, actor.workspace)
    member, now = int(actor.subject.id), clock.now()
    state = {**first.state_seen, **({RENDERED_TEXT: NOT_COMPARED} if RENDERED_TEXT in first.state_seen else {})}
    columns: dict[str, Any] = {"decided_by_id": member, "note": EDITED_NOTE}
    if first.outcome:
        text, edited_text = (str(each.get("text") or "") for each in (first.arguments, changed))
        columns["outcome"], columns["kept_percent"] = drafts.compare(text, edited_text)
    _decide(actor, first, ProposalStatus.REJECTED, **columns)
    audit.record(actor, "proposal.rejected", first.id, operation=first.operation)
    edited: Proposal = Proposal.objects.for_workspace(actor.workspace).create(
        workspace=actor.workspace,
        **{name: getattr(first, name) for name in OF_THE_CALL},
        arguments={**parsed.ids, **parsed.sent},
        state_seen=state,
        edited_from=first.pk,
        status=ProposalStatus.APPROVED,
        decided_by_id=member,
        decided_at=now,
        created_at=now,
    )
    audit.record(actor, "proposal.created", edited.id, operation=edited.operation, edited_from=first.id)
    audit.record(actor, "proposal.approved", edited.id, operation=edited.operation)
    transaction.on_commit(lambda: doorbell.ring(RUN_TASK))
    _published(actor, first)
    edited = _loaded(actor, _rows(actor).get_or_not_found(edited.id))
    publish_change(actor, PROPOSAL_CREATED, edited)
    publish_change(actor, PROPOSAL_DECIDED, edited)
    return edited


def member_wrote(message: Message, actor: Actor | None) -> None:
    """A member has written the message, without an actor on the phone: compare it with the drafts of its conversation.
    Those that wait end as rejected. Runs in the transaction that stores the message."""
    found = drafts.open_drafts(message)
    for draft, outcome, kept in drafts.compare_each(found, message) if found else ():
        rows = Proposal.objects.for_workspace(message.workspace_id).filter(pk=draft.pk)
        rows.update(outcome=outcome, kept_percent=kept)
        if draft.status == ProposalStatus.PENDING:
            who = actor or Actor.system(draft.workspace)
            decided_by_id = int(who.subject.id) if who.subject.kind == "user" else None
            _decide(who, draft, ProposalStatus.REJECTED, decided_by_id=decided_by_id, note=DRAFT_NOTES[outcome])
            audit.record(who, "proposal.rejected", draft.pk, operation=draft.operation)
            _published(who, draft)


def _require_member(actor: Actor) -> None:
    if actor.role is None:
        raise DomainError("forbidden", "a member decides this, in the panel")
    actor.require_role(*(Role(role) for role in sorted(WRITERS)))


def _decidable(actor: Actor, proposal_id: str) -> Proposal:
    _require_member(actor)
    proposal: Proposal = Proposal.objects.for_workspace(actor.workspace).get_or_not_found(proposal_id)
    for scope in proposal.scopes:
        actor.require(Scope(scope))
    return proposal


def _decide(actor: Actor, proposal: Proposal, status: ProposalStatus, **columns: Any) -> None:
    """Whoever is first decides. ``invalid_state`` for all others."""
    rows = Proposal.objects.for_workspace(actor.workspace).filter(pk=proposal.pk)
    now = clock.now()
    changed = in_status(rows, ProposalStatus.PENDING).update(status=status, decided_at=now, **columns)
    if not changed:
        raise DomainError("invalid_state", what_happened(actor, rows.select_related("decided_by").get()))
    if status == ProposalStatus.APPROVED:
        transaction.on_commit(lambda: doorbell.ring(RUN_TASK))


def what_happened(actor: Actor, proposal: Proposal) -> str:
    """Why a proposal does not wait any more, for somebody who wants to decide it."""
    if proposal.canceled:
        return "whoever asked has taken this back"
    if proposal.decided_at is None or proposal.status in (ProposalStatus.PENDING, ProposalStatus.EXPIRED):
        return "this proposal has expired: nobody decided it in time"
    is_own = actor.subject.kind == "user" and proposal.decided_by_id == int(actor.subject.id)
    who = "you have" if is_own else f"{proposal.decided_by.shown_name if proposal.decided_by else 'somebody else'} has"
    did = "rejected" if proposal.status == ProposalStatus.REJECTED else "approved"
    if proposal.note == EDITED_NOTE:
        did = "edited and approved"
    elif proposal.note in DRAFT_NOTES.values():
        did = "answered"
    is_now = (clock.now() - proposal.decided_at).total_seconds() < 120
    return f"{who} {did} this {'a moment ago' if is_now else 'already'}"


def _published(actor: Actor, proposal: Proposal) -> Proposal:
    """The proposal as it is once it is decided, which is published."""
    decided = _loaded(actor, _rows(actor).get_or_not_found(proposal.id))
    publish_change(actor, PROPOSAL_DECIDED, decided)
    return decided


def _rows(actor: Actor) -> Any:
    return Proposal.objects.for_workspace(actor.workspace).select_related("decided_by", "workspace__live")


def _page(actor: Actor, rows: Any, sort: str, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    found = page(rows, sort=sort, limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
    querysets.load_people(actor.workspace, found.rows)
    return found


def _own(actor: Actor) -> Any:
    """What this key, or the member by this assistant, has asked for; nothing for anybody else."""
    holder = actor.limits.holder or "-"
    rows = Proposal.objects.for_workspace(actor.workspace).filter(holder=holder).select_related("decided_by")
    return querysets.of_accounts(rows, actor.workspace)


def _loaded(actor: Actor, proposal: Proposal) -> Proposal:
    querysets.load_people(actor.workspace, [proposal])
    return proposal
