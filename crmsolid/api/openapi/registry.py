"""What other floors add to the OpenAPI document, filled from above at start."""

from collections.abc import Callable
from typing import Any

# Answers {name: path item}, as OpenAPI 3.1 has it under `webhooks`, and {name: schema} for `components.schemas`.
WebhookSource = Callable[[], tuple[dict[str, Any], dict[str, Any]]]

_sources: list[WebhookSource] = []


def register_webhooks(source: WebhookSource) -> WebhookSource:
    """Add path items to ``webhooks``; called once a build, after all apps are ready."""
    if source not in _sources:
        _sources.append(source)
    return source


def webhooks() -> tuple[dict[str, Any], dict[str, Any]]:
    """All registered path items, and the component schemas they refer to."""
    items: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for source in _sources:
        found, needed = source()
        items |= found
        schemas |= needed
    return items, schemas
