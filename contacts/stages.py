"""The history of stages: a row for each stage that a contact came to, with its time and cause.

Every way to add a contact or to change its stage writes it, in the same transaction and with the contact's row locked.
Who comes to a stage has thereby reached the earlier ones: those that the contact had not reached before get rows too,
of the same instant, with the cause ``implied``. Only the figures and the export of a person's data read these.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from contacts.models import Contact, Stage, StageChange
from crmsolid.core.unit_of_work import insert_later
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

# Causes: a message was sent; a contact has written, or has written an opt-out word, for which no rule gives points.
MESSAGE, REPLY, OPT_OUT = "message", "reply", "opt_out"
# The cause of the rows that say that an earlier stage was reached together with a later one.
IMPLIED = "implied"

_ORDER = (Stage.NEW, Stage.CONTACTED, Stage.REPLIED, Stage.QUALIFIED, Stage.WON)


def implied_stages(stage: str) -> tuple[Stage, ...]:
    """The stages that a contact in this one has reached too. ``lost`` is outside of their order: who is lost was
    added, and nothing else is known of the contact."""
    return (Stage.NEW,) if stage == Stage.LOST else _ORDER[: _ORDER.index(Stage(stage))]


def cause_of(who: Actor | Workspace | int) -> str:
    """The cause that is kept for what ``who`` does: the interface, or ``message`` if it was a message."""
    if not isinstance(who, Actor):
        return MESSAGE
    return who.surface if who.surface != "system" else who.subject.label[:40]


def added(contacts: Sequence[Contact], cause: str) -> None:
    """These contacts were added, in the stages in which they are stored. A single one is written at the end of the unit
    of work."""
    rows = [row for contact in contacts for row in _rows(contact, "", contact.created_at, cause)]
    if len(contacts) == 1:
        insert_later(*rows)
    elif rows:
        StageChange.objects.for_workspace(rows[0].workspace_id).bulk_create(rows)


def changed(moves: Iterable[tuple[Contact, str, datetime]], cause: str) -> None:
    """These contacts came to the stages that they are in: from another one, at a time."""
    moves = list(moves)
    if not moves:
        return
    changes = StageChange.unscoped.filter(contact__in=[contact for contact, _, _ in moves], is_first=True)
    reached = set(changes.values_list("contact_id", "stage"))
    rows = []
    for contact, from_stage, at in moves:
        for row in _rows(contact, from_stage, at, cause):
            row.is_first = (contact.id, row.stage) not in reached
            if row.is_first or row.cause != IMPLIED:
                rows.append(row)
    StageChange.unscoped.bulk_create(rows)


def _rows(contact: Contact, from_stage: str, at: datetime, cause: str) -> Iterator[StageChange]:
    """What to write for a contact that comes to its stage and had reached none before; the row of that stage last."""
    common = {"workspace_id": contact.workspace_id, "contact_id": contact.id, "entered_at": contact.created_at}
    for stage in implied_stages(contact.stage):
        yield StageChange(**common, from_stage=stage.value, stage=stage.value, is_first=True, at=at, cause=IMPLIED)
    yield StageChange(**common, from_stage=from_stage, stage=contact.stage, is_first=True, at=at, cause=cause)


def advance(
    contacts: Iterable[Contact], earlier: Sequence[Stage], stage: Stage, at: datetime, cause: str
) -> list[Contact]:
    """Write down that those of these contacts which are in an earlier stage come to this one: at this time, or when
    they were added if a message is older than that. They are returned, with the new stage set and not stored."""
    moves = []
    for contact in contacts:
        if contact.stage in earlier:
            moves.append((contact, str(contact.stage), max(contact.created_at, at)))
            contact.stage = stage.value
    changed(moves, cause)
    return [contact for contact, _, _ in moves]
