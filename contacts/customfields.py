"""Custom fields: what a workspace defined, and whether a value fits."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from contacts.models import CustomField, FieldType
from crmsolid.core.errors import FieldError
from crmsolid.workspaces.models import Workspace

MAX_TEXT = 1000
# Beyond this a reader that keeps numbers as doubles would see another one.
MAX_NUMBER = 2**53

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Misfit(ValueError):
    """A value that its field does not take: a stable code and what to give instead."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


def definitions(workspace: Workspace) -> dict[str, CustomField]:
    """By key, in the order of keys."""
    return {field.key: field for field in CustomField.objects.for_workspace(workspace).order_by("key")}


def check(workspace: Workspace, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """The values as they are stored (None removes one), and what is wrong with the others. Asks the database only
    if something is given."""
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    known = definitions(workspace) if given else {}
    for key, value in given.items():
        field = known.get(key)
        try:
            values[key] = _unknown(known) if field is None else value_for(field, value)
        except Misfit as error:
            errors.append(FieldError(key, error.code, error.detail))
    return values, errors


def _unknown(known: Mapping[str, CustomField]) -> Any:
    shown = ", ".join(known) or "none"
    raise Misfit("unknown_field", f"neither a field of a contact nor one of the workspace's custom fields: {shown}")


def value_for(field: CustomField, value: Any) -> Any:
    """The value as stored; None for null. Raises :class:`Misfit`."""
    return None if value is None else _CHECKS[FieldType(field.type)](field, value)


def _text(field: CustomField, value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("invalid", "give a string")
    if len(value) > MAX_TEXT:
        raise Misfit("max_length", f"at most {MAX_TEXT} characters")
    return value


def _number(field: CustomField, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit("invalid", "give a number")
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise Misfit("out_of_range", f"a number lies between -{MAX_NUMBER} and {MAX_NUMBER}")
    return value + 0  # no negative zero: PostgreSQL has none


def _boolean(field: CustomField, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Misfit("invalid", "give true or false")
    return value


def _date(field: CustomField, value: Any) -> str:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass  # falls through to the refusal: well-formed, but no day of the calendar
    raise Misfit("invalid", "give a date such as 2026-06-04")


def _choice(field: CustomField, value: Any) -> str:
    if not isinstance(value, str) or value not in field.choices:
        raise Misfit("invalid_choice", f"give one of: {', '.join(map(str, field.choices))}")
    return value


_CHECKS: dict[FieldType, Callable[[CustomField, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
}
