"""The address of the OpenAPI document."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import condition, require_safe

from crmsolid.api.openapi import document


@require_safe
@condition(etag_func=lambda request: document.served(settings.ROOT_URLCONF).etag)
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document. It is public, and pages of any origin may read it."""
    body = document.served(settings.ROOT_URLCONF).body
    response = HttpResponse(body, content_type="application/json")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


urlpatterns: list[URLPattern] = [path("openapi.json", openapi, name="openapi")]
