"""The catalogue of event types, which the apps fill, each in its ``events.py``, when they are loaded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.authors import AuthorKind


@dataclass(frozen=True, slots=True)
class EventType:
    """``data_schema`` is the JSON Schema of its ``data``; ``version`` counts the changes of that schema which were more
    than an addition. Endpoints can subscribe to it if it is ``subscribable``."""

    name: str
    description: str
    data_schema: Mapping[str, Any] = field(repr=False)
    version: int = 1
    subscribable: bool = True


_declared: ExtensionPoint[EventType] = ExtensionPoint("event types")


def object_schema(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of an object with these members, every one of them required."""
    return {"type": "object", "required": list(properties), "properties": properties}


# Who caused an event, as `author` in messages; null for the product itself and for what people on Telegram do.
ACTOR_SCHEMA = {
    "anyOf": [
        object_schema(
            type={"type": "string", "enum": AuthorKind.values},
            id={"type": ["string", "null"]},
            name={"type": ["string", "null"]},
        )
        | {"title": "Author"},
        {"type": "null"},
    ],
    "description": "Who caused it; null for the product and for people on Telegram.",
}


def declare(
    name: str, description: str, *, version: int = 1, subscribable: bool = True, **data: Mapping[str, Any]
) -> EventType:
    """Declare an event type, in a module that the ``registrations`` of the publishing app import.

    ``data`` is the JSON Schema of each member of its ``data`` object. ``ValueError`` if another type has this name.
    """
    return _declared.register(name, EventType(name, description, object_schema(**data), version, subscribable))


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


def wildcards() -> list[str]:
    """``<noun>.*`` for each noun that has types which endpoints can subscribe to."""
    return sorted({f"{name.partition('.')[0]}.*" for name in subscribable_names()})


def types_of(wildcard: str) -> list[str]:
    """The names of the types that one of :func:`wildcards` stands for today."""
    return [name for name in subscribable_names() if name.startswith(wildcard.removesuffix("*"))]


@lru_cache(maxsize=1024)
def subscriptions_to(name: str) -> frozenset[str]:
    """What an endpoint may have subscribed to in order to get events of this type: its name, ``<noun>.*`` and ``*``.
    A type that this process does not know yet, of a newer version beside it, counts as one that can be subscribed
    to."""
    known = _declared.get(name)
    if known is not None and not known.subscribable:
        return frozenset()
    return frozenset({name, f"{name.partition('.')[0]}.*", "*"})


def envelope_schema(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema of a delivery's whole body."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["event", "id", "created_at", "actor", "data"],
        "properties": {
            "event": {"type": "string", "const": event_type.name},
            "id": {"type": "string", "pattern": "^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$"},
            "created_at": {"type": "string", "format": "date-time"},
            "actor": ACTOR_SCHEMA,
            "data": dict(event_type.data_schema),
        },
    }
