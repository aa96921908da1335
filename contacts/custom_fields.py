"""Custom fields: what a workspace may define, whether a value fits its field, and the section of the configuration."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from contacts.models import CustomField, FieldType
from contacts.normalization import InvalidValue
from contacts.representations import ContactOut
from crmsolid.api.fields import Choice, List, StrictSerializer, Text, matches
from crmsolid.api.pagination import Page, page
from crmsolid.api.parsing import parse_object
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core.errors import FieldError, invalid, not_found
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.configuration import Change, apply_each
from crmsolid.workspaces.models import Role, Workspace

MAX_LABEL = 100
MAX_CHOICES = 100
MAX_CHOICE = 100
# All definitions are read for each request that has a value of one.
MAX_FIELDS = 200
MAX_TEXT = 1000
# Readers that keep numbers as doubles would see a different number beyond this one.
MAX_NUMBER = 2**53

# A JSON Schema pattern.
KEY = r"^[a-z][a-z0-9_]{0,39}$"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# Custom fields stand beside the contact's own fields, in request bodies, templates and segment rules.
RESERVED_KEYS = frozenset(ContactOut().get_fields()) | {
    *("created", "last_in_at", "last_reply_at", "last_out_at", "account_id", "workspace"),
    *("custom", "all", "any", "not", "field", "op", "value"),
}


def check_key(key: str) -> None:
    """Raise :class:`InvalidValue` unless a custom field may have this key."""
    if not matches(KEY, key):
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
            return _check_number(value)
        case FieldType.BOOLEAN:
            if not isinstance(value, bool):
                raise InvalidValue("invalid", "give true or false")
        case FieldType.DATE:
            if not (isinstance(value, str) and _is_date(value)):
                raise InvalidValue("invalid", "give a date such as 2026-06-04")
        case FieldType.CHOICE:
            if value not in choices:
                raise InvalidValue("invalid_choice", f"give one of: {', '.join(map(str, choices))}")
    return value


def _check_number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidValue("invalid", "give a number")
    if not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise InvalidValue("out_of_range", f"a number lies between -{MAX_NUMBER} and {MAX_NUMBER}")
    return value + 0  # turns -0.0 into 0.0: PostgreSQL has no negative zero


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:  # it is not in the calendar
        return False


def list_custom_fields(actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the workspace's custom fields, by key. Errors: ``scope_missing``, ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    rows = CustomField.objects.for_workspace(actor.workspace)
    return page(rows, sort="key", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters={})


def get_custom_field(actor: Actor, key: str) -> CustomField:
    """One custom field. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_CONTACTS)
    return _find(actor, key)


def _find(actor: Actor, key: str, *, lock: bool = False) -> CustomField:
    rows = CustomField.objects.for_workspace(actor.workspace).filter(key=key)
    field: CustomField | None = (rows.select_for_update(no_key=True) if lock else rows).first()
    if field is None:
        raise not_found("custom field")
    return field


@unit_of_work()
def create_custom_field(actor: Actor, *, key: str, label: str, type: str, choices: Sequence[str] = ()) -> CustomField:
    """Define a custom field. ``choices`` are for the type ``choice`` only.

    Key and type cannot be changed later, because contacts have values of this type under the key. Errors:
    ``scope_missing``; ``forbidden`` for members who are neither admins nor owners, and for assistants;
    ``validation_failed``.
    """
    _require_definer(actor)
    try:
        check_key(key)
        check_count(actor.workspace)
    except InvalidValue as error:
        raise invalid("key", error.code, error.detail) from None
    if type not in FieldType.values:
        raise invalid("type", "invalid_choice", f"the types are: {', '.join(FieldType.values)}")
    values = {"label": _read_label(label), "choices": _choices_of(type, choices)}
    checks.write_about_many(actor)
    field = CustomField(workspace=actor.workspace, key=key, type=type, **values)
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:
        raise invalid("key", "duplicate", "a field with this key already exists") from None
    names = ["key", "label", "type", *(["choices"] if field.choices else [])]
    audit.record(actor, "customfield.created", str(field.pk), fields=names)
    return field


@unit_of_work()
def update_custom_field(
    actor: Actor,
    key: str,
    *,
    label: str | None = None,
    choices: Sequence[str] | None = None,
    type: str | None = None,
    check: Check = unconditional,
) -> CustomField:
    """Replace the label and the choices where they are given. Contacts keep values that are no longer among the
    choices. ``type`` may only be the one that there is. ``check`` gets the field as it was.

    Errors: as :func:`create_custom_field`; ``not_found``, ``precondition_failed``.
    """
    _require_definer(actor)
    field = _find(actor, key, lock=True)
    if type is not None and type != field.type:
        raise invalid("type", "immutable", f"the type of {key} is {field.type} and cannot be changed")
    wanted = {
        "label": field.label if label is None else _read_label(label),
        "choices": field.choices if choices is None else _choices_of(field.type, choices),
    }
    check(field)
    checks.write_about_many(actor, state={"the custom field": checks.digest(field.label, field.choices)})
    old = {name: getattr(field, name) for name, value in wanted.items() if getattr(field, name) != value}
    if old:
        new = {name: wanted[name] for name in old}
        for name, value in new.items():
            setattr(field, name, value)
        field.save(update_fields=list(new))
        audit.record(actor, "customfield.changed", str(field.pk), fields=[], old=old, new=new)
    return field


def _require_definer(actor: Actor) -> None:
    """A key has no role: its scope says that it may. Members may by their role."""
    actor.require(Scope.WRITE_CONTACTS)
    if actor.subject.kind != "key":
        actor.require_role(Role.ADMIN, Role.OWNER)


def _read_label(label: str) -> str:
    if not 1 <= len(label.strip()) <= MAX_LABEL:
        raise invalid("label", "length", f"a label has 1 to {MAX_LABEL} characters")
    return label.strip()


def _choices_of(field_type: str, choices: Sequence[str]) -> list[str]:
    if choices and field_type != FieldType.CHOICE:
        raise invalid("choices", "no_choices", f"only a field of the type {FieldType.CHOICE} has choices")
    try:
        return read_choices(field_type, choices)
    except InvalidValue as error:
        raise invalid("choices", error.code, error.detail) from None


# The section of the configuration.
SECTION = "custom_fields"


class CustomFieldItem(StrictSerializer):
    key = Text()
    label = Text(max_length=MAX_LABEL)  # type: ignore[assignment]
    type = Choice(choices=FieldType.values)
    choices = List(child=Text(max_length=MAX_CHOICE), max_length=MAX_CHOICES, default=list)


def dump(actor: Actor) -> list[Any]:
    """All custom fields by key."""
    fields = CustomField.objects.for_workspace(actor.workspace).order_by("key")
    return [{"key": field.key, "label": field.label, "type": field.type, "choices": field.choices} for field in fields]


def apply(actor: Actor, items: list[Any], path: str) -> list[Change]:
    """Create the fields whose keys are new, and give the others the label and the choices of the document."""
    return apply_each(items, path, partial(_apply_field, actor))


def _apply_field(actor: Actor, item: Any) -> Change:
    wanted = parse_object(item, CustomFieldItem)
    if wanted["type"] != FieldType.CHOICE:
        wanted["choices"] = []
    field = CustomField.objects.for_workspace(actor.workspace).filter(key=wanted["key"]).first()
    if field is None:
        create_custom_field(actor, **wanted)
        return Change(SECTION, wanted["key"], "created")
    updated = update_custom_field(actor, **wanted)
    same = (updated.label, updated.choices) == (field.label, field.choices)
    return Change(SECTION, field.key, "unchanged" if same else "updated")
