"""Events about a person: their bodies are emptied with the person, and shown to them until then."""

import json
from typing import Any

from webhooks.models import Event


def erase(workspace_id: int, person: str) -> None:
    """Empty the bodies. That something of this type happened stays: positions have no gaps and figures stand."""
    _events(workspace_id, person).update(body=b"")


def export(workspace_id: int, person: str) -> dict[str, Any]:
    """``events``: what was, or will be, told to the workspace's webhooks."""
    rows = _events(workspace_id, person).exclude(body=b"").order_by("created_at", "id")
    return {"events": [json.loads(bytes(row.body)) for row in rows]}


def _events(workspace_id: int, person: str) -> Any:
    return Event.objects.for_workspace(workspace_id).filter(person=person)
