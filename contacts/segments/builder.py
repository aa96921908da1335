"""Conditions as rows of a form: a tree of groups and comparisons, from JSON and back, and the steps that change it.

A group says how its parts are joined, in one word for what JSON says with ``all``, ``any`` and ``not``. Texts are as
they were typed; the JSON that is made of them is checked by ``parse_condition`` alone, whose errors are shown at the
row that they are about.
"""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contacts.models import CustomField
from contacts.segments import fields
from contacts.segments.conditions import MAX_LEAVES, MAX_LEVELS
from contacts.segments.fields import FIELDS, OPS, ConditionField, Kind, Op

ALL, ANY, NONE, NOT_ALL = "all", "any", "none", "not_all"
MODES = {
    ALL: "all of these hold",
    ANY: "at least one of these holds",
    NONE: "none of these holds",
    NOT_ALL: "not all of these hold",
}
# How JSON says each mode: the member of the group, and whether it is within a "not".
_IN_JSON = {ALL: ("all", False), ANY: ("any", False), NONE: ("any", True), NOT_ALL: ("all", True)}
# "exists" with its value, as one operator: nobody chooses "exists" and then "no".
SET, NOT_SET = "set", "not_set"
# An empty row, a new one: the field that is asked for most.
FIRST_FIELD = "tag"
# Never read: a form that somebody made up ends here.
MAX_INPUTS = 400


@dataclass
class Row:
    """A comparison. ``values`` are texts: several for "is one of"."""

    field: str = FIRST_FIELD
    op: str = Op.IS
    values: list[str] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)


@dataclass
class Group:
    """Comparisons and groups, joined by ``mode``."""

    mode: str = ALL
    parts: "list[Row | Group]" = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)


Part = Row | Group


def known_fields(definitions: Mapping[str, CustomField]) -> dict[str, ConditionField]:
    """The fields of conditions by their names, those of the workspace included."""
    custom = (fields.custom(each, any_choice=False) for each in sorted(definitions.values(), key=lambda f: f.label))
    return {**FIELDS, **{each.name: each for each in custom}}


def ops_of(known: ConditionField) -> list[tuple[str, str]]:
    """The operators that the field takes, as names and texts."""
    texts = [(op.value, op.phrase) for op in OPS[known.kind] if op is not Op.EXISTS]
    return [*texts, (SET, "is known"), (NOT_SET, "is not known")]


# --- From JSON and to JSON --------------------------------------------------------------------------------------------
def from_json(data: Any) -> Group:
    """The rows of a condition that is valid, at its root a group."""
    part = _part(data)
    return part if isinstance(part, Group) else Group(ALL, [part])


def _part(data: Any) -> Part:
    for mode, (name, is_negated) in _IN_JSON.items():
        group = data.get("not") if is_negated else data
        if isinstance(group, dict) and name in group:
            return Group(mode, [_part(each) for each in group[name]])
    if "not" in data:
        return Group(NONE, [_part(data["not"])])
    op, value = data["op"], data["value"]
    if op == Op.EXISTS:
        return Row(data["field"], SET if value else NOT_SET)
    values = value if isinstance(value, list) else [value]
    return Row(data["field"], op, [str(each).lower() if isinstance(each, bool) else str(each) for each in values])


def to_json(part: Part, known: Mapping[str, ConditionField]) -> Any:
    """The JSON of the rows, which may be wrong."""
    if isinstance(part, Row):
        return _row_json(part, known)
    parts = [to_json(each, known) for each in part.parts]
    if part.mode == NONE and len(parts) == 1:
        return {"not": parts[0]}  # one level less
    name, is_negated = _IN_JSON[part.mode]
    return {"not": {name: parts}} if is_negated else {name: parts}


def _row_json(row: Row, known: Mapping[str, ConditionField]) -> Any:
    if row.op in (SET, NOT_SET):
        return {"field": row.field, "op": Op.EXISTS.value, "value": row.op == SET}
    kind = known[row.field].kind if row.field in known else Kind.TEXT
    values = [_value(kind, row.op, each) for each in row.values if each != ""]
    if row.op == Op.IN:
        return {"field": row.field, "op": row.op, "value": values}
    return {"field": row.field, "op": row.op, "value": values[0] if values else ""}


def _value(kind: Kind, op: str, text: str) -> Any:
    """What was typed as the JSON type that the field wants; the text itself if it is none."""
    if kind is Kind.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if kind is Kind.NUMBER or op == Op.WITHIN_DAYS:
        try:
            return int(text) if _WHOLE.fullmatch(text.strip()) else float(text)
        except ValueError:
            return text
    return text


_WHOLE = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


def show_errors(group: Group, errors: Sequence[Any], path: str) -> list[str]:
    """Put each error of ``parse_condition`` at the row or group that its path leads to. Returns those of none.

    ``path`` is where the condition stands, as ``parse_condition`` was told.
    """
    at = dict(_paths(group, path))
    elsewhere = []
    for error in errors:
        text = f"{error.detail[:1].upper()}{error.detail[1:]}."
        leading = (each for each in at if error.field == each or error.field.startswith((f"{each}.", f"{each}[")))
        found = max(leading, key=len, default="")
        if found in ("", path):
            elsewhere.append(text)
        elif text not in at[found].errors:
            at[found].errors.append(text)
    return elsewhere


def _paths(part: Part, path: str) -> Iterator[tuple[str, Part]]:
    """Where each part stands in the JSON that :func:`to_json` makes."""
    yield path, part
    if isinstance(part, Group):
        name, is_negated = _IN_JSON[part.mode]
        inner, is_alone = f"{path}.not" if is_negated else path, part.mode == NONE and len(part.parts) == 1
        for number, each in enumerate(part.parts):
            yield from _paths(each, inner if is_alone else f"{inner}.{name}[{number}]")


# --- The form ---------------------------------------------------------------------------------------------------------
def from_form(data: Any, name: str) -> Group:
    """The rows that a browser sent, for a field of this name. ``data`` is a ``QueryDict``.

    Each part has a path such as ``0.2``, the root an empty one. A group sends ``NAME:PATH:mode``, a comparison
    ``NAME:PATH:field``, ``:op`` and ``:value``.
    """
    pattern = re.compile(rf"{re.escape(name)}:((?:[0-9]{{1,3}}(?:\.[0-9]{{1,3}})*)?):(mode|field)")
    found = [match for key in data if (match := pattern.fullmatch(key))][:MAX_INPUTS]
    root = Group(_mode(data.get(f"{name}::mode")))
    groups: dict[tuple[int, ...], Group] = {(): root}
    paths = sorted((tuple(map(int, match[1].split("."))), match[2]) for match in found if match[1])
    for path, what in paths:
        parent = groups.get(path[:-1])
        if parent is None or len(path) > MAX_LEVELS:
            continue
        at = f"{name}:{'.'.join(map(str, path))}"
        if what == "mode":
            groups[path] = Group(_mode(data.get(f"{at}:mode")))
            parent.parts.append(groups[path])
        else:
            op = str(data.get(f"{at}:op", Op.IS.value))
            parent.parts.append(Row(str(data.get(f"{at}:field")), op, _values(op, data.getlist(f"{at}:value"))))
    return root


def _mode(text: str | None) -> str:
    return text if text in MODES else ALL


def _values(op: str, sent: Sequence[str]) -> list[str]:
    """The values of a row. Those of "is one of" are ticked, or typed one a line."""
    texts = [line for each in sent for line in each.splitlines()] if op == Op.IN else list(sent[:1])
    return [text.strip() for text in texts if text.strip()]


def step(group: Group, action: str) -> None:
    """Change the rows as a button asks: ``add:PATH`` and ``group:PATH`` add to the group there, ``remove:PATH`` removes
    what is there. Anything else changes nothing."""
    verb, _, path = action.partition(":")
    numbers = [int(each) for each in path.split(".") if each.isascii() and each.isdigit()]
    if verb == "remove" and numbers:
        parent = _find(group, numbers[:-1])
        if isinstance(parent, Group) and numbers[-1] < len(parent.parts):
            del parent.parts[numbers[-1]]
        return
    parent = _find(group, numbers)
    if not isinstance(parent, Group) or count(group) >= MAX_LEAVES:
        return
    if verb == "add":
        parent.parts.append(Row())
    elif verb == "group" and len(numbers) + 3 <= MAX_LEVELS:
        parent.parts.append(Group(ANY if parent.mode == ALL else ALL, [Row()]))


def _find(group: Group, numbers: Sequence[int]) -> Part | None:
    part: Part = group
    for number in numbers:
        if not isinstance(part, Group) or number >= len(part.parts):
            return None
        part = part.parts[number]
    return part


def count(group: Group) -> int:
    """The comparisons, of which an empty group counts as one."""
    return sum(count(each) if isinstance(each, Group) else 1 for each in group.parts) or 1


def settle(group: Group, known: Mapping[str, ConditionField]) -> None:
    """Give rows whose field was changed an operator that the new field takes, and drop a value that cannot fit. What is
    no choice of a custom field may have been one, and then its row was not touched: ``parse_condition`` judges it."""
    for row in rows(group):
        field_ = known.get(row.field)
        if field_ is None:
            continue
        ops = [name for name, _ in ops_of(field_)]
        if row.op not in ops:
            row.op, row.values = ops[0], []
        if field_.choices is not None and not field_.custom_key:
            row.values = [each for each in row.values if each in field_.choices]
        elif field_.kind is Kind.BOOLEAN:
            row.values = [each for each in row.values if each in ("true", "false")]


def rows(group: Group) -> Iterator[Row]:
    """All comparisons."""
    for part in group.parts:
        if isinstance(part, Group):
            yield from rows(part)
        else:
            yield part


# --- What the template draws ------------------------------------------------------------------------------------------
def shown(part: Part, known: Mapping[str, ConditionField], path: str = "", label: str = "") -> dict[str, Any]:
    """The tree as the template draws it: each ``part`` with its ``path``, and a ``label`` for who cannot see where it
    stands."""
    common = {"part": part, "path": path, "label": label}
    if isinstance(part, Row):
        return {**common, **_shown_row(part, known)}
    before, prefix = f"{path}." if path else "", f"{label}." if label else ""
    parts = [shown(each, known, f"{before}{at}", f"{prefix}{at + 1}") for at, each in enumerate(part.parts)]
    levels = path.count(".") + 1 if path else 0
    return {**common, "parts": parts, "may_nest": levels + 3 <= MAX_LEVELS}


def _shown_row(row: Row, known: Mapping[str, ConditionField]) -> dict[str, Any]:
    """``input`` is which the row has: none, choice, choices, boolean, number, date, lines or text. ``combo`` is the
    kind of its suggestions, if there are any."""
    names = [(name, each.label[:1].upper() + each.label[1:]) for name, each in known.items()]
    field_ = known.get(row.field)
    choices: list[tuple[str, str]] = []
    if field_ is None:
        names, ops, input = [(row.field, f"{row.field} (gone)"), *names], [(row.op, row.op)], "text"
    else:
        ops, input = ops_of(field_), _input(field_, row)
        if field_.kind is Kind.BOOLEAN:
            choices = [("true", "yes"), ("false", "no")]
        elif field_.choices is not None:
            choices = [(each, each) for each in dict.fromkeys((*field_.choices, *row.values))]
    value = "\n".join(row.values) if input == "lines" else next(iter(row.values), "")
    shown: dict[str, Any] = {"fields": names, "ops": ops, "input": input, "choices": choices, "value": value}
    return {"is_row": True, "combo": _combo(field_, row, input), **shown}


def _combo(known: ConditionField | None, row: Row, input: str) -> str:
    if input == "date":
        return "date"
    if known is None or row.op not in (Op.IS, Op.IS_NOT, Op.IN):
        return ""
    if known.kind is Kind.TAG:
        return "tags"
    return "zone" if known.name == "time_zone" and input == "text" else ""


def _input(known: ConditionField, row: Row) -> str:
    if row.op in (SET, NOT_SET):
        return "none"
    if row.op == Op.WITHIN_DAYS:
        return "number"
    if known.kind is Kind.BOOLEAN:
        return "choice"
    if known.choices is not None:
        return "choices" if row.op == Op.IN else "choice"
    if row.op == Op.IN:
        return "lines"
    if known.kind is Kind.NUMBER:
        return "number"
    if known.kind in (Kind.TIME, Kind.DATE) and all(_DATE.fullmatch(each) for each in row.values):
        return "date"
    return "text"


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
