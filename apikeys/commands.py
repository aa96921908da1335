"""What the management commands for keys share: durations, and how they print a key."""

import re
from datetime import timedelta
from typing import Any

from apikeys.models import ApiKey
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import invalid

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d{1,5})([smhd])", re.ASCII)


def parse_duration(text: str, field: str) -> timedelta:
    """Parse ``90d``, ``24h``, ``30m``, ``45s`` or ``0``; ``validation_failed`` on anything else."""
    if text == "0":
        return timedelta(0)
    match = _DURATION.fullmatch(text)
    if match is None:
        raise invalid(field, "invalid", f"{text!r} is not a duration; write 90d, 24h, 30m or 0")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def describe(key: ApiKey, **token: str) -> dict[str, Any]:
    """What every command prints of a key, and the ``token`` of a new one. ``workspace`` is the live one's slug."""
    return {
        "id": key.id,
        "prefix": key.prefix,
        **token,
        "name": key.name,
        "scopes": key.scopes,
        "mode": key.workspace.mode,
        "workspace": key.workspace.owner_workspace.slug,
        "expires_at": rfc3339(key.expires_at),
    }
