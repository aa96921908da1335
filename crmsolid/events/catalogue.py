"""The catalogue of events: each type with the JSON Schema of its ``data``, told by the app that emits it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: its name, the JSON Schema of its ``data`` and what it means. ``version`` counts the changes that
    were more than an addition."""

    name: str
    description: str
    data_schema: Mapping[str, Any] = field(repr=False)
    version: int = 1


# In the order in which they are listed.
EVENT_TYPES = (
    "message.sent",
    "message.received",
    "message.failed",
    "contact.created",
    "contact.tagged",
    "lead.scored",
    "sequence.started",
    "sequence.paused",
    "sequence.completed",
    "job.completed",
    "subscription.upgraded",
)
PING = "ping"

_types: dict[str, EventType] = {}


def declare(name: str, description: str, *, version: int = 1, **data: Mapping[str, Any]) -> EventType:
    """Declare an event type, once, in the ``events.py`` of the app that publishes it.

    ``data`` is the JSON Schema of each member of its ``data`` object. ``ValueError`` if another type has this name.
    """
    schema = {"type": "object", "required": list(data), "properties": data}
    event_type = EventType(name, description, schema, version)
    if _types.setdefault(name, event_type) != event_type:
        raise ValueError(f"the event type {name!r} is declared twice")
    return event_type


def event_type(name: str) -> EventType:
    """The declared type of this name; ``KeyError`` if there is none."""
    return _types[name]


def event_types() -> list[EventType]:
    """Every type in a stable order, ping last."""
    return [_types[name] for name in (*EVENT_TYPES, PING)]


def envelope_schema(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema of a delivery's whole body."""
    return {
        "$schema": JSON_SCHEMA,
        "type": "object",
        "required": ["event", "id", "created_at", "data"],
        "properties": {
            "event": {"const": event_type.name},
            "id": {"type": "string", "pattern": "^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
            "created_at": {"type": "string", "format": "date-time"},
            "data": dict(event_type.data_schema),
        },
    }


def describe(event_type: EventType) -> dict[str, Any]:
    """A type as ``GET /v1/webhooks/events`` answers it."""
    return {
        "type": event_type.name,
        "version": event_type.version,
        "description": event_type.description,
        "schema": envelope_schema(event_type),
    }
