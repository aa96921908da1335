"""The whole OpenAPI document, built from the routes, and its address. The same code always gives the same bytes."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes

from crmsolid.api import openapi_components as components
from crmsolid.api import openapi_shared as shared
from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.representations import Representation
from crmsolid.events.catalogue import EventType, event_types

DESCRIPTION = """\
Contacts, messages and sequences of a workspace.

Every request carries `Authorization: Bearer <key>`; every write an `Idempotency-Key`. Every answer, refusals included,
carries `X-Request-Id` and the `X-RateLimit-*` headers. A refusal is a problem document (RFC 9457) with a stable
`code`; each is explained under [/docs/errors/](/docs/errors/). Unknown fields and parameters are refused.
"""

# The repository grants no licence to others.
LICENSE = {"name": "All rights reserved", "identifier": "LicenseRef-All-Rights-Reserved"}

SECURITY = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "cs_live_… or cs_test_…",
        "description": "A key of the workspace, made in Settings > API Keys. A test key works in the test twin.",
    }
}


_WEBHOOK_HEADERS = {
    "X-Signature": "`sha256=` and the lowercase hex HMAC-SHA256 of the raw body, keyed with the endpoint's secret.",
    "webhook-id": "The event's id: the same on every retry and replay.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "Signatures by Standard Webhooks, one or (during a rotation's overlap) two.",
}


def build(urlconf: str | None = None) -> dict[str, Any]:
    """The OpenAPI document of a URL configuration, by default the product's."""
    document = SchemaGenerator(urlconf=urlconf or settings.ROOT_URLCONF).get_schema(request=None, public=True)
    document["info"] |= {"description": DESCRIPTION, "license": LICENSE}
    document["servers"] = [{"url": "/", "description": "The server that serves this document."}]
    document["tags"] = [{"name": name, "description": text} for name, text in components.TAGS.items()]
    section = document.setdefault("components", {})
    section["headers"] = components.HEADERS
    section["securitySchemes"] = SECURITY
    problems = {"Problem": components.PROBLEM, "FieldProblem": components.FIELD_PROBLEM}
    section["schemas"] = {**section.get("schemas", {}), **problems}
    section["schemas"] |= shared.event_components(section["schemas"])
    document["webhooks"] = {event_type.name: {"post": _webhook(event_type)} for event_type in event_types()}
    document = shared.with_named_enumerations(document)
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    return dict(_finished(document))


def _webhook(event_type: EventType) -> dict[str, Any]:
    """What is posted to a receiver for this event type."""
    schema = shared.reference(shared.event_name(event_type))
    return {
        "operationId": f"on_{event_type.name.replace('.', '_')}",
        "summary": event_type.description or event_type.name,
        "tags": ["Webhooks"],
        "security": [],
        "parameters": [
            *(
                {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
                for name, text in _WEBHOOK_HEADERS.items()
            ),
            {
                "name": "X-Request-Id",
                "in": "header",
                "description": "The X-Request-Id of the call that caused the event; absent if no call did.",
                "schema": {"type": "string"},
            },
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken. Answer within 10 seconds; anything else is retried."},
            "410": {"description": "Gone: the endpoint is disabled."},
        },
    }


def bases_without_description() -> list[type]:
    """Base classes whose docstrings are for developers, not for readers of the API reference (``GET_LIB_DOC_EXCLUDES``
    in the settings)."""
    return [*get_lib_doc_excludes(), QuerySerializer, Representation, StrictSerializer]


def _finished(node: Any) -> Any:
    """A copy where code in descriptions, which come from docstrings, stands between single backticks, integers have
    their format, and what is beside a reference needs no ``allOf``."""
    if isinstance(node, list):
        return [_finished(item) for item in node]
    if not isinstance(node, dict):
        return node
    finished = {name: _finished(value) for name, value in node.items()}
    if isinstance(finished.get("description"), str):
        finished["description"] = finished["description"].replace("``", "`")
    if finished.get("type") in ("integer", ["integer", "null"]):
        finished = {"type": finished.pop("type"), "format": "int64", **finished}
    if isinstance(finished.get("allOf"), list) and len(finished["allOf"]) == 1:
        finished = {**finished.pop("allOf")[0], **finished}
    return finished


def to_text(document: dict[str, Any]) -> str:
    """The document as text in the form of docs/openapi.json."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@lru_cache(maxsize=8)
def compact(urlconf: str) -> bytes:
    """The document of a URL configuration without spaces; built once in each process."""
    return json.dumps(build(urlconf), ensure_ascii=False, separators=(",", ":")).encode()


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """GET /openapi.json. It is public, and pages of any origin may read it. Its server has the address of the request,
    for programs that read the document from a file later."""
    address = json.dumps(request.build_absolute_uri("/").removesuffix("/")).encode()
    body = compact(settings.ROOT_URLCONF).replace(b'"servers":[{"url":"/"', b'"servers":[{"url":' + address, 1)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # A cache between a proxy and this server may not know the host by the address.
    headers = {"ETag": etag, "Cache-Control": "public, max-age=300", "Vary": "Host"}
    whole = HttpResponse(body, content_type="application/json", headers=headers)
    # Not the decorator of Django, whose 304 has none of these headers.
    response = get_conditional_response(request, etag=etag, response=whole) or whole
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
