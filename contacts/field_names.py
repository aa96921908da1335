"""Which names a workspace may give to the fields it adds to its contacts."""

import re

from crmsolid.core.errors import invalid

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)

# Names of the contact object and of what its calls answer beside it: a field of that name could not be told apart.
RESERVED = frozenset(
    {
        "id",
        "name",
        "first_name",
        "last_name",
        "username",
        "telegram_id",
        "email",
        "phone",
        "time_zone",
        "tags",
        "stage",
        "score",
        "opted_out",
        "custom_fields",
        "created",
        "created_at",
        "updated_at",
        "last_in_at",
        "last_out_at",
        "account_id",
        "workspace",
        "custom",
        "all",
        "any",
        "not",
        "field",
        "op",
        "value",
    }
)


def check_key(key: str) -> str:
    """The key itself. ``validation_failed`` unless it can stand beside the contact's own fields."""
    if not KEY.fullmatch(key):
        raise invalid("key", "invalid", "a key has 1 to 40 of a-z, 0-9 and _, and starts with a letter")
    if key in RESERVED:
        raise invalid("key", "reserved", f"{key} is a field of every contact already; choose another key")
    return key
