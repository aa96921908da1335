"""What a reader of the API opens in a browser: the reference, the document behind it, and the page of each error."""

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

_POLICY = "default-src 'none'; {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Swagger UI sets style attributes and inlines its icons; scripts are files of ours alone.
_SWAGGER_POLICY = _POLICY.format(
    "script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'"
)
_PAGE_POLICY = _POLICY.format("style-src 'self'")


def _etag(request: HttpRequest) -> str:
    return document.served(settings.ROOT_URLCONF).etag


@require_safe
@condition(etag_func=_etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for anybody and any origin: it holds no secret."""
    found = document.served(settings.ROOT_URLCONF)
    response = HttpResponse(found.body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """The interactive reference; everything it loads comes from this server."""
    return _page(request, "docs/swagger.html", {}, _SWAGGER_POLICY)


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    """Every code, by status."""
    rows = [(code, info, marked(info.help)) for code, info in CODES.items()]
    return _page(request, "docs/errors.html", {"codes": sorted(rows, key=lambda row: row[1].status)}, _PAGE_POLICY)


@require_safe
def error(request: HttpRequest, code: str) -> HttpResponse:
    """One code: where the ``type`` of a problem leads."""
    if code not in CODES:
        raise Http404
    info = CODES[code]
    return _page(request, "docs/error.html", {"code": code, "info": info, "help": marked(info.help)}, _PAGE_POLICY)


def marked(text: str) -> SafeString:
    """What stands between backticks, as code."""
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
