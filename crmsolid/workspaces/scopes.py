"""The scopes of API keys and members, named ``verb:noun``. A write scope does not include its read scope."""

from enum import StrEnum

from crmsolid.core.errors import invalid


class Scope(StrEnum):
    READ_CONTACTS = "read:contacts"
    READ_MESSAGES = "read:messages"
    READ_ANALYTICS = "read:analytics"
    WRITE_MESSAGES = "write:messages"
    WRITE_CONTACTS = "write:contacts"
    MANAGE_SEQUENCES = "manage:sequences"
    MANAGE_WEBHOOKS = "manage:webhooks"


ALL_SCOPES = frozenset(Scope)

# A write answers more than what was sent only to callers that have the read scope beside the write scope.
READ_BESIDE = {Scope.WRITE_CONTACTS: Scope.READ_CONTACTS, Scope.WRITE_MESSAGES: Scope.READ_MESSAGES}

DESCRIPTIONS: dict[Scope, str] = {
    Scope.READ_CONTACTS: "List, search and export contacts",
    Scope.READ_MESSAGES: "Stream chat history and inbox threads",
    Scope.READ_ANALYTICS: "Pull funnel, sequence and account stats",
    Scope.WRITE_MESSAGES: "Send direct messages and bulk broadcasts",
    Scope.WRITE_CONTACTS: "Create, update, tag and segment contacts",
    Scope.MANAGE_SEQUENCES: "Start, pause and resume drip sequences",
    Scope.MANAGE_WEBHOOKS: "Register and rotate webhook endpoints (shows event data)",
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
