"""What DRF asks before each handler runs: who is it, may they, how often (``REST_FRAMEWORK`` in the settings)."""

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.workspaces.actor import Actor


def method_of(request: HttpRequest) -> str:
    """The request's method; HEAD is a GET without its body."""
    return "GET" if request.method == "HEAD" else str(request.method)


def actor_of(request: Request) -> Actor:
    """Who asks; raises what authentication raises."""
    actor: Any = request.user
    return actor


class KeyAuthentication(BaseAuthentication):
    """A bearer API key; sessions and cookies are never looked at."""

    def authenticate(self, request: Request) -> tuple[Actor, RequestContext]:
        context = request_context(request._request)
        return context.authenticate(request._request), context

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScopes(BasePermission):
    """Every scope that the endpoint declares."""

    def has_permission(self, request: Request, view: Any) -> bool:
        for scope in view.endpoints[method_of(request._request)].scopes:
            actor_of(request).require(scope)
        return True


class KeyRateLimit(BaseThrottle):
    """One request out of the key's bucket; raises ``rate_limited`` with its Retry-After."""

    def allow_request(self, request: Request, view: Any) -> bool:
        request_context(request._request).check_rate_limit()
        return True
