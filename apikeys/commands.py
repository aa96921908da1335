"""What the key commands share: durations, scope names, and how a key is printed."""

import re
from datetime import timedelta
from typing import Any

from apikeys.models import ApiKey
from apikeys.services import IssuedKey
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import invalid
from crmsolid.workspaces.scopes import Scope, parse_scopes

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,5})([smhd])", re.ASCII)


def parse_duration(text: str, field: str) -> timedelta:
    """``90d``, ``24h``, ``30m``, ``45s`` or ``0``. ``validation_failed`` on anything else."""
    if text == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise invalid(field, "invalid", f"{text!r} is not a duration; write 90d, 24h, 30m or 0")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def scopes_from(text: str) -> frozenset[Scope]:
    """Scopes from a comma-separated list, ``all`` for every one. ``validation_failed`` names the unknown one."""
    try:
        return parse_scopes([name.strip() for name in text.split(",") if name.strip()])
    except ValueError as error:
        raise invalid("scopes", "invalid_choice", str(error)) from None


def describe(key: ApiKey) -> dict[str, Any]:
    """What every command prints of a key; ``workspace`` is the live one's slug, ``mode`` tells the twin apart."""
    return {
        "id": key.id,
        "prefix": key.prefix,
        "name": key.name,
        "scopes": key.scopes,
        "mode": key.workspace.mode,
        "workspace": key.workspace.owner_workspace.slug,
        "expires_at": rfc3339(key.expires_at),
    }


def describe_issued(issued: IssuedKey) -> dict[str, Any]:
    """A new key with its token, which is printed this once."""
    facts = describe(issued.key)
    return {"id": facts.pop("id"), "prefix": facts.pop("prefix"), "token": issued.token, **facts}
