"""Which columns the panel's list of contacts has: those that there are, and those that a member has chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contacts import custom_fields
from contacts.models import ContactColumns, CustomField
from contacts.segments.fields import CUSTOM
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope

MAX_COLUMNS = 20
# The name of the contact is always there, in front.
OWN = {
    "username": "Username",
    "email": "E-mail",
    "phone": "Phone",
    "stage": "Stage",
    "tags": "Tags",
    "score": "Score",
    "opted_out": "Opted out",
    "time_zone": "Time zone",
    "last_in_at": "Last wrote",
    "last_out_at": "Last written to",
    "created_at": "Added",
    "updated_at": "Changed",
}
DEFAULT = ("username", "stage", "tags", "score", "last_in_at", "created_at")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. ``key`` is that of a custom field, else empty."""

    name: str
    label: str
    key: str = ""


def available(definitions: Mapping[str, CustomField]) -> dict[str, Column]:
    """All columns by their names. ``definitions`` are the workspace's custom fields by key."""
    own = {name: Column(name, label) for name, label in OWN.items()}
    return own | {f"{CUSTOM}{key}": Column(f"{CUSTOM}{key}", field.label, key) for key, field in definitions.items()}


def chosen(actor: Actor, columns: Mapping[str, Column]) -> list[Column]:
    """The columns that the member has chosen for the workspace, without those whose field is gone; else the usual."""
    names: Sequence[str] | None = None
    if actor.subject.kind == "user":
        rows = ContactColumns.objects.for_workspace(actor.workspace).filter(user_id=int(actor.subject.id))
        names = rows.values_list("columns", flat=True).first()
    return [columns[name] for name in (DEFAULT if names is None else names) if name in columns]


@unit_of_work()
def choose_columns(actor: Actor, names: Sequence[str]) -> None:
    """Remember the columns that a member wants to see, in this order. Everybody who reads contacts may.

    Errors: ``scope_missing``, ``forbidden`` for who is no member, ``validation_failed``.
    """
    actor.require(Scope.READ_CONTACTS)
    if actor.subject.kind != "user":
        raise DomainError("forbidden", "only members have a list of contacts of their own")
    known = available(custom_fields.by_key(actor.workspace))
    names = list(dict.fromkeys(names))
    if unknown := [name for name in names if name not in known]:
        raise invalid("columns", "invalid_choice", f"there is no column {unknown[0][:60]}")
    if len(names) > MAX_COLUMNS:
        raise invalid("columns", "max_length", f"choose at most {MAX_COLUMNS} columns")
    ContactColumns.objects.for_workspace(actor.workspace).update_or_create(
        user_id=int(actor.subject.id),
        defaults={"columns": names},
        create_defaults={"columns": names, "workspace": actor.workspace, "user_id": int(actor.subject.id)},
    )
