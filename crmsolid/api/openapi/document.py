"""The OpenAPI document as a whole: built from the routes, the same bytes for the same code."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_lib_doc_excludes

from crmsolid.api.fields import QuerySerializer, StrictSerializer
from crmsolid.api.openapi import components as parts
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
    """The bytes served and their strong ETag."""

    body: bytes
    etag: str


def build(urlconf: str | None = None) -> dict[str, Any]:
    """The document of a URL configuration, the product's by default."""
    document = SchemaGenerator(urlconf=urlconf or settings.ROOT_URLCONF).get_schema(request=None, public=True)
    document["info"]["description"] = DESCRIPTION
    components = document.setdefault("components", {})
    components["headers"] = parts.HEADERS
    components["securitySchemes"] = SECURITY
    own = {"Problem": parts.PROBLEM, "FieldProblem": parts.FIELD_PROBLEM}
    components["schemas"] = dict(sorted({**components.get("schemas", {}), **own}.items()))
    add_links(document)
    document["webhooks"] = openapi_webhooks()
    return dict(_in_markdown(document))


def bases_without_description() -> list[type]:
    """Base classes whose docstrings are for developers, not for readers of the API reference."""
    return [*get_lib_doc_excludes(), QuerySerializer, Representation, StrictSerializer]


def _in_markdown(part: Any) -> Any:
    """Descriptions come from docstrings, where code stands in two backticks; OpenAPI takes CommonMark."""
    if isinstance(part, list):
        return [_in_markdown(each) for each in part]
    if not isinstance(part, dict):
        return part
    plain = {name: _in_markdown(each) for name, each in part.items()}
    if isinstance(plain.get("description"), str):
        plain["description"] = plain["description"].replace("``", "`")
    return plain


def to_text(document: dict[str, Any]) -> str:
    """The form that is kept under version control."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@lru_cache(maxsize=8)
def served(urlconf: str) -> Document:
    """Built once a process."""
    body = json.dumps(build(urlconf), ensure_ascii=False, separators=(",", ":")).encode()
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
