"""The history of stages: a row for each stage that a contact came to, with its time and cause.

Every way to add a contact or to change its stage writes it, in the same transaction and with the contact's row locked.
Who comes to a stage has thereby reached the earlier ones: those that the contact had not reached before get rows too,
of the same instant, with the cause ``implied``. Only the figures and the export of a person's data read these.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from contacts.models import Contact, Stage, StageChange
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

_contacts, _changes = Table(Contact), Table(StageChange)

# Causes: a contact has written, or has written an opt-out word, for which no rule gives points.
REPLY, OPT_OUT = "reply", "opt_out"
# The cause of the rows that say that an earlier stage was reached together with a later one.
IMPLIED = "implied"

_ORDER = (Stage.NEW, Stage.CONTACTED, Stage.REPLIED, Stage.QUALIFIED, Stage.WON)


def implied_stages(stage: str) -> tuple[Stage, ...]:
    """The stages that a contact in this one has reached too. ``lost`` is outside of their order: who is lost was
    added, and nothing else is known of the contact."""
    return (Stage.NEW,) if stage == Stage.LOST else _ORDER[: _ORDER.index(Stage(stage))]


# Pairs of a stage and one that is reached with it, the stage itself included. ``new`` is reached by being added.
_PAIRS = [(stage.value, reached.value) for stage in Stage for reached in (*implied_stages(stage), stage)]
_REACHED = "(VALUES {}) AS p".format(", ".join(f"('{stage}', '{reached}')" for stage, reached in _PAIRS))
_COLUMNS = "workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause"
# What is inserted for each pair whose first stage is ``{stage}``, the one that the contact ``c`` comes to at ``{at}``.
# The row of that stage is the last one.
_INSERT = (
    f"INSERT INTO {_changes.name} ({_COLUMNS})"
    " SELECT c.workspace_id, c.id, CASE WHEN p.column1 = p.column2 THEN {from_stage} ELSE p.column2 END, p.column2,"
    " f.id IS NULL, c.created_at, {at}, CASE WHEN p.column1 = p.column2 THEN %s ELSE"
    f" '{IMPLIED}' END FROM {{source}} JOIN {_REACHED} ON p.column1 = {{stage}}"
    f" LEFT JOIN {_changes.name} f ON f.contact_id = c.id AND f.stage = p.column2 AND f.is_first"
    " WHERE (f.id IS NULL OR p.column1 = p.column2) AND {where} ORDER BY p.column1 = p.column2"
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
        where, ids = "c.id = ANY(%s)", [[contact.id for contact in contacts]]
        insert = _INSERT.format(
            from_stage="''", stage="c.stage", at="c.created_at", source=f"{_contacts.name} c", where=where
        )
        run(insert, [cause, *ids])
        return
    _changes.insert_later(
        [
            {
                "workspace_id": contact.workspace_id,
                "contact_id": contact.id,
                "from_stage": from_stage,
                "stage": str(stage),
                "is_first": True,
                "entered_at": contact.created_at,
                "at": contact.created_at,
                "cause": cause_of_row,
            }
            for contact in contacts
            for stage, from_stage, cause_of_row in (
                *((implied, implied, IMPLIED) for implied in implied_stages(contact.stage)),
                (contact.stage, "", cause),
            )
        ]
    )


def changed(from_stages: Mapping[str, str], stages: Mapping[str, str], at: datetime, cause: str) -> None:
    """The stages of these contacts have changed. Both mappings are by the contact's id."""
    if not stages:
        return
    rows = rows_source({"contact": "text", "from_stage": "text", "stage": "text"})
    source = f"{rows} JOIN {_contacts.name} c ON c.id = r.contact"
    run(
        _INSERT.format(from_stage="r.from_stage", stage="r.stage", at="%s", source=source, where="TRUE"),
        [
            at,
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
    where, ids = "c.id = ANY(%s)", [list(contact_ids)]
    stages = ", ".join(f"'{each.value}'" for each in earlier)
    insert = _INSERT.format(
        from_stage="c.stage",
        stage=f"'{stage.value}'",
        at="greatest(c.created_at, %s)",
        source=f"{_contacts.name} c",
        where=f"{where} AND c.stage IN ({stages})",
    )
    rows = fetch(f"{insert} RETURNING contact_id, at", [at, cause, *ids])
    return dict(rows)
