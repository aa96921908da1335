"""The public pages of the API: the interactive reference, the OpenAPI document, and a page for each error code."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import condition, require_safe

from crmsolid.api.openapi import document
from crmsolid.core.errors import CODES

# Content-Security-Policy.
_POLICY = "default-src 'none'; {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Swagger UI sets style attributes and has inline icons. Scripts are allowed only from this server.
_SWAGGER_POLICY = _POLICY.format(
    "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
_PAGE_POLICY = _POLICY.format("style-src 'self'")


@require_safe
@condition(etag_func=lambda request: document.served(settings.ROOT_URLCONF).etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. It is public, and pages of any origin may read it."""
    body = document.served(settings.ROOT_URLCONF).body
    response = HttpResponse(body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """The interactive reference (Swagger UI). Everything it loads comes from this server."""
    return _page(request, "docs/swagger.html", {}, _SWAGGER_POLICY)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """The list of all error codes, ordered by status."""
    rows = [(code, info, backticks_to_html(info.help)) for code, info in CODES.items()]
    return _page(request, "docs/errors.html", {"codes": sorted(rows, key=lambda row: row[1].status)}, _PAGE_POLICY)


@require_safe
def error(request: HttpRequest, code: str) -> HttpResponse:
    """The page of one error code; the ``type`` of a problem document is its address."""
    if code not in CODES:
        raise Http404
    context = {"code": code, "info": CODES[code], "help": backticks_to_html(CODES[code].help)}
    return _page(request, "docs/error.html", context, _PAGE_POLICY)


def backticks_to_html(text: str) -> SafeString:
    """Escaped HTML; text between backticks becomes a ``<code>`` element."""
    plain, *rest = text.split("`")
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return format_html("{}{}", plain, format_html_join("", "<code>{}</code>{}", pairs))


def _page(request: HttpRequest, template: str, context: dict[str, Any], policy: str) -> HttpResponse:
    response = render(request, template, context)
    response.headers["Content-Security-Policy"] = policy
    return response


urlpatterns: list[URLPattern] = [
    path("openapi.json", openapi, name="openapi"),
    path("swagger", swagger, name="swagger"),
    path("docs/errors/", errors, name="errors"),
    path("docs/errors/<slug:code>", error, name="error"),
]
