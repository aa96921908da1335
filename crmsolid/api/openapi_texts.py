"""What the OpenAPI document says of a field without a ``help_text``: for a body what its resource says of that field,
else what its name means everywhere. Assistants read none of it: their tools take ``help_text`` alone."""

from typing import Any

from crmsolid.api.fields import StrictSerializer

_MEMBERS = {
    "add": "Tags to add.",
    "contact_id": "The contact.",
    "remove": "Tags to take away.",
}
_PARAMETERS = {
    "format": "The format of the file.",
    "sort": "The order; `-` is the other way round.",
    "stage": "In this stage alone.",
    "state": "In this state alone.",
    "status": "With this status alone.",
}


def of_parameter(name: str) -> str:
    """What a query parameter is for; empty if its name does not say."""
    return _PARAMETERS.get(name, "")


def of_member(serializer: Any, name: str) -> str:
    """What a member of an object is; empty if nothing says it."""
    if isinstance(serializer, StrictSerializer) and serializer.resource is not None:
        field = serializer.resource().get_fields().get(name)
        if field is not None and field.help_text:
            return str(field.help_text)
    return _MEMBERS.get(name, "")
