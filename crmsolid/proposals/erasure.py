"""What proposals keep about a contact: emptied when the contact is erased, and part of the contact's export."""

from collections.abc import Callable, Iterator
from typing import Any

from contacts.erasing.operands import Person
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.events.models import Event
from crmsolid.limits.models import Proposal, ProposalStatus
from crmsolid.proposals import drafts
from crmsolid.proposals.events import PROPOSAL_CREATED, PROPOSAL_DECIDED, PROPOSAL_ENDED, publish_ended
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor

# So many are emptied in one statement.
BATCH = 500
ERASED = "the contact was erased"
TYPES = [each.name for each in (PROPOSAL_CREATED, PROPOSAL_DECIDED, PROPOSAL_ENDED)]


def erase(workspace_id: int, contact_id: str) -> None:
    """Empty the proposals about the contact, and those that name it; one that waits ends as ``stale``. Of the others
    only that the contact's text was read is taken away."""
    is_named_in = _naming(workspace_id, contact_id)
    _give_events(workspace_id, contact_id)
    about, read = [], []
    for proposal in _concerned(workspace_id, contact_id, is_named_in):
        if any(each["contact_id"] == contact_id for each in proposal.because):
            without = [
                {**each, "contact_id": ""} if each["contact_id"] == contact_id else each for each in proposal.because
            ]
            read.append(Proposal(pk=proposal.pk, because=without))
        if _is_about(proposal, contact_id, is_named_in):
            about.append(proposal.pk)
    rows = Proposal.objects.for_workspace(workspace_id)
    rows.bulk_update(read, ["because"], batch_size=BATCH)
    for start in range(0, len(about), BATCH):
        _empty(rows.filter(pk__in=about[start : start + BATCH]), contact_id)


def _empty(rows: Any, contact_id: str) -> None:
    """Empty these proposals, and end those that wait, in a few statements."""
    emptied: dict[str, Any] = {"arguments": {}, "state_seen": {}, "result": None, "note": "", "contact_id": ""}
    waits = rows.filter(status__in=[ProposalStatus.PENDING, ProposalStatus.APPROVED], run_at__isnull=True)
    # The one that is being carried out, if that is the erasure itself, is ended by whoever carries it out.
    waits = waits.exclude(status=ProposalStatus.APPROVED, operation="delete_contact", contact_id=contact_id)
    ids = list(waits.select_for_update().order_by("pk").values_list("pk", flat=True))
    ended = rows.filter(pk__in=ids)
    rows.exclude(pk__in=ids).update(problem="", **emptied)
    if ids:
        ended.update(status=ProposalStatus.STALE, problem=ERASED, run_at=clock.now(), **drafts.NOT_COMPARED, **emptied)
        found = list(ended.select_related("decided_by", "workspace__live").order_by("created_at", "pk"))
        system = Actor.system(found[0].workspace)
        audit.record_each(system, "proposal.stale", {each.pk: {"operation": each.operation} for each in found})
        publish_ended(system, found)


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``proposals``: those about the contact or that name it, and those that wait because its text was read."""
    is_named_in = _naming(workspace_id, contact_id)
    return {
        "proposals": [
            {
                "id": each.pk,
                "operation": each.operation,
                "arguments": each.arguments if _is_about(each, contact_id, is_named_in) else None,
                "status": each.status,
                "read_at": next((read["read_at"] for read in each.because if read["contact_id"] == contact_id), None),
                "created_at": rfc3339(each.created_at),
            }
            for each in _concerned(workspace_id, contact_id, is_named_in)
        ]
    }


def _concerned(workspace_id: int, contact_id: str, is_named_in: Callable[[Any], bool]) -> Iterator[Proposal]:
    """What a client sent can be any JSON, so all proposals are looked through."""
    rows = Proposal.objects.for_workspace(workspace_id).select_related("workspace").order_by("created_at", "pk")
    for proposal in rows.iterator():
        was_read = any(read["contact_id"] == contact_id for read in proposal.because)
        if was_read or _is_about(proposal, contact_id, is_named_in):
            yield proposal


def _is_about(proposal: Proposal, contact_id: str, is_named_in: Callable[[Any], bool]) -> bool:
    said = [proposal.arguments, proposal.state_seen, proposal.result, proposal.problem, proposal.note]
    return proposal.contact_id == contact_id or is_named_in(said)


def _naming(workspace_id: int, contact_id: str) -> Callable[[Any], bool]:
    """Whether a JSON value has the contact's id, or names the person."""
    person = Person.of(Contact.objects.for_workspace(workspace_id).get(pk=contact_id))
    return lambda value: _has(value, contact_id) or person.is_named_in(value)


def _has(value: Any, contact_id: str) -> bool:
    if isinstance(value, dict):
        return any(_has(each, contact_id) for each in (*value, *value.values()))
    if isinstance(value, list):
        return any(_has(each, contact_id) for each in value)
    return isinstance(value, str) and contact_id in value


def _give_events(workspace_id: int, contact_id: str) -> None:
    """Make the events of proposals that have the contact's name events about the contact: what erases those, which
    comes after this, empties them with their deliveries."""
    rows = Event.objects.for_workspace(workspace_id).filter(type__in=TYPES).exclude(body=b"")
    found = [pk for pk, body in rows.values_list("pk", "body").iterator() if contact_id.encode() in bytes(body)]
    rows.filter(pk__in=found).update(contact_id=contact_id)
