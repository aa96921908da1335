"""The whole OpenAPI document, built from the routes. The same code always gives the same bytes."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.openapi import components
from crmsolid.api.openapi.links import add_links
from crmsolid.api.openapi.webhooks import openapi_webhooks
from crmsolid.api.representations import Representation

DESCRIPTION = """\
Contacts, messages and sequences of a workspace.

Every request carries `Authorization: Bearer <key>`; every write an `Idempotency-Key`. Every answer, refusals included,
carries `X-Request-Id` and the `X-RateLimit-*` headers. A refusal is a problem document (RFC 9457) with a stable
`code`; each is explained under [/docs/errors/](/docs/errors/). Unknown fields and parameters are refused.
"""

SECURITY = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "cs_live_… or cs_test_…",
        "description": "A key of the workspace, made in Settings > API Keys. A test key works in the test twin.",
    }
}


@dataclass(frozen=True, slots=True)
class Document:
    """The document as it is served: its bytes and their strong ETag, quotes included."""

    body: bytes
    etag: str


def build(urlconf: str | None = None) -> dict[str, Any]:
    """The OpenAPI document of a URL configuration, by default the product's."""
    document = SchemaGenerator(urlconf=urlconf or settings.ROOT_URLCONF).get_schema(request=None, public=True)
    document["info"]["description"] = DESCRIPTION
    section = document.setdefault("components", {})
    section["headers"] = components.HEADERS
    section["securitySchemes"] = SECURITY
    problems = {"Problem": components.PROBLEM, "FieldProblem": components.FIELD_PROBLEM}
    section["schemas"] = dict(sorted({**section.get("schemas", {}), **problems}.items()))
    add_links(document)
    document["webhooks"] = openapi_webhooks()
    return dict(_descriptions_as_markdown(document))


def bases_without_description() -> list[type]:
    """Base classes whose docstrings must not become descriptions: they address developers, not readers of the API
    reference. drf-spectacular's setting ``GET_LIB_DOC_EXCLUDES`` names this function."""
    return [*get_lib_doc_excludes(), QuerySerializer, Representation, StrictSerializer]


def _descriptions_as_markdown(node: Any) -> Any:
    """A copy of the document where code in descriptions stands between single backticks, as CommonMark has it.

    Descriptions come from docstrings, where it stands between double ones.
    """
    if isinstance(node, list):
        return [_descriptions_as_markdown(item) for item in node]
    if not isinstance(node, dict):
        return node
    converted = {name: _descriptions_as_markdown(value) for name, value in node.items()}
    if isinstance(converted.get("description"), str):
        converted["description"] = converted["description"].replace("``", "`")
    return converted


def to_text(document: dict[str, Any]) -> str:
    """The document as text in the form of docs/openapi.json."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@lru_cache(maxsize=8)
def served(urlconf: str) -> Document:
    """The document of a URL configuration as it is served; built once in each process."""
    body = json.dumps(build(urlconf), ensure_ascii=False, separators=(",", ":")).encode()
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
