"""The filter of the list of contacts as chips: a part of its condition each, which is changed or taken away by itself.

A chip is a part that everybody in the list meets. A part that is no single comparison, such as "one of these holds",
is said in words, and is changed on the page of the whole filter. A chip's form sends ``at``, the number of the part
that its row replaces; the number after the last adds one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contacts.models import CustomField, Segment, Stage
from contacts.panel.query import MAX_FILTER, ContactsQuery, filter_text
from contacts.segments import builder
from contacts.segments.builder import Row
from contacts.segments.conditions import ConditionErrors, describe, load_condition, parse_condition
from contacts.segments.fields import Kind, Op
from crmsolid.core.errors import invalid
from crmsolid.workspaces.models import Workspace

# The names of a chip's fields begin so: those of the row ``0`` of ``builder.from_form``.
NAME = "chip"
MAX_CHIPS = 20
MAX_WORDS = 80


@dataclass
class Chip:
    """A part as the bar draws it. ``row`` is what its form shows, as ``builder.shown`` has it; None for a part that is
    said in ``words`` alone."""

    at: int
    words: str
    label: str = ""
    op: str = ""
    value: str = ""
    remove: str = ""
    row: Mapping[str, Any] | None = None
    pairs: Sequence[tuple[str, str]] = ()
    is_open: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Of its element, and how the ids of its fields begin."""
        return f"chip-{self.at}"


class Chips:
    """The chips of a query. ``segment`` is the one that it names: while nothing else narrows it down, its conditions
    are the chips, and whoever changes one goes on with a filter of their own."""

    def __init__(
        self,
        workspace: Workspace,
        query: ContactsQuery,
        definitions: Mapping[str, CustomField],
        segment: Segment | None = None,
    ) -> None:
        self.workspace = workspace
        self.known = builder.known_fields(definitions)
        self.rest = replace(query, filter=None, tag="", stage="", ids=())
        # A filter that is none is said above the list.
        self.parts = parts_of(query if self._fits(query.filter) else replace(query, filter=None))
        self.is_segment = segment is not None and not self.parts and self._fits(segment.filter)
        if self.is_segment and segment is not None:
            self.parts = _split(segment.filter)
            self.rest = replace(self.rest, segment="")

    def _fits(self, condition: Any) -> bool:
        """Whether the condition is one that an address has room for; None is."""
        try:
            if condition is not None:
                load_condition(self.workspace, condition)
        except ConditionErrors:
            return False
        return len(filter_text(condition)) <= MAX_FILTER

    # --- What is drawn ----------------------------------------------------------------------------------------
    def all(self) -> list[Chip]:
        return [self._chip(at, part) for at, part in enumerate(self.parts[:MAX_CHIPS])]

    @property
    def rest_pairs(self) -> list[tuple[str, str]]:
        return self.query(self.parts).pairs

    @property
    def menu(self) -> list[tuple[str, str]]:
        """The fields that a new chip may be about, with their labels."""
        return [(name, _capital(each.label)) for name, each in self.known.items()]

    def new(self, field_name: str) -> Chip | None:
        """An open chip of this field, whose value is still to be given. None for a field that does not exist."""
        known = self.known.get(field_name)
        if known is None:
            return None
        ops = [name for name, _ in builder.ops_of(known)]
        first = Op.GTE if known.kind is Kind.NUMBER else Op.WITHIN_DAYS if known.kind is Kind.TIME else ops[0]
        row = Row(field_name, first)
        shown = builder.shown(row, self.known)
        if shown["input"] == "choice":  # a browser shows the first one as chosen
            row.values = [shown["choices"][0][0]]
        return self._of_row(len(self.parts), row, is_open=True)

    def _chip(self, at: int, part: Any) -> Chip:
        group = builder.from_json(part)
        remove = f"?{self.query([*self.parts[:at], *self.parts[at + 1 :]]).encoded}"
        row = group.parts[0] if len(group.parts) == 1 else None
        if isinstance(row, Row) and "field" in part and row.field in self.known:
            return replace(self._of_row(at, row), remove=remove)
        return Chip(at, _words(self.workspace, part), remove=remove)

    def _of_row(self, at: int, row: Row, *, is_open: bool = False) -> Chip:
        shown = builder.shown(row, self.known, "0")
        op = dict(shown["ops"]).get(row.op, row.op)
        titles = {**dict(shown["choices"]), **dict(Stage.choices)} if row.field == "stage" else dict(shown["choices"])
        value = ", ".join(titles.get(each, each) for each in row.values)
        if row.op == Op.WITHIN_DAYS:
            op, value = "in the last", f"{value} day{'' if value == '1' else 's'}" if value else ""
        label = _capital(self.known[row.field].label)
        words = " ".join(filter(None, (label, op, value)))
        shown = {**shown, "choices": [(each, titles.get(each, title)) for each, title in shown["choices"]]}
        return Chip(at, words, label, op, value, "", shown, self.rest_pairs, is_open)

    # --- What is sent -----------------------------------------------------------------------------------------
    def sent(self, data: Any) -> tuple[Chip, ContactsQuery] | None:
        """The chip that was sent, and the query with it; its ``errors`` say why that is none. None if none was sent."""
        group, at = builder.from_form(data, NAME), data.get("at", "")
        if not group.parts or not isinstance(group.parts[0], Row) or not (at.isascii() and at.isdigit()):
            return None
        builder.settle(group, self.known)
        row, number = group.parts[0], min(int(at[:3]), len(self.parts))
        if row.field not in self.known:
            return None
        chip = self._of_row(number, row, is_open=True)
        parts = [*self.parts[:number], builder.to_json(row, self.known), *self.parts[number + 1 :]]
        query = self.query(parts)
        if chip.row is not None and chip.row["input"] != "none" and not row.values:
            chip.errors.append("Give a value.")
            return chip, query
        try:
            parse_condition(self.workspace, query.filter, path="filter")
            if len(filter_text(query.filter)) > MAX_FILTER:
                chip.errors.append("A filter this long has to be saved as a list first.")
        except ConditionErrors as wrong:
            chip.errors += list(dict.fromkeys(f"{_capital(each.detail)}." for each in wrong.errors))
        return chip, query

    def query(self, parts: Sequence[Any]) -> ContactsQuery:
        """The query with these parts in place of the chips."""
        return replace(self.rest, filter=joined(parts))


def parts_of(query: ContactsQuery) -> list[Any]:
    """The parts of a query's filter, its tag and its stage."""
    parts = [] if query.filter is None else _split(query.filter)
    named = (("tag", query.tag), ("stage", query.stage))
    return [*parts, *({"field": name, "op": Op.IS.value, "value": value} for name, value in named if value)]


def joined(parts: Sequence[Any]) -> Any:
    """The condition that all the parts hold; None without any."""
    return {"all": list(parts)} if parts else None


def filter_to_save(query: ContactsQuery, segment: Segment | None) -> Any:
    """All that the query asks for as one condition. ``validation_failed`` for a search, which is none."""
    if query.search:
        raise invalid("name", "invalid", "a list keeps filters, not what is searched for: clear the search first")
    parts = [*(_split(segment.filter) if segment else []), *parts_of(query)]
    return {"all": parts}


def _split(condition: Any) -> list[Any]:
    whole = isinstance(condition, dict) and set(condition) == {"all"} and isinstance(condition["all"], list)
    return list(condition["all"]) if whole else [condition]


def _words(workspace: Workspace, part: Any) -> str:
    words = describe(load_condition(workspace, part))
    return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
