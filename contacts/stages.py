"""The history of stages: a row for each stage that a contact came to, with its time and cause.

Every way to add a contact or to change its stage writes it, in the same transaction and with the contact's row locked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from contacts.models import Contact, Stage, StageChange
from crmsolid.core.sql.bulk import fetch, ids_clause, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table, datetime_param
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

_contacts, _changes = Table(Contact), Table(StageChange)

# Causes: a contact has written, or has written an opt-out word, for which no rule gives points.
REPLY, OPT_OUT = "reply", "opt_out"

_COLUMNS = "workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause"
# What :func:`advance` and :func:`changed` insert; ``{stage}`` is where the contact comes to, ``{at}`` when.
_INSERT = (
    f"INSERT INTO {_changes.name} ({_COLUMNS})"
    " SELECT c.workspace_id, c.id, {from_stage}, {stage}, NOT EXISTS ("
    f"SELECT 1 FROM {_changes.name} s WHERE s.contact_id = c.id AND s.stage = {{stage}} AND s.is_first"
    "), c.created_at, {at}, %s"
)


def cause_of(who: Actor | Workspace | int) -> str:
    """The cause that is kept for what ``who`` does: the interface, or ``message`` if it was a message."""
    if not isinstance(who, Actor):
        return "message"
    return who.surface if who.surface != "system" else who.subject.label[:40]


def added(contacts: Sequence[Contact], cause: str) -> None:
    """These contacts were added, in the stages in which they are stored. A single one is written at the end of the unit
    of work."""
    if len(contacts) > 1:
        where, ids = ids_clause("id", [contact.id for contact in contacts])
        run(
            f"INSERT INTO {_changes.name} ({_COLUMNS})"
            " SELECT workspace_id, id, '', stage, TRUE, created_at, created_at, %s"
            f" FROM {_contacts.name} WHERE {where}",
            [cause, *ids],
        )
        return
    _changes.insert_later(
        [
            {
                "workspace_id": contact.workspace_id,
                "contact_id": contact.id,
                "from_stage": "",
                "stage": str(contact.stage),
                "is_first": True,
                "entered_at": contact.created_at,
                "at": contact.created_at,
                "cause": cause,
            }
            for contact in contacts
        ]
    )


def changed(from_stages: Mapping[str, str], stages: Mapping[str, str], at: datetime, cause: str) -> None:
    """The stages of these contacts have changed. Both mappings are by the contact's id."""
    if not stages:
        return
    source = rows_source({"contact": "text", "from_stage": "text", "stage": "text"})
    run(
        _INSERT.format(from_stage="r.from_stage", stage="r.stage", at="%s")
        + f" FROM {source} JOIN {_contacts.name} c ON c.id = r.contact",
        [
            datetime_param(at),
            cause,
            rows_parameter([[contact_id, from_stages[contact_id], stage] for contact_id, stage in stages.items()]),
        ],
    )


def advance(
    contact_ids: Sequence[str], earlier: Sequence[Stage], stage: Stage, at: datetime, cause: str
) -> dict[str, datetime]:
    """Write down that those of these contacts which are in an earlier stage come to this one, and return when, by id:
    at this time, or when they were added if a message is older than that. The caller changes the contacts, afterwards.
    """
    where, ids = ids_clause("c.id", contact_ids)
    stages = ", ".join(f"'{each.value}'" for each in earlier)
    not_before = "CASE WHEN c.created_at > %s THEN c.created_at ELSE %s END"
    rows = fetch(
        _INSERT.format(from_stage="c.stage", stage=f"'{stage.value}'", at=not_before)
        + f" FROM {_contacts.name} c WHERE {where} AND c.stage IN ({stages}) RETURNING contact_id, at",
        [datetime_param(at), datetime_param(at), cause, *ids],
    )
    return {contact_id: _changes.convert("at", reached_at) for contact_id, reached_at in rows}
