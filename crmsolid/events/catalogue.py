"""The catalogue of event types: a registry that the apps fill, each in its ``events.py``, when they are loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event: its name, what it means and the JSON Schema of its ``data``.

    ``version`` counts the changes of the schema that were more than an addition. Endpoints can subscribe to it if it is
    ``subscribable``.
    """

    name: str
    description: str
    data_schema: Mapping[str, Any] = field(repr=False)
    version: int = 1
    subscribable: bool = True


_declared: dict[str, EventType] = {}


def declare(
    name: str, description: str, *, version: int = 1, subscribable: bool = True, **data: Mapping[str, Any]
) -> EventType:
    """Declare an event type, in the one module that the publishing app's ``ready`` imports for it.

    ``data`` is the JSON Schema of each member of its ``data`` object. ``ValueError`` if another type has this name.
    """
    schema = {"type": "object", "required": list(data), "properties": data}
    declared = EventType(name, description, schema, version, subscribable)
    if _declared.setdefault(name, declared) != declared:
        raise ValueError(f"the event type {name!r} is declared twice")
    return declared


def event_type(name: str) -> EventType:
    """The declared type of this name; ``KeyError`` if there is none."""
    return _declared[name]


def event_types() -> list[EventType]:
    """Every declared type by name, those that nobody can subscribe to last. ``RuntimeError`` while apps are loading."""
    if not apps.ready:
        raise RuntimeError("the catalogue of event types is complete once all apps are loaded")
    return sorted(_declared.values(), key=lambda event_type: (not event_type.subscribable, event_type.name))


def event_names() -> list[str]:
    """The names of all types, as :func:`event_types` orders them."""
    return [event_type.name for event_type in event_types()]


def subscribable_names() -> list[str]:
    """The names of the types that an endpoint can subscribe to."""
    return [event_type.name for event_type in event_types() if event_type.subscribable]


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
    """A type as ``GET /v1/webhooks/events`` returns it."""
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
_REQUEST_ID = "The X-Request-Id of the call that caused the event, if a call did."


def openapi_webhooks() -> dict[str, Any]:
    """The ``webhooks`` section of the OpenAPI 3.1 document: event type to path item."""
    return {event_type.name: {"post": _operation(event_type)} for event_type in event_types()}


def openapi_source() -> tuple[dict[str, Any], dict[str, Any]]:
    """The ``webhooks`` section and its components, of which it has none: its schemas are inline."""
    return openapi_webhooks(), {}


def _operation(event_type: EventType) -> dict[str, Any]:
    schema = {name: value for name, value in envelope_schema(event_type).items() if name != "$schema"}
    return {
        "operationId": f"on_{event_type.name.replace('.', '_')}",
        "summary": event_type.description or event_type.name,
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            *(
                {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
                for name, text in _HEADERS.items()
            ),
            {"name": "X-Request-Id", "in": "header", "description": _REQUEST_ID, "schema": {"type": "string"}},
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken. Answer within 10 seconds; anything else is retried."},
            "410": {"description": "Gone: the endpoint is disabled."},
        },
    }
