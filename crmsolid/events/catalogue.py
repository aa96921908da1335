"""The catalogue of events: each type with the JSON Schema of its ``data``, told by the app that emits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class EventKind:
    """One type: ``version`` counts up when a change is more than an addition."""

    type: str
    data_schema: Mapping[str, Any]
    version: int = 1
    description: str = ""


_kinds: dict[str, EventKind] = {}


def register_event(type: str, data_schema: Mapping[str, Any], version: int = 1, description: str = "") -> None:
    """Describe a type; called from the emitting app's ``ready``. ``ValueError`` for a type that is none of ours, or
    a second description that differs."""
    if type not in EVENT_TYPES and type != PING:
        raise ValueError(f"{type!r} is no event type of ours")
    kind = EventKind(type, data_schema, version, description)
    if _kinds.setdefault(type, kind) != kind:
        raise ValueError(f"{type!r} has been described otherwise already")


def kinds() -> list[EventKind]:
    """Every type in a stable order, ping last."""
    return [_kinds[type] for type in (*EVENT_TYPES, PING)]


def envelope_schema(kind: EventKind) -> dict[str, Any]:
    """The JSON Schema of a delivery's whole body."""
    return {
        "$schema": JSON_SCHEMA,
        "type": "object",
        "required": ["event", "id", "created_at", "data"],
        "properties": {
            "event": {"const": kind.type},
            "id": {"type": "string", "pattern": "^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
            "created_at": {"type": "string", "format": "date-time"},
            "data": dict(kind.data_schema),
        },
    }


def kind_payload(kind: EventKind) -> dict[str, Any]:
    """A type as ``GET /v1/webhooks/events`` answers it."""
    return {
        "type": kind.type,
        "version": kind.version,
        "description": kind.description,
        "schema": envelope_schema(kind),
    }


_HEADERS = {
    "X-Signature": "`sha256=` and the lowercase hex HMAC-SHA256 of the raw body, keyed with the endpoint's secret.",
    "webhook-id": "The event's id: the same on every retry and replay.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "Signatures by Standard Webhooks, one or (during a rotation's overlap) two.",
}


def openapi_webhooks() -> dict[str, Any]:
    """The ``webhooks`` section of the OpenAPI 3.1 document: event type to path item."""
    return {kind.type: {"post": _operation(kind)} for kind in kinds()}


def openapi_source() -> tuple[dict[str, Any], dict[str, Any]]:
    """The section as the schema registry takes it; its schemas stand inline, there are no components."""
    return openapi_webhooks(), {}


def _operation(kind: EventKind) -> dict[str, Any]:
    schema = {name: value for name, value in envelope_schema(kind).items() if name != "$schema"}
    return {
        "operationId": f"on_{kind.type.replace('.', '_')}",
        "summary": kind.description or kind.type,
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
