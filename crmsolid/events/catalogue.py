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


_HEADERS = {
    "X-Signature": "`sha256=` and the lowercase hex HMAC-SHA256 of the raw body, keyed with the endpoint's secret.",
    "webhook-id": "The event's id: the same on every retry and replay.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "Signatures by Standard Webhooks, one or (during a rotation's overlap) two.",
}


def openapi_webhooks() -> dict[str, Any]:
    """The ``webhooks`` section of the OpenAPI 3.1 document: event type to path item."""
    return {event_type.name: {"post": _operation(event_type)} for event_type in event_types()}


def openapi_source() -> tuple[dict[str, Any], dict[str, Any]]:
    """The section as the schema registry takes it; its schemas stand inline, there are no components."""
    return openapi_webhooks(), {}


def _operation(event_type: EventType) -> dict[str, Any]:
    schema = {name: value for name, value in envelope_schema(event_type).items() if name != "$schema"}
    return {
        "operationId": f"on_{event_type.name.replace('.', '_')}",
        "summary": event_type.description or event_type.name,
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
            for name, text in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken. Answer within 10 seconds; anything else is retried."},
            "410": {"description": "Gone: the endpoint is disabled."},
        },
    }
