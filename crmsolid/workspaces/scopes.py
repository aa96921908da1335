"""The seven scopes of a key. Named ``verb:noun`` as the guide does; a write never implies its read."""

from enum import StrEnum


class Scope(StrEnum):
    READ_CONTACTS = "read:contacts"
    READ_MESSAGES = "read:messages"
    READ_ANALYTICS = "read:analytics"
    WRITE_MESSAGES = "write:messages"
    WRITE_CONTACTS = "write:contacts"
    MANAGE_SEQUENCES = "manage:sequences"
    MANAGE_WEBHOOKS = "manage:webhooks"


ALL_SCOPES = frozenset(Scope)

# What a write answers beyond what was sent is for those who hold the read scope beside it.
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


def parse_scopes(names: list[str]) -> frozenset[Scope]:
    """Scopes from their names, ``all`` for every one; ``ValueError`` names the first unknown."""
    if names == ["all"]:
        return ALL_SCOPES
    known = {scope.value: scope for scope in Scope}
    for name in names:
        if name not in known:
            raise ValueError(f"unknown scope {name!r}; the scopes are: {', '.join(known)}, or all")
    return frozenset(known[name] for name in names)
