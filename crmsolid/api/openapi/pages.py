"""The addresses of the OpenAPI document and of the Postman collection."""

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import condition, require_safe

from crmsolid.api.openapi import document, postman


@require_safe
@condition(etag_func=lambda request: document.served(settings.ROOT_URLCONF).etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. It is public, and pages of any origin may read it."""
    return _public(document.served(settings.ROOT_URLCONF).body, "public, max-age=300")


@require_safe
def postman_collection(request: HttpRequest) -> HttpResponse:
    """The Postman collection of all operations, for the address that it is asked for at."""
    here = json.dumps(request.build_absolute_uri("/").rstrip("/")).encode()
    body = document.postman_collection(settings.ROOT_URLCONF).replace(postman.BASE_URL_JSON, here)
    return _public(body, "no-cache")  # it depends on the host


def _public(body: bytes, cache_control: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/json")
    response.headers["Cache-Control"] = cache_control
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns: list[URLPattern] = [
    path("openapi.json", openapi, name="openapi"),
    path("postman.json", postman_collection, name="postman"),
]
