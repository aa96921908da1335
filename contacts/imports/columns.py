"""Which field of a contact each column of a file is for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contacts.inputs import ContactIn
from contacts.models import CustomField
from contacts.representations import ContactOut
from crmsolid.core.errors import DomainError, FieldError

# The fields of a contact that a row can set, custom fields apart.
FIELDS = tuple(name for name in map(str, ContactIn().fields) if name != "custom_fields")
# The columns that a file of failed rows has in addition, and what they are called if fields have these names.
ADDED = {"line": "failed_line", "reason": "failed_reason"}
# What an export and a file of failed rows contain beside these. It is read over, so that such a file can be imported.
IGNORED = frozenset(ContactOut().get_fields()) - {*FIELDS, "custom_fields"} | {*ADDED, *ADDED.values()}

# Other names of fields, as other products write them.
_ALIASES = {
    **dict.fromkeys(("e_mail", "mail", "email_address", "e_mail_address"), "email"),
    **dict.fromkeys(("telegram", "telegram_username", "user_name", "handle", "user"), "username"),
    **dict.fromkeys(("full_name", "contact", "contact_name"), "name"),
    **dict.fromkeys(("first", "firstname", "given_name"), "first_name"),
    **dict.fromkeys(("last", "lastname", "surname", "family_name"), "last_name"),
    **dict.fromkeys(("phone_number", "mobile", "tel", "telephone"), "phone"),
    **dict.fromkeys(("timezone", "tz"), "time_zone"),
    **dict.fromkeys(("tag", "labels"), "tags"),
}

Mapped = dict[str, str]
"""Column -> the key of a field or custom field. Columns that are not in it are left out."""


def guess(columns: Sequence[str], custom_fields: Sequence[CustomField]) -> Mapped:
    """The columns whose name says what they are for: a field, a custom field by its key or label, or another usual name
    of a field. Each field is guessed once."""
    known: dict[str, str] = dict(_ALIASES)
    for field in custom_fields:
        known[_normal(field.label)] = field.key
    known |= {name: name for name in (*FIELDS, *(field.key for field in custom_fields))}
    mapping: Mapped = {}
    for exact in (True, False):  # a column of exactly this name goes before one of a similar name
        for column in columns:
            key = known.get(column if exact else _normal(column))
            if column and column not in mapping and key is not None and key not in mapping.values():
                mapping[column] = key
    return {column: mapping[column] for column in columns if column in mapping}


def _normal(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def guess_all(columns: Sequence[str], custom_fields: Sequence[CustomField]) -> Mapped:
    """As :func:`guess`. ``validation_failed`` for a column that has a name, is for no field and is not one that an
    import reads over: leaving it out silently would lose what it holds."""
    mapping = guess(columns, custom_fields)
    unknown = [name for name in columns if name and name not in mapping and name not in IGNORED]
    detail = "neither a field of a contact nor a custom field of the workspace; a `mapping` can leave this column out"
    _raise([FieldError(name[:100], "unknown_field", detail) for name in unknown])
    _require_identity(mapping)
    return mapping


def check(mapping: Mapping[str, Any], columns: Sequence[str], custom_fields: Iterable[CustomField]) -> Mapped:
    """A mapping that a person gave: column -> field; null or "" leaves a column out, as does not naming it.

    ``validation_failed`` for a column that is not there, a field that does not exist, and one that is given twice.
    """
    keys = {*FIELDS, *(field.key for field in custom_fields)}
    errors = []
    checked: Mapped = {}
    for column, field in mapping.items():
        if column not in columns or not column:
            errors.append(("unknown_column", f"the file has no column {column[:100]!r}"))
        elif field in (None, ""):
            continue
        elif not isinstance(field, str) or field not in keys:
            errors.append(("unknown_field", f"{str(field)[:100]!r} is neither a field of a contact nor a custom field"))
        elif field in checked.values():
            errors.append(("duplicate", f"two columns are for {field}"))
        else:
            checked[column] = field
    _raise([FieldError("mapping", code, detail) for code, detail in errors])
    _require_identity(checked)
    return checked


def _require_identity(mapping: Mapped) -> None:
    if not {"username", "email"} & set(mapping.values()):
        detail = "one column must be for the username or the e-mail address, by which contacts are matched"
        raise DomainError("validation_failed", detail, errors=[FieldError("mapping", "required", detail)])


def _raise(errors: Sequence[FieldError]) -> None:
    if errors:
        raise DomainError("validation_failed", errors=errors)
