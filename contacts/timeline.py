"""What happened with a contact, newest first. Each app registers what it keeps of contacts.

A page of the timeline asks each source for as many entries as the page has, by one query, and merges them. Entries are
in the order of their time, the name of the source and the id, so the position of the last one tells each source where
to go on, however many entries have the same time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils.html import format_html

from contacts import notes, stages
from contacts.models import Contact, Stage
from crmsolid.api.pagination import Page
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope

LIMIT = 40

# What changed a stage, in words.
CAUSES = {
    "rest": "by the API",
    "mcp": "by an assistant",
    "panel": "in the panel",
    "command": "by a command",
    "import": "by an import",
    "bulk": "in a change of many contacts",
    "message": "by a message",
    stages.REPLY: "by a reply",
    stages.OPT_OUT: "by an opt-out word",
    "unknown": "not known why",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message within an entry. ``files`` is markup, ``label`` a type and a text."""

    who: str
    text: str
    files: str = ""
    label: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, or several that belong together: then ``began`` is when the first of them did, and
    ``lines`` are the last ones.

    ``title`` may be markup. ``label`` is a type and a text; ``page`` the name of a panel page and its argument;
    ``link`` a title and an address; ``author`` whoever did it, if it is a person; ``row`` the row behind it, for who
    draws the entry. ``source`` is set by :func:`read`.
    """

    at: datetime
    id: str
    title: str
    text: str = ""
    detail: str = ""
    label: tuple[str, str] | None = None
    page: tuple[str, str] | None = None
    began: datetime | None = None
    lines: tuple[Line, ...] = ()
    link: tuple[str, str] | None = None
    author: str = ""
    row: Any = None
    source: "Source | None" = None


@dataclass(frozen=True, slots=True)
class Position:
    """The place in the timeline just behind an entry."""

    at: datetime
    source: str
    id: str


@dataclass(frozen=True, slots=True)
class Older:
    """The condition for the rows of one source that come after a position."""

    source: str
    position: Position | None

    def than(self, column: str, *, key: str = "pk") -> Q:
        """``column`` has the time of the entries, ``key`` their id."""
        if self.position is None:
            return Q()
        at = self.position.at
        if self.source == self.position.source:
            return Q(**{f"{column}__lte": at}) & (Q(**{f"{column}__lt": at}) | Q(**{f"{key}__lt": self.position.id}))
        return Q(**{f"{column}__lte" if self.source < self.position.source else f"{column}__lt": at})


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of entries. ``group`` is one of ``GROUPS``, ``icon`` its picture.

    ``read`` gets the contact, the condition that makes the entries older than the last page, and how many are wanted.
    It returns them newest first, those of the same time in the falling order of their ids, by one query.
    """

    name: str
    group: str
    icon: str
    read: Callable[[Contact, Older, int], Iterable[Entry]]


MESSAGES, NOTES, CHANGES = GROUPS = "Messages", "Notes", "Changes"

# By their names.
sources: ExtensionPoint[Source] = ExtensionPoint("sources of the timeline")


def read(actor: Actor, contact: Contact, *, group: str = "", limit: int = LIMIT, cursor: str | None = None) -> Page:
    """One page of :class:`Entry`: what happened with the contact, of one group or of all.

    Errors: ``scope_missing``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_CONTACTS)
    actor.require(Scope.READ_MESSAGES)
    position = None if cursor is None else _decode(contact, cursor)
    found = [
        replace(entry, source=source)
        for source in sources.values()
        if group in ("", source.group)
        for entry in source.read(contact, Older(source.name, position), limit + 1)
    ]
    # A stable sort: entries of the same time and source stay in the order in which their source returned them.
    found.sort(key=lambda entry: (entry.at, entry.source.name if entry.source else ""), reverse=True)
    shown = found[:limit]
    if len(found) <= limit:
        return Page(shown, None)
    last = shown[-1]
    assert last.source is not None
    return Page(shown, _encode(contact, Position(last.at, last.source.name, last.id)))


def _encode(contact: Contact, position: Position) -> str:
    return signing.dumps([position.at.isoformat(), position.source, position.id], salt=f"timeline {contact.pk}")


def _decode(contact: Contact, cursor: str) -> Position:
    try:
        at, source, row_id = signing.loads(cursor, salt=f"timeline {contact.pk}")
    except signing.BadSignature:
        raise DomainError("invalid_cursor") from None
    return Position(datetime.fromisoformat(at), source, row_id)


# --- What contacts keep themselves ------------------------------------------------------------------------------------
def _notes(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.notes.select_related("author").filter(older.than("created_at")).order_by("-created_at", "-pk")
    for note in rows[:limit]:
        name = notes.author_name(note)
        title = format_html("<b><bdi>{}</bdi></b> noted", name)
        detail = "edited" if note.edited_at else ""
        yield Entry(note.created_at, note.pk, title, text=note.text, detail=detail, author=name, row=note)


def _stages(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.stage_changes.exclude(cause=stages.IMPLIED).filter(older.than("at")).order_by("-at", "-pk")
    for change in rows[:limit]:
        title = format_html("Added as <b>{}</b>", change.get_stage_display())
        if change.from_stage:
            before, after = Stage(change.from_stage).label, change.get_stage_display()
            title = format_html("Stage from {} to <b>{}</b>", before, after)
        yield Entry(change.at, str(change.pk), title, detail=CAUSES.get(change.cause, change.cause))


def _tags(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    """The tags that the contact has; nothing is known of those that were removed."""
    rows = contact.tag_rows.filter(older.than("created_at")).order_by("-created_at", "-pk")
    for tag in rows[:limit]:
        yield Entry(tag.created_at, str(tag.pk), format_html("Tagged <b><bdi>{}</bdi></b>", tag.name))


def _scores(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    rows = contact.score_entries.filter(older.than("at")).select_related("rule")
    for entry in rows.order_by("-at", "-pk")[:limit]:
        unit = "point" if abs(entry.points) == 1 else "points"
        title = format_html("<b>{} {}</b>: <bdi>{}</bdi>", f"{entry.points:+}", unit, entry.rule or "By hand")
        yield Entry(entry.at, str(entry.pk), title, detail=entry.cause)


# What the audit log says of a stage or of tags, the timeline has from where they are kept.
_TOLD_ELSEWHERE = (["stage"], ["tags"])


def _changes(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    """Fields that a member has changed. What programs change is in no log."""
    rows = audit.entries_about(contact.workspace, contact.pk, kind="contact").filter(action="contact.changed")
    for told in _TOLD_ELSEWHERE:
        rows = rows.exclude(data__fields=told)
    for entry in rows.filter(older.than("at"))[:limit]:
        who = entry.subject_label.partition(" <")[0] or entry.subject_label
        names = [name.removeprefix("custom_fields.").replace("_", " ") for name in entry.data.get("fields", ())]
        title = format_html("<b><bdi>{}</bdi></b> changed <b>{}</b>", who, ", ".join(names))
        yield Entry(entry.at, str(entry.pk), title, author=who)


OWN_SOURCES = (
    Source("note", NOTES, "sticky-note", _notes),
    Source("stage", CHANGES, "list", _stages),
    Source("tag", CHANGES, "tag", _tags),
    Source("score", CHANGES, "gauge", _scores),
    Source("change", CHANGES, "pencil", _changes),
)
