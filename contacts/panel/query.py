"""What the list of contacts shows: which contacts, as its address says, and which columns, as its member has chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from contacts import custom_fields
from contacts.inputs import SORTS
from contacts.models import ContactColumns, CustomField, Stage
from contacts.segments.fields import CUSTOM
from contacts.validation import MAX_TAG
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Workspace

DEFAULT_SORT = "-created_at"
MAX_SEARCH = 200
# Longer filters do not fit into the address of a page; they are saved as segments.
MAX_FILTER = 4000
MAX_IDS = 100


@dataclass(frozen=True, slots=True)
class ContactsQuery:
    """What the address asks for. ``filter`` is a condition as JSON, None without one; ``ids`` are chosen contacts."""

    search: str = ""
    segment: str = ""
    filter: Any = None
    tag: str = ""
    stage: str = ""
    sort: str = DEFAULT_SORT
    ids: tuple[str, ...] = ()

    @classmethod
    def read(cls, data: Any) -> "ContactsQuery":
        """From a ``QueryDict``. What cannot be read is left out: a list answers every address."""
        segment, stage, sort = data.get("segment", ""), data.get("stage", ""), data.get("sort", "")
        return cls(
            search=" ".join(data.get("q", "").replace("\0", "").split())[:MAX_SEARCH],
            segment=segment if is_id("seg", segment) else "",
            filter=_json(data.get("filter", "")),
            tag=data.get("tag", "").replace("\0", "").strip()[:MAX_TAG],
            stage=stage if stage in Stage.values else "",
            sort=sort if sort in SORTS else DEFAULT_SORT,
            ids=tuple(dict.fromkeys(each for each in data.getlist("id") if is_id("con", each)))[:MAX_IDS],
        )

    @property
    def filters(self) -> dict[str, Any]:
        """As the services of contacts take them."""
        filters: dict[str, Any] = {}
        if self.ids:
            filters["ids"] = list(self.ids)
        if self.search:
            filters["search"] = self.search
        if self.segment:
            filters["segment"] = self.segment
        if self.filter is not None:
            filters["filter"] = self.filter
        if self.tag:
            filters["tag"] = [self.tag]
        if self.stage:
            filters["stage"] = self.stage
        return filters

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """As parameters of an address, or hidden fields of a form."""
        pairs = [("q", self.search), ("segment", self.segment), ("tag", self.tag), ("stage", self.stage)]
        if self.filter is not None:
            pairs.append(("filter", filter_text(self.filter)))
        if self.sort != DEFAULT_SORT:
            pairs.append(("sort", self.sort))
        return [*((name, value) for name, value in pairs if value), *(("id", each) for each in self.ids)]

    @property
    def is_narrowed(self) -> bool:
        """Whether not all contacts are asked for."""
        return bool(self.filters)

    @property
    def encoded(self) -> str:
        return urlencode(self.pairs)


def filter_text(filter: Any) -> str:
    """The JSON of a filter as an address has it."""
    return strictjson.dumps(filter).decode()


def _json(text: str) -> Any:
    if not text or len(text) > MAX_FILTER:
        return None
    try:
        return strictjson.loads(text.encode("utf-8", "replace"))
    except strictjson.StrictJSONError:
        return None


# --- Columns ----------------------------------------------------------------------------------------------------------
MAX_COLUMNS = 20
# The name of the contact is always there, in front.
OWN_COLUMNS = {
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
DEFAULT_COLUMNS = ("stage", "tags", "assignee", "last_message", "last_message_at", "score", "created_at")
# Those that are edited in the list, beside the custom fields.
EDITABLE = frozenset({"username", "email", "phone", "stage", "tags", "time_zone"})


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """Columns of the list that an app above adds: their labels by name. ``read`` gets the ids of the contacts of a page
    and the names of the columns that are shown, and returns the cells by contact and column: the value and its kind,
    which is ``text`` (it may be HTML), ``time``, or ``wait`` for a time since which somebody waits."""

    labels: Mapping[str, str]
    read: Callable[[Workspace, Sequence[str], frozenset[str]], Mapping[str, Mapping[str, tuple[str, Any]]]]


added_columns: ExtensionPoint[AddedColumns] = ExtensionPoint("columns of contacts")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list. ``key`` is that of a custom field, else empty."""

    name: str
    label: str
    key: str = ""

    @property
    def is_editable(self) -> bool:
        return bool(self.key) or self.name in EDITABLE


def available_columns(definitions: Mapping[str, CustomField]) -> dict[str, Column]:
    """All columns by their names. ``definitions`` are the workspace's custom fields by key."""
    added = {name: label for each in added_columns.values() for name, label in each.labels.items()}
    own = {name: Column(name, label) for name, label in {**OWN_COLUMNS, **added}.items()}
    return own | {f"{CUSTOM}{key}": Column(f"{CUSTOM}{key}", field.label, key) for key, field in definitions.items()}


def chosen_columns(actor: Actor, columns: Mapping[str, Column]) -> tuple[list[Column], bool]:
    """The columns that the member has chosen for the workspace, without those whose field is gone; else the usual. And
    whether they are the usual ones, of which a window that is not wide shows fewer."""
    names: Sequence[str] | None = None
    if actor.subject.kind == "user":
        rows = ContactColumns.objects.for_workspace(actor.workspace).filter(user_id=int(actor.subject.id))
        names = rows.values_list("columns", flat=True).first()
    shown = [columns[name] for name in (DEFAULT_COLUMNS if names is None else names) if name in columns]
    return shown, names is None


@unit_of_work()
def choose_columns(actor: Actor, names: Sequence[str]) -> None:
    """Remember the columns that a member wants to see, in this order. Everybody who reads contacts may.

    Errors: ``scope_missing``, ``forbidden`` for who is no member, ``validation_failed``.
    """
    actor.require(Scope.READ_CONTACTS)
    if actor.subject.kind != "user":
        raise DomainError("forbidden", "only members have a list of contacts of their own")
    known = available_columns(custom_fields.by_key(actor.workspace))
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
