"""From the fields that a caller sends to the columns, custom fields and tags that are stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contacts import custom_fields, normalization
from contacts.models import Contact, CustomField, Stage, first_name_of, full_name
from contacts.normalization import InvalidValue
from contacts.representations import ContactOut
from crmsolid.api.fields import BLANKS, matches
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.periods import time_zones
from crmsolid.workspaces.models import Workspace

MAX_TAG = 64
MAX_TAGS = 50

_REFUSED = rf"\u0000-\u001f\u007f-\u009f{normalization.UNSEEN}"
_VISIBLE = rf"[^{_REFUSED}{BLANKS}]"
# A JSON Schema pattern. The length limit holds for the trimmed tag.
TAG = rf"^[{BLANKS}]*{_VISIBLE}([^{_REFUSED}]{{0,{MAX_TAG - 2}}}{_VISIBLE})?[{BLANKS}]*$"
# A JSON Schema pattern; ``normalization`` checks the names.
USERNAME = r"^((https?://)?(t|telegram)\.me/|@)?[A-Za-z][A-Za-z0-9_]{3,31}/?$"
# Field -> column, for text that is stored as it was sent; null and "" both mean "none".
_TEXT_COLUMNS = {"name": "name", "first_name": "given_first_name", "last_name": "last_name", "phone": "phone"}
_PARTS_OF_NAME = frozenset({"given_first_name", "last_name"})
_FIELDS = frozenset(ContactOut().get_fields())
_SEARCHED_COLUMNS = frozenset({"name", "given_first_name", "last_name", "username", "email"})


@dataclass(frozen=True, slots=True)
class Changes:
    """Validated changes to a contact: values of columns, of custom fields (None removes one), and tags if sent."""

    columns: Mapping[str, Any]
    custom_fields: Mapping[str, Any]
    tags: list[str] | None = None

    @property
    def identities(self) -> dict[str, str]:
        """The keys by which the contact can be found, by column."""
        return {name: key for name in ("username_key", "email_key") if (key := self.columns.get(name)) is not None}

    def apply(self, contact: Contact) -> dict[str, Any]:
        """Set what differs on the instance. Returns the columns that changed, with their new values."""
        wanted = {**self.columns, **self._name_that_follows(contact)}
        if wanted.get("given_first_name") == "" and [contact.given_first_name] == wanted.get("name", "").split()[:1]:
            del wanted["given_first_name"]  # the name shows the same one: importing what was exported changes nothing
        if self.custom_fields:
            merged = {**contact.custom_fields, **self.custom_fields}
            wanted["custom_fields"] = {key: value for key, value in merged.items() if value is not None}
        changed = {name: value for name, value in wanted.items() if getattr(contact, name) != value}
        for name, value in changed.items():
            setattr(contact, name, value)
        if "custom_fields" in changed:
            contact.folded_fields = changed["folded_fields"] = normalization.fold_texts(contact.custom_fields)
        if not _SEARCHED_COLUMNS.isdisjoint(changed):
            username = f"@{contact.username}" if contact.username else ""
            parts = (contact.name, contact.given_first_name, contact.last_name, username, contact.email)
            contact.search = changed["search"] = normalization.fold("\n".join(filter(None, parts)))
        return changed

    def _name_that_follows(self, contact: Contact) -> dict[str, str]:
        """The column ``name`` if it is not set, and so far is empty or made of the first and the last name."""
        old_first, old_last = first_name_of(contact), contact.last_name
        is_made_of_them = contact.name in ("", full_name(old_first, old_last))
        if "name" in self.columns or not is_made_of_them or _PARTS_OF_NAME.isdisjoint(self.columns):
            return {}
        first = self.columns.get("given_first_name") or old_first
        return {"name": full_name(first, self.columns.get("last_name", old_last))}


def read_changes(
    workspace: Workspace, fields: Mapping[str, Any], definitions: Mapping[str, CustomField] | None = None
) -> Changes:
    """Check what the fields of a request body mean; the input serializers have checked types and lengths.

    Values of custom fields are under ``custom_fields``, or beside the others under their own keys. ``definitions`` are
    the workspace's custom fields by key, for callers that have read them already.
    Raises ``validation_failed`` with an error for each field that is wrong.
    """
    columns: dict[str, Any] = {column: fields[name] or "" for name, column in _TEXT_COLUMNS.items() if name in fields}
    if "opted_out" in fields:
        columns["opted_out"] = fields["opted_out"]
    errors: list[FieldError] = []
    for name in ("username", "email", "time_zone", "stage"):
        if name in fields:
            try:
                columns |= _columns(name, fields[name])
            except InvalidValue as error:
                errors.append(FieldError(name, error.code, error.detail))
    nested = {f"custom_fields.{key}": (key, value) for key, value in fields.get("custom_fields", {}).items()}
    beside = {name: (name, value) for name, value in fields.items() if name not in _FIELDS}
    custom_values, custom_errors = custom_fields.check_values(workspace, nested | beside, definitions)
    tags = read_tags(fields["tags"]) if "tags" in fields else None
    if errors or custom_errors:
        raise DomainError("validation_failed", errors=[*errors, *custom_errors])
    return Changes(columns, custom_values, tags)


def _columns(name: str, value: str | None) -> dict[str, Any]:
    """The columns of a field that has a form of its own. Raises :class:`InvalidValue`."""
    match name:
        case "username":
            username = normalization.parse_username(value) if value is not None else ""
            # In lower case, because Telegram ignores the case of usernames.
            return {"username": username, "username_key": username.lower() or None}
        case "email":
            key = normalization.email_key(value) if value is not None else None
            return {"email_key": key, "email": value.strip() if value is not None else ""}
        case "time_zone" if value is not None and value not in time_zones():
            raise InvalidValue("invalid_choice", "give a name of the IANA time zone database, such as Europe/Berlin")
        case "stage" if value not in Stage.values:
            raise InvalidValue("invalid_choice", f"the stages are: {', '.join(Stage.values)}")
    return {name: value or ""}


def read_tags(names: Iterable[str], field: str = "tags") -> list[str]:
    """The tags in their normal form and without duplicates, in the order in which they were sent.

    Raises ``validation_failed`` for ``field`` if one is not a tag or there are too many.
    """
    tags: dict[str, None] = {}
    for name in map(str.strip, names):
        tag = normalization.tag(name)
        # Normalizing makes a few letters longer, which no pattern can say.
        if len(name) > MAX_TAG or not matches(TAG, name) or len(tag) > MAX_TAG:
            detail = f"a tag has 1 to {MAX_TAG} characters, no control characters and none that show nothing"
            raise DomainError("validation_failed", errors=[FieldError(field, "invalid_tag", detail)])
        if normalization.STRAY_JOINER.search(tag):
            detail = "a joiner or variation selector stands where it shows nothing; remove it"
            raise DomainError("validation_failed", errors=[FieldError(field, "invisible_characters", detail)])
        tags[tag] = None
    if len(tags) > MAX_TAGS:
        detail = f"at most {MAX_TAGS} tags a request"
        raise DomainError("validation_failed", errors=[FieldError(field, "max_length", detail)])
    return list(tags)
