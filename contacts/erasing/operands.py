"""Takes an erased person out of saved conditions, such as ``{"field": "email", "op": "is", "value": "s@example.com"}``.

A value that is an identity of the person is replaced by one that matches nobody, so that the condition stays valid and
means what it meant. A part of an identity, such as a domain, stays: it says nothing about one person. A username counts
where a username is asked for, or where it is written with ``@`` or as a link: by itself it may be an ordinary word.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from contacts.models import Contact
from contacts.normalization import InvalidValue, email_key, phone_digits, username_key
from contacts.segments.fields import CUSTOM
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.scoping import WorkspaceModel

# What matches nobody. No address ends in .invalid (RFC 2606), and no username of Telegram in an underscore.
_NOBODY = {"email": "erased@erased.invalid", "username": "erased__"}
ERASED = "erased"
_NO_NUMBER = -1
_TAG = "tag:"

columns: ExtensionPoint[tuple[type[WorkspaceModel], str, Q]] = ExtensionPoint("saved conditions")


def register_column(model: type[WorkspaceModel], column: str, where: Q | None = None) -> None:
    """Register a column with conditions, or with values that conditions have, in the rows that match ``where``."""
    columns.register(f"{model._meta.label}.{column}", (model, column, where or Q()))


@dataclass(frozen=True, slots=True)
class Person:
    """The identities of a contact, by which conditions may name it."""

    username: str | None
    email: str | None
    telegram_id: int | None
    phone: str

    @classmethod
    def of(cls, contact: Contact) -> "Person":
        return cls(contact.username_key, contact.email_key, contact.telegram_id, _digits(contact.phone))

    def is_named_in(self, value: Any) -> bool:
        """Whether a JSON value names the person."""
        return self.erased_from(value) != value

    def erased_from(self, value: Any, field: str = "") -> Any:
        """The JSON value without the person. ``field`` is what the value is compared with, if that is known."""
        if isinstance(value, dict):
            own = _field_of(value)
            kept = () if own is None else ("field", "op")  # a contact may be called as a field or an operator is
            field = own or field
            return {name: each if name in kept else self.erased_from(each, field) for name, each in value.items()}
        if isinstance(value, list):
            return [self.erased_from(each, field) for each in value]
        if isinstance(value, str):
            return self._erased_from_text(value, field)
        is_number = type(value) is int and field.startswith(CUSTOM)
        return _NO_NUMBER if is_number and str(value) in self._numbers() else value

    def named_in(self, value: Any) -> list[Any]:
        """The parts of a JSON value that name the person: comparisons, of several values only those of the person, and
        texts that are in no comparison."""
        if isinstance(value, dict) and _field_of(value) is not None:
            if not self.is_named_in(value):
                return []
            values = value.get("value")
            if not isinstance(values, list):
                return [value]
            field = value["field"]
            return [{**value, "value": [each for each in values if self.erased_from(each, field) != each]}]
        if isinstance(value, (dict, list)):
            parts = value.values() if isinstance(value, dict) else value
            return [found for part in parts for found in self.named_in(part)]
        return [value] if self.is_named_in(value) else []

    def _erased_from_text(self, text: str, field: str) -> str:
        if text.startswith(_TAG):
            return _TAG + self._erased_from_text(text.removeprefix(_TAG), "tag")
        if self._is(text, field):
            return _NOBODY.get(field, ERASED)
        key, equals, value = text.partition("=")
        if equals and field not in _NOBODY:  # an address may have the sign
            # A scoring rule for a custom field, whose type may be a number.
            is_number = value in self._numbers()
            return f"{key}={_NO_NUMBER if is_number else self._erased_from_text(value, f'{CUSTOM}{key}')}"
        return text

    def _numbers(self) -> set[str]:
        return {str(self.telegram_id or ""), self.phone} - {""}

    def _is(self, text: str, field: str) -> bool:
        if self.username is not None and (field == "username" or "@" in text or "/" in text):
            try:
                if username_key(text) == self.username:
                    return True
            except InvalidValue:
                pass
        if self.email is not None and "@" in text:
            try:
                return email_key(text) == self.email
            except InvalidValue:
                return False
        digits = _digits(text)
        return digits in self._numbers()


def _field_of(value: dict[str, Any]) -> str | None:
    """The field that a comparison is about; None of what is no comparison."""
    field = value.get("field")
    return field if isinstance(field, str) else None


def _digits(text: str) -> str:
    """The digits of a phone number or an id, without the 00 of another country; empty for any other text."""
    return phone_digits(text) if _NUMBER.fullmatch(text) else ""


_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{3,}")


def erase(contact: Contact) -> None:
    """Take the contact out of every registered column. The rows that change are locked, so the contact's must not be:
    the jobs that work on such rows lock contacts after them."""
    person = Person.of(contact)
    for model, column, where in columns.values():
        rows = model.objects.for_workspace(contact.workspace_id)
        named = [pk for pk, value in rows.filter(where).values_list("pk", column) if person.is_named_in(value)]
        for row in rows.filter(pk__in=named).select_for_update(no_key=True).order_by("pk").only("pk", column):
            # Not save(): versions of a sequence refuse it.
            rows.filter(pk=row.pk).update(**{column: person.erased_from(getattr(row, column))})


def naming(contact: Contact) -> list[dict[str, Any]]:
    """The rows whose conditions name the contact: their kind, id, and the parts of the conditions that do."""
    person = Person.of(contact)
    found = []
    for model, column, where in columns.values():
        rows = model.objects.for_workspace(contact.workspace_id).filter(where).order_by("pk")
        for pk, value in rows.values_list("pk", column):
            if named := person.named_in(value):
                found.append({"kind": str(model._meta.verbose_name), "id": str(pk), "named_by": named})
    return found
