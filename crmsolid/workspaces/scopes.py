"""The scopes of API keys and members, named ``verb:noun``. A write scope does not include its read scope."""

from django.db.models import TextChoices

from crmsolid.core.errors import invalid


class Scope(TextChoices):
    """A scope and its description."""

    READ_CONTACTS = "read:contacts", "List, search and export contacts"
    READ_MESSAGES = "read:messages", "Stream chat history and inbox threads"
    READ_ANALYTICS = "read:analytics", "Pull funnel, sequence and account stats"
    WRITE_MESSAGES = "write:messages", "Send direct messages and bulk broadcasts"
    WRITE_CONTACTS = "write:contacts", "Create, update, tag and segment contacts"
    MANAGE_SEQUENCES = "manage:sequences", "Start, pause and resume drip sequences"
    MANAGE_WEBHOOKS = "manage:webhooks", "Register and rotate webhook endpoints (shows event data)"


ALL_SCOPES = frozenset(Scope)

# What a write answers beyond what was sent depends on these read scopes. A preview of a text as it is filled in for a
# person shows what is known of them, so it depends on read:contacts.
READ_BESIDE: dict[Scope, tuple[Scope, ...]] = {
    Scope.WRITE_CONTACTS: (Scope.READ_CONTACTS,),
    Scope.WRITE_MESSAGES: (Scope.READ_MESSAGES, Scope.READ_CONTACTS),
    Scope.MANAGE_SEQUENCES: (Scope.READ_CONTACTS,),
}


def parse_scopes(text: str) -> frozenset[Scope]:
    """Scopes from a comma-separated list, or ``all``. ``validation_failed`` names the first unknown scope."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return ALL_SCOPES
    for name in names:
        if name not in ALL_SCOPES:
            known = ", ".join(scope.value for scope in Scope)
            raise invalid("scopes", "invalid_choice", f"unknown scope {name!r}; the scopes are: {known}, or all")
    return frozenset(Scope(name) for name in names)
