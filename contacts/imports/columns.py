"""Which field of a contact each column of a file is for, and what the cells of a row change: what the same values would
change as the body of POST /v1/contacts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from contacts.export import undo_formula_defusing
from contacts.inputs import ContactIn
from contacts.models import CustomField, FieldType
from contacts.normalization import InvalidValue, email_key, username_key
from contacts.representations import ContactOut
from contacts.validation import Changes, read_changes
from crmsolid.api.problems import field_errors
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces.models import Workspace

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

IDENTITIES = ("username_key", "email_key")
TRUE, FALSE = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
MAX_DIGITS = 40

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
    if unknown:
        errors = [FieldError(name[:100], "unknown_field", detail) for name in unknown]
        raise DomainError("validation_failed", errors=errors)
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
    if errors:
        raise DomainError("validation_failed", errors=[FieldError("mapping", *error) for error in errors])
    _require_identity(checked)
    return checked


def _require_identity(mapping: Mapped) -> None:
    if not {"username", "email"} & set(mapping.values()):
        detail = "one column must be for the username or the e-mail address, by which contacts are matched"
        raise DomainError("validation_failed", detail, errors=[FieldError("mapping", "required", detail)])


# --- Rows -------------------------------------------------------------------------------------------------------------
class InvalidRow(Exception):
    """A row cannot be imported: the field that is wrong, empty if it is the row itself, and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}" if field else reason)


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one file into a workspace, with the custom fields that it has."""

    workspace: Workspace
    columns: Sequence[str]
    mapping: Mapped
    definitions: Mapping[str, CustomField]

    def changes(self, cells: Sequence[str]) -> Changes:
        """What the row changes, and of whom. Raises :class:`InvalidRow`."""
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            raise InvalidRow("", f"the row has {len(cells)} cells, the header {len(self.columns)}")
        try:
            body = dict(_contact_in.run_validation(self._body(cells)))
            changes = read_changes(self.workspace, body, self.definitions)
        except ValidationError as error:
            raise _invalid(field_errors(error.detail), "") from None
        except DomainError as error:
            raise _invalid(error.errors, error.detail) from None
        if not changes.identities:
            raise InvalidRow("username", "give a username or an email")
        return changes

    def _body(self, cells: Sequence[str]) -> dict[str, Any]:
        """The fields whose cells are not empty, with the types that they have in JSON."""
        body: dict[str, Any] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            field = self.mapping.get(column)
            text = undo_formula_defusing(cell).strip() if field else ""
            if field and text:
                body[field] = self._value(field, text)
        if body.get("opted_out") is False:
            del body["opted_out"]  # an import never undoes an opt-out: it may have come after the file was made
        if body.get("first_name") and [body["first_name"]] == body.get("name", "").split(maxsplit=1)[:1]:
            body["first_name"] = ""  # what GET and an export show of a contact that has no first name of its own
        return body

    def _value(self, field: str, text: str) -> Any:
        if field == "tags":
            return [tag for tag in map(str.strip, text.split(";")) if tag]
        definition = self.definitions.get(field)
        if field == "opted_out" or (definition is not None and definition.type == FieldType.BOOLEAN):
            if text.lower() not in TRUE | FALSE:
                raise InvalidRow(field, "give true or false")
            return text.lower() in TRUE
        if definition is not None and definition.type == FieldType.NUMBER:
            return _number(field, text)
        return text

    def keys(self, cells: Sequence[str]) -> dict[str, str | None]:
        """The keys of the person that the row is about, as far as they can be read."""
        keys: dict[str, str | None] = dict.fromkeys(IDENTITIES)
        for column, cell in zip(self.columns, cells, strict=False):
            text = undo_formula_defusing(cell).strip()
            with suppress(InvalidValue):
                match self.mapping.get(column):
                    case "username" if text:
                        keys["username_key"] = username_key(text)
                    case "email" if text:
                        keys["email_key"] = email_key(text)
        return keys


def _number(field: str, text: str) -> float:
    """The number, which has to be written as JSON writes numbers."""
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS or text.endswith("."):
        raise InvalidRow(field, "give a number such as 12 or 12.5")
    return float(text) if "." in text else int(text)


_contact_in = ContactIn()


def _invalid(errors: Iterable[FieldError], detail: str) -> InvalidRow:
    """The first error; the others show once it is mended."""
    first = next(iter(errors), FieldError("", "", detail))
    return InvalidRow(re.split(r"[.[]", first.field, maxsplit=1)[0][:100], first.detail[:300])
