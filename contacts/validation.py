"""From what a caller gives to what a contact's row holds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from contacts import customfields, normalization
from contacts.customfields import Misfit
from contacts.models import Contact, Stage
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces.models import Workspace

MAX_TAG = 64
MAX_TAGS = 50

# Given name -> column, for what is stored as given; null and "" both mean "none".
_PLAIN = {"name": "name", "first_name": "given_first_name", "last_name": "last_name", "phone": "phone"}
_SEARCHED = frozenset({"name", "given_first_name", "last_name", "username", "email"})


@dataclass(frozen=True, slots=True)
class Changes:
    """Checked: new values of columns, of custom fields (None removes), and the tags if any were given."""

    columns: dict[str, Any]
    custom: dict[str, Any]
    tags: list[str] | None

    @property
    def identities(self) -> dict[str, str]:
        """The keys to find the contact by."""
        return {name: key for name in ("username_key", "email_key") if (key := self.columns.get(name)) is not None}

    def apply(self, contact: Contact) -> dict[str, Any]:
        """Set what differs on the contact; answers those columns, for its UPDATE."""
        wanted = dict(self.columns)
        if self.custom:
            merged = {**contact.custom_fields, **self.custom}
            wanted["custom_fields"] = {key: value for key, value in merged.items() if value is not None}
        changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
        for name, value in changed.items():
            setattr(contact, name, value)
        if not _SEARCHED.isdisjoint(changed):
            contact.search = changed["search"] = search_text(contact)
        return changed


def search_text(contact: Contact) -> str:
    """What ``Contact.search`` holds: the folded names, username (with its @) and e-mail address, a line each."""
    parts = (
        contact.name,
        contact.given_first_name,
        contact.last_name,
        f"@{contact.username}" if contact.username else "",
        contact.email,
    )
    return normalization.fold("\n".join(part for part in parts if part))


def read_changes(workspace: Workspace, given: Mapping[str, Any]) -> Changes:
    """Check the meaning of what is given (shape and lengths are the door's). ``validation_failed`` names each fault."""
    errors: list[FieldError] = []
    columns: dict[str, Any] = {column: given[name] or "" for name, column in _PLAIN.items() if name in given}
    if "opted_out" in given:
        columns["opted_out"] = given["opted_out"]
    for name, read in _READERS.items():
        if name in given:
            try:
                columns.update(read(given[name]))
            except (normalization.IdentityError, Misfit) as error:
                errors.append(FieldError(name, error.code, error.detail))
    custom, misfits = customfields.check(workspace, given.get("custom_fields", {}))
    tags = read_tags(given["tags"]) if "tags" in given else None
    if errors or misfits:
        raise DomainError("validation_failed", errors=[*errors, *misfits])
    return Changes(columns, custom, tags)


def _username(value: str | None) -> dict[str, Any]:
    if value is None:
        return {"username": "", "username_key": None}
    username = normalization.parse_username(value)
    return {"username": username, "username_key": username.lower()}


def _email(value: str | None) -> dict[str, Any]:
    if value is None:
        return {"email": "", "email_key": None}
    return {"email_key": normalization.email_key(value), "email": value.strip()}


def _time_zone(value: str | None) -> dict[str, Any]:
    if value is not None and value not in _time_zones():
        raise Misfit("invalid_choice", "give a name of the IANA time zone database, such as Europe/Berlin")
    return {"time_zone": value or ""}


def _stage(value: str) -> dict[str, Any]:
    if value not in Stage.values:
        raise Misfit("invalid_choice", f"the stages are: {', '.join(Stage.values)}")
    return {"stage": value}


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


_READERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "username": _username,
    "email": _email,
    "time_zone": _time_zone,
    "stage": _stage,
}


def read_tags(names: Iterable[str], field: str = "tags") -> list[str]:
    """Tags trimmed, each once, in the order given. ``validation_failed`` for one that is none."""
    found = list(dict.fromkeys(name.strip() for name in names))
    for name in found:
        if not 1 <= len(name) <= MAX_TAG or not _printable(name):
            detail = f"a tag has 1 to {MAX_TAG} characters and no control characters"
            raise DomainError("validation_failed", errors=[FieldError(field, "invalid_tag", detail)])
    if len(found) > MAX_TAGS:
        detail = f"at most {MAX_TAGS} tags a request"
        raise DomainError("validation_failed", errors=[FieldError(field, "max_length", detail)])
    return found


def _printable(text: str) -> bool:
    return text.isprintable() or not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text)
