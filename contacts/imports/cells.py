"""From the cells of a row to the changes that the same values would make as the body of POST /v1/contacts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from contacts.export import undo_formula_defusing
from contacts.imports.columns import Mapped
from contacts.inputs import ContactIn
from contacts.models import CustomField, FieldType
from contacts.validation import Changes, read_changes
from crmsolid.api.problems import field_errors
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces.models import Workspace

TRUE, FALSE = frozenset({"true", "yes", "y", "1"}), frozenset({"false", "no", "n", "0"})
MAX_DIGITS = 40


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
            changes = read_changes(self.workspace, self._validated(self._body(cells)), self.definitions)
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
        try:
            if field == "opted_out" or (definition is not None and definition.type == FieldType.BOOLEAN):
                return _boolean(text)
            return _number(text) if definition is not None and definition.type == FieldType.NUMBER else text
        except ValueError as error:
            raise InvalidRow(field, str(error)) from None

    def _validated(self, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return dict(_contact_in.run_validation(dict(body)))
        except ValidationError as error:
            raise _invalid(field_errors(error.detail), "") from None


_contact_in = ContactIn()


def _invalid(errors: Iterable[FieldError], detail: str) -> InvalidRow:
    """The first error; the others show once it is mended."""
    first = next(iter(errors), FieldError("", "", detail))
    return InvalidRow(re.split(r"[.[]", first.field, maxsplit=1)[0][:100], first.detail[:300])


def _boolean(text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError("give true or false")


def _number(text: str) -> int | float:
    """As JSON writes numbers."""
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MAX_DIGITS or text.endswith("."):
        raise ValueError("give a number such as 12 or 12.5")
    return float(text) if "." in text else int(text)
