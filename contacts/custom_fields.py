"""Custom fields: the keys and types that a workspace may define, and whether a value fits its field."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from contacts.models import CustomField, FieldType
from contacts.normalization import InvalidValue
from contacts.representations import ContactOut
from crmsolid.core.errors import FieldError
from crmsolid.workspaces.models import Workspace

MAX_LABEL = 100
MAX_CHOICES = 100
MAX_CHOICE = 100
# All definitions are read for each request that has a value of one.
MAX_FIELDS = 200
MAX_TEXT = 1000
# Readers that keep numbers as doubles would see a different number beyond this one.
MAX_NUMBER = 2**53

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# Custom fields stand beside the contact's own fields, in request bodies, templates and segment rules.
RESERVED_KEYS = frozenset(ContactOut().get_fields()) | {
    *("created", "last_in_at", "last_reply_at", "last_out_at", "account_id", "workspace"),
    *("custom", "all", "any", "not", "field", "op", "value"),
}


def check_key(key: str) -> None:
    """Raise :class:`InvalidValue` unless a custom field may have this key."""
    if not _KEY.fullmatch(key):
        raise InvalidValue("invalid", "a key has 1 to 40 of a-z, 0-9 and _, and starts with a letter")
    if key in RESERVED_KEYS:
        raise InvalidValue("reserved", f"{key} is a field of every contact already; choose another key")


def check_count(workspace: Workspace) -> None:
    """Raise :class:`InvalidValue` if the workspace has as many custom fields as it may have."""
    if CustomField.objects.for_workspace(workspace).count() >= MAX_FIELDS:
        raise InvalidValue("too_many", f"a workspace has at most {MAX_FIELDS} custom fields")


def read_choices(field_type: str, choices: Iterable[str]) -> list[str]:
    """The choices trimmed, without blank ones and duplicates; none unless the type is ``choice``. Raises
    :class:`InvalidValue` if there are none or too many for that type, or if one is too long."""
    if field_type != FieldType.CHOICE:
        return []
    values = list(dict.fromkeys(stripped for choice in choices if (stripped := choice.strip())))
    if not values:
        raise InvalidValue("required", "give at least one value to choose from")
    if len(values) > MAX_CHOICES:
        raise InvalidValue("max_length", f"a field has at most {MAX_CHOICES} choices")
    if max(map(len, values)) > MAX_CHOICE:
        raise InvalidValue("max_length", f"a choice has at most {MAX_CHOICE} characters")
    return values


def by_key(workspace: Workspace | int) -> dict[str, CustomField]:
    """The custom fields of a workspace by their keys, in the order of these."""
    return {field.key: field for field in CustomField.objects.for_workspace(workspace).order_by("key")}


def check_values(
    workspace: Workspace, values: Mapping[str, tuple[str, Any]], definitions: Mapping[str, CustomField] | None = None
) -> tuple[dict[str, Any], list[FieldError]]:
    """The values by key as they are stored, and an error for each value that does not fit. None removes a value.

    ``values`` has each key and value by the path at which it was given. ``definitions`` is the result of
    :func:`by_key`; it is read if it is not given.
    """
    if not values:
        return {}, []
    if definitions is None:
        definitions = by_key(workspace)
    known = ", ".join(definitions) or "none"
    stored: dict[str, Any] = {}
    errors: list[FieldError] = []
    for path, (key, value) in values.items():
        field = definitions.get(key)
        if field is None:
            detail = f"neither a field of a contact nor one of the workspace's custom fields: {known}"
            errors.append(FieldError(path, "unknown_field", detail))
            continue
        try:
            stored[key] = None if value is None else check_value(FieldType(field.type), value, field.choices)
        except InvalidValue as error:
            errors.append(FieldError(path, error.code, error.detail))
    return stored, errors


def check_value(field_type: FieldType, value: Any, choices: Sequence[str] = ()) -> Any:
    """The value as it is stored. Raises :class:`InvalidValue` if it does not fit the type or is not a choice."""
    match field_type:
        case FieldType.TEXT:
            if not isinstance(value, str):
                raise InvalidValue("invalid", "give a string")
            if len(value) > MAX_TEXT:
                raise InvalidValue("max_length", f"at most {MAX_TEXT} characters")
        case FieldType.NUMBER:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InvalidValue("invalid", "give a number")
            if not -MAX_NUMBER <= value <= MAX_NUMBER:
                raise InvalidValue("out_of_range", f"a number lies between -{MAX_NUMBER} and {MAX_NUMBER}")
            return value + 0  # turns -0.0 into 0.0: PostgreSQL has no negative zero
        case FieldType.BOOLEAN:
            if not isinstance(value, bool):
                raise InvalidValue("invalid", "give true or false")
        case FieldType.DATE:
            try:
                if not (isinstance(value, str) and _DATE.fullmatch(value)):
                    raise ValueError
                date.fromisoformat(value)  # ValueError if it is not in the calendar
            except ValueError:
                raise InvalidValue("invalid", "give a date such as 2026-06-04") from None
        case FieldType.CHOICE:
            if not isinstance(value, str) or value not in choices:
                raise InvalidValue("invalid_choice", f"give one of: {', '.join(map(str, choices))}")
    return value
