"""The commands for API keys."""

from typing import Any

from apikeys.models import ApiKey
from crmsolid.core.clock import rfc3339


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
