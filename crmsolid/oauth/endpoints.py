"""The endpoints that programs call: metadata, tokens, revocation.

No cookie counts at them, so any origin may call them. Those that write have a rate limit for each address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import RevokeTokenView, TokenView

from apikeys.limiter import Decision, limiter
from crmsolid.core.client_ip import client_ip, network_of
from crmsolid.oauth.services import OFFERED

TOKEN_REQUESTS = 600  # a minute and address
AUTH_METHODS = ["none", "client_secret_basic", "client_secret_post"]
GRANT_TYPES = ["authorization_code", "refresh_token"]

View = Callable[[HttpRequest], HttpResponse]


def origin(request: HttpRequest) -> str:
    """The issuer: scheme and host of the request, of which Django has checked the host."""
    return request.build_absolute_uri("/").rstrip("/")


def resource_url(request: HttpRequest) -> str:
    """The one resource that tokens are issued for."""
    return f"{origin(request)}/mcp"


def error_response(error: str, description: str, status: int = 400, **headers: str) -> JsonResponse:
    """An error as OAuth's endpoints answer it (RFC 6749, 5.2)."""
    return JsonResponse({"error": error, "error_description": description}, status=status, headers=headers)


def rate_limited(description: str, decision: Decision) -> JsonResponse:
    headers = {"Retry-After": str(decision.reset_seconds)}
    return error_response("rate_limited", description, 429, **headers)


def public_endpoint(method: str, *, bucket: str = "", limit: int = 0) -> Callable[[View], View]:
    """Decorate a view that programs call: one method, from any origin, without cookies; ``limit`` requests a minute and
    address if a ``bucket`` is named."""

    def decorate(view: View) -> View:
        def checked(request: HttpRequest) -> HttpResponse:
            if request.method == "OPTIONS":
                return HttpResponse(status=204)
            if request.method != method and (request.method, method) != ("HEAD", "GET"):
                return error_response("invalid_request", f"use {method}", 405, Allow=method)
            if bucket:
                decision = limiter().check(f"{bucket}:{network_of(client_ip(request), ipv6=64)}", limit)
                if not decision.allowed:
                    return rate_limited(f"more than {limit} requests a minute from this address", decision)
            return view(request)

        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            response = checked(request)
            response.headers["Access-Control-Allow-Origin"] = "*"
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = method
                response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, MCP-Protocol-Version"
            return response

        return csrf_exempt(answer)

    return decorate


@public_endpoint("GET")
def protected_resource(request: HttpRequest) -> HttpResponse:
    """RFC 9728. Both forms of its address answer the same, because there is one resource."""
    return JsonResponse(
        {
            "resource": resource_url(request),
            "authorization_servers": [origin(request)],
            "scopes_supported": [scope.value for scope in OFFERED],
            "bearer_methods_supported": ["header"],
            "resource_name": "CRM Solid",
        }
    )


@public_endpoint("GET")
def authorization_server(request: HttpRequest) -> HttpResponse:
    """RFC 8414. Clients look for it at two addresses; the issuer is the origin at both."""

    def url(name: str) -> str:
        return request.build_absolute_uri(reverse(f"oauth:{name}"))

    return JsonResponse(
        {
            "issuer": origin(request),
            "authorization_endpoint": url("authorize"),
            "token_endpoint": url("token"),
            "registration_endpoint": url("register"),
            "revocation_endpoint": url("revoke"),
            "scopes_supported": [scope.value for scope in OFFERED],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": GRANT_TYPES,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": AUTH_METHODS,
            "revocation_endpoint_auth_methods_supported": AUTH_METHODS,
            "client_id_metadata_document_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }
    )


def repeated_parameter(parameters: QueryDict) -> str:
    """The name of a parameter that is there twice, "" if none is (RFC 6749, 3.1). ``resource`` may be (RFC 8707, 2)."""
    return next((name for name, values in parameters.lists() if len(values) > 1 and name != "resource"), "")


def _well_formed(view: View) -> View:
    """Refuse a NUL in any parameter, because no value has one and PostgreSQL would raise an error, and a parameter that
    is there twice: which of the two counts must not be a matter of who reads them."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if any("\0" in value for values in request.POST.lists() for value in (values[0], *values[1])):
            return error_response("invalid_request", "a parameter contains a NUL character")
        if repeated := repeated_parameter(request.POST):
            return error_response("invalid_request", f"{repeated[:50]} is given more than once")
        return view(request)

    return answer


class _TokenView(TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The parent's, without the device flow, and with the headers that it leaves out of some errors."""
        response: HttpResponse = self.authorization_flow_token_response(request)
        response.headers["Content-Type"] = "application/json"
        response.headers["Cache-Control"] = "no-store"
        return response


_limited = public_endpoint("POST", bucket="oauth-token", limit=TOKEN_REQUESTS)
token = _limited(_well_formed(_TokenView.as_view()))
revoke = _limited(_well_formed(RevokeTokenView.as_view()))
