"""The ``webhooks`` section of the OpenAPI document: what is posted to a receiver, for each event type."""

from typing import Any

from crmsolid.events.catalogue import EventType, envelope_schema, event_types

_HEADERS = {
    "X-Signature": "`sha256=` and the lowercase hex HMAC-SHA256 of the raw body, keyed with the endpoint's secret.",
    "webhook-id": "The event's id: the same on every retry and replay.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "Signatures by Standard Webhooks, one or (during a rotation's overlap) two.",
}
_REQUEST_ID = "The X-Request-Id of the call that caused the event; absent if no call did."


def openapi_webhooks() -> dict[str, Any]:
    """The ``webhooks`` section of the OpenAPI 3.1 document: event type to path item."""
    return {event_type.name: {"post": _operation(event_type)} for event_type in event_types()}


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
