"""What DRF checks before a handler runs: authentication, scopes and rate limit (``REST_FRAMEWORK`` in the settings)."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from crmsolid.api.request_context import RequestContext, request_context
from crmsolid.workspaces.actor import Actor


class KeyAuthentication(BaseAuthentication):
    """A bearer API key; sessions and cookies are never looked at. ``request.user`` is the actor."""

    def authenticate(self, request: Request) -> tuple[Actor, RequestContext]:
        context = request_context(request._request)
        return context.authenticate(request._request), context


class HasScopes(BasePermission):
    """Every scope that the view's endpoint declares; ``scope_missing`` otherwise."""

    def has_permission(self, request: Request, view: Any) -> bool:
        for scope in view.declared.scopes:
            view.actor.require(scope)
        return True


class KeyRateLimit(BaseThrottle):
    """One request out of the key's bucket; ``rate_limited`` with Retry-After when it is empty."""

    def allow_request(self, request: Request, view: Any) -> bool:
        request_context(request._request).check_rate_limit()
        return True
