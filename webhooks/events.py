"""The event type of webhooks' own."""

from crmsolid.events.catalogue import declare, object_schema

PING = declare(
    "ping",
    "Sent by POST /v1/webhooks/{id}/test, to that endpoint alone.",
    subscribable=False,
    webhook=object_schema(
        id={"type": "string", "description": "The webhook's id."},
        url={"type": "string", "description": "Where the event is posted."},
    ),
)
