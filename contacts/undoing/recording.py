"""Writes down what an assistant or a rule changes on contacts, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from contacts.models import AssistantChange, Contact
from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.authors import AuthorKind, author_of, columns_of

RECORDED = (AuthorKind.ASSISTANT, AuthorKind.RULE)
# Between two changes of one session.
SESSION_GAP = timedelta(minutes=30)
TAGS, ASSIGNEE = "tags", "assignee"
# The names that the API has for the columns that can be taken back. Custom fields are ``custom_fields.KEY``.
FIELDS = {
    "name": "name",
    "given_first_name": "first_name",
    "last_name": "last_name",
    "username": "username",
    "email": "email",
    "phone": "phone",
    "time_zone": "time_zone",
    "stage": "stage",
}


class Change(NamedTuple):
    contact_id: str
    field: str
    old: Any
    new: Any
    thread_id: str = ""


def is_recorded(actor: Any) -> bool:
    """Whether what the actor changes is written down."""
    return isinstance(actor, Actor) and author_of(actor).kind in RECORDED


def columns_before(contact: Contact) -> dict[str, Any]:
    """The columns of a contact that can be taken back, before a change."""
    return {column: getattr(contact, column) for column in (*FIELDS, "custom_fields")}


def field_changes(contact: Contact, before: Mapping[str, Any]) -> list[Change]:
    """How the columns differ now."""
    found = [
        Change(contact.id, name, before[column], getattr(contact, column))
        for column, name in FIELDS.items()
        if before[column] != getattr(contact, column)
    ]
    old, new = before["custom_fields"], contact.custom_fields
    found += [
        Change(contact.id, f"custom_fields.{key}", old.get(key), new.get(key))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]
    return found


def record(actor: Actor, changes: Sequence[Change]) -> None:
    """Write these changes down, and in the audit log that a session began, which leads to what was changed in it.
    Whoever calls it has asked :func:`is_recorded`."""
    if not changes:
        return
    author, now = author_of(actor), clock.now()
    rows = AssistantChange.objects.for_workspace(actor.workspace)
    last = rows.filter(author_ref=author.ref, at__gt=now - SESSION_GAP).order_by("-at", "-id").first()
    session = last.session if last is not None else new_id("ses")
    if last is None:
        audit.record(actor, "assistant.contacts_changed", session)
    rows.bulk_create(
        AssistantChange(workspace=actor.workspace, session=session, at=now, **columns_of(author), **change._asdict())
        for change in changes
    )
