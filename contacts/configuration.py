"""The section ``custom_fields`` of a workspace's configuration."""

from functools import partial
from typing import Any

from contacts.custom_fields import MAX_CHOICE, MAX_CHOICES, MAX_LABEL
from contacts.models import CustomField, FieldType
from contacts.services import create_custom_field, update_custom_field
from crmsolid.api.fields import Choice, List, StrictSerializer, Text
from crmsolid.api.parsing import parse_object
from crmsolid.core.errors import invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import Change, apply_each

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
    field = CustomField.objects.for_workspace(actor.workspace).filter(key=wanted["key"]).first()
    if field is None:
        create_custom_field(actor, **wanted)
        return Change(SECTION, wanted["key"], "created")
    if wanted["type"] != field.type:
        raise invalid("type", "immutable", f"the type of {field.key} is {field.type} and cannot be changed")
    updated = update_custom_field(actor, field.pk, label=wanted["label"], choices=wanted["choices"])
    same = (updated.label, updated.choices) == (field.label, field.choices)
    return Change(SECTION, field.key, "unchanged" if same else "updated")
