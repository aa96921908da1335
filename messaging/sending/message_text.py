"""A message's text: judged when it is accepted, rendered once at the first claim."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from contacts.models import Contact, CustomField
from crmsolid.core.errors import invalid
from crmsolid.workspaces.models import Workspace
from messaging.sending import templating

MAX_UNITS = 4096
BUILT_IN = frozenset({"first_name", "last_name", "name", "username", "email"})


def check(workspace: Workspace, text: str) -> None:
    """Refuse bad syntax, unknown variables and, where it can be known already, a wrong length (422)."""
    try:
        names = templating.variables(text)
    except templating.TemplateSyntaxError as error:
        raise invalid("text", "template_syntax", error.detail) from None
    unknown = names - BUILT_IN
    if unknown:
        unknown -= set(CustomField.objects.for_workspace(workspace).values_list("key", flat=True))
    if unknown:
        shown = ", ".join(f"{{{name}}}" for name in sorted(unknown))
        raise invalid("text", "unknown_variable", f"there is no contact field for {shown}; {{{{ and }}}} are braces")
    plain = templating.literal(text)
    is_blank = not names and not plain.strip()
    if is_blank or templating.utf16_length(plain) > MAX_UNITS:
        raise invalid("text", "length", f"a text has 1 to {MAX_UNITS} UTF-16 units and is not blank")


def render(text: str, contact: Contact) -> str:
    """The text for this contact; :class:`templating.TemplateUnresolved` for a missing value, ``ValueError`` for the
    length."""
    rendered = templating.render(text, values_of(contact))
    if not 1 <= templating.utf16_length(rendered) <= MAX_UNITS or not rendered.strip():
        raise ValueError(f"the rendered text must have 1 to {MAX_UNITS} UTF-16 units")
    return rendered


def values_of(contact: Contact) -> Mapping[str, str | None]:
    """Every variable by name."""
    own = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "name": contact.name,
        "username": contact.username,
        "email": contact.email,
    }
    return {**{key: _shown(value) for key, value in contact.custom_fields.items()}, **own}


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(Decimal(repr(value)).normalize(), "f")  # every digit, no exponent, no ".0"
