"""Reads of proposals that have a name."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, QuerySet, TextField, When
from django.db.models.fields.json import KT

from contacts.models import Contact, ContactNote, Segment
from crmsolid.limits.models import Proposal
from crmsolid.workspaces.models import Membership, Workspace
from messaging.models import Account, Broadcast, Message, Template, Thread
from sequences.models import Enrollment
from sequences.models import Sequence as DripSequence
from webhooks.models import Endpoint

_SAYS = Case(When(text="", then=F("kind")), default=F("text"), output_field=TextField())
# What an argument names: its model, and the column (or expression) with its name.
NAMED: dict[str, tuple[Any, Any]] = {
    "account_id": (Account, "name"),
    "segment_id": (Segment, "name"),
    "template_id": (Template, "name"),
    "broadcast_id": (Broadcast, "name"),
    "sequence_id": (DripSequence, "name"),
    "endpoint_id": (Endpoint, "url"),
    "enrollment_id": (Enrollment, F("sequence__name")),
    # What these say: a message without text is called by its kind.
    "message_id": (Message, _SAYS),
    "reply_to": (Message, _SAYS),
    "note_id": (ContactNote, F("text")),
}
# A member, by their user's id.
ASSIGNEE = "assignee_id"
# What an argument names that is of an account.
OF_ACCOUNTS: dict[str, Any] = {"thread_id": Thread, "message_id": Message, "enrollment_id": Enrollment}


def of_accounts(rows: QuerySet[Proposal], workspace: Workspace) -> QuerySet[Proposal]:
    """These proposals without those whose call is about a conversation, a message or an enrollment of an account that
    a narrowed key does not see. Those that name an account are left out by ``Proposal.within``."""
    if workspace.edge is None or not workspace.edge.account_ids:
        return rows
    for argument, model in OF_ACCOUNTS.items():
        beyond = model.objects.for_workspace(workspace.pk).exclude(account_id__in=workspace.edge.account_ids)
        rows = rows.alias(named=KT(f"arguments__{argument}")).exclude(Exists(beyond.filter(pk=OuterRef("named"))))
    return rows


def load_people(workspace: Workspace, proposals: Sequence[Proposal]) -> None:
    """Load the contacts that the proposals are about (``contact``) and whose text was read (``reads``) with one query,
    and what the rows that their arguments name are called (``names``) with one for each kind of them."""
    ids = {each.contact_id for each in proposals if each.contact_id}
    ids |= {read["contact_id"] for each in proposals for read in each.because if read["contact_id"]}
    people: dict[str, Contact] = Contact.objects.for_workspace(workspace).in_bulk(list(ids)) if ids else {}
    names = {argument: _names(workspace, argument, proposals) for argument in NAMED}
    names[ASSIGNEE] = _members(workspace, proposals)
    for each in proposals:
        each.contact = people.get(each.contact_id)
        each.reads = [(people.get(read["contact_id"]), read["read_at"]) for read in each.because]
        found = {argument: names[argument].get(str(each.arguments.get(argument))) for argument in names}
        each.names = {argument: name for argument, name in found.items() if name}


def _names(workspace: Workspace, argument: str, proposals: Sequence[Proposal]) -> dict[str, str]:
    """By their ids, what the rows are called that this argument of the proposals names."""
    model, column = NAMED[argument]
    given = _given(argument, proposals)
    if not given:
        return {}
    rows = model.objects.for_workspace(workspace).filter(pk__in=given)
    return {str(pk): name for pk, name in rows.values_list("pk", column)}


def _members(workspace: Workspace, proposals: Sequence[Proposal]) -> dict[str, str]:
    """The same for members."""
    given = _given(ASSIGNEE, proposals)
    if not given:
        return {}
    rows = Membership.objects.for_workspace(workspace.owner_workspace).filter(user__in=given).select_related("user")
    return {str(each.user_id): each.user.shown_name for each in rows}


def _given(argument: str, proposals: Sequence[Proposal]) -> set[int | str]:
    values = (each.arguments.get(argument) for each in proposals)
    return {value for value in values if isinstance(value, int | str)}


def names_of_contacts(workspace: Workspace, proposal: Proposal) -> list[str]:
    """The people whom the proposal lists, by name; those that are not there any more by their ids. One query."""
    listed = proposal.arguments.get("contact_ids")
    ids = [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []
    rows: dict[str, Contact] = Contact.objects.for_workspace(workspace).in_bulk(ids) if ids else {}
    return [str(rows.get(each, each)) for each in ids]
