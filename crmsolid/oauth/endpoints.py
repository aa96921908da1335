"""The endpoints that programs call: metadata, registration (RFC 7591), tokens, revocation.

No cookie counts at them, so any origin may call them. Those that write have a rate limit for each address.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.generators import generate_client_id
from oauth2_provider.views import RevokeTokenView, TokenView

from apikeys.limiter import Decision, limiter
from crmsolid.core import strictjson
from crmsolid.core.client_ip import client_ip, network_of, wide_network_of
from crmsolid.oauth.models import Application
from crmsolid.oauth.services import OFFERED
from crmsolid.oauth.tokens import digest

TOKEN_REQUESTS = 600  # a minute and address
REGISTRATIONS = 10  # a minute and address
NETWORK_REGISTRATIONS = 60  # a minute and IPv4 /24 or IPv6 /48, of which one attacker may have all addresses
MAX_REGISTRATION_BYTES = 16 * 1024
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


# --- Registration: anybody may register a client; it can do nothing until a member consents ---------------------------
class InvalidMetadata(Exception):
    """The client's description of itself cannot be accepted. ``code`` is one of RFC 7591, 3.2.2."""

    def __init__(self, detail: str, code: str = "invalid_client_metadata") -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


@public_endpoint("POST", bucket="oauth-register", limit=REGISTRATIONS)
def register(request: HttpRequest) -> HttpResponse:
    """Store a client and answer its id, and its secret if it wants one. What it says beyond that is ignored."""
    decision = limiter().check(f"oauth-register:{wide_network_of(client_ip(request))}", NETWORK_REGISTRATIONS)
    if not decision.allowed:
        return rate_limited("too many registrations from this network", decision)
    try:
        answer = _register(_parse(request.body))
    except InvalidMetadata as error:
        return error_response(error.code, error.detail)
    return JsonResponse(answer, status=201, headers={"Cache-Control": "no-store"})


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_REGISTRATION_BYTES:
        raise InvalidMetadata(f"a registration has at most {MAX_REGISTRATION_BYTES} bytes")
    try:
        data = strictjson.loads(body)
    except strictjson.StrictJSONError as error:
        raise InvalidMetadata(str(error)) from None
    if not isinstance(data, dict):
        raise InvalidMetadata("send one JSON object")
    return data


def _register(data: dict[str, Any]) -> dict[str, Any]:
    """The answer has no grant or response types that are not supported (RFC 7591, 2)."""
    method = data.get("token_endpoint_auth_method", "client_secret_basic")
    if method not in AUTH_METHODS:
        raise InvalidMetadata(f"token_endpoint_auth_method is one of {', '.join(AUTH_METHODS)}")
    secret = None if method == "none" else secrets.token_urlsafe(32)
    application = described_client(data, generate_client_id(), secret)
    application.save(force_insert=True)
    answer: dict[str, Any] = {
        "client_id": application.client_id,
        "client_id_issued_at": int(application.created.timestamp()),
        "client_name": application.name,
        "redirect_uris": application.redirect_uris.split(),
        "grant_types": GRANT_TYPES,
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    }
    return {**answer, "client_secret": secret, "client_secret_expires_at": 0} if secret else answer


def described_client(data: dict[str, Any], client_id: str, secret: str | None = None) -> Application:
    """The client that describes itself so, not saved yet; a public one without a secret. Raises ``InvalidMetadata``."""
    name = data.get("client_name") or ""
    if "authorization_code" not in _texts(data, "grant_types", ["authorization_code"]):
        raise InvalidMetadata("the grant type authorization_code is needed")
    if not isinstance(name, str):
        raise InvalidMetadata("client_name must be a string")
    if secret is None and data.get("token_endpoint_auth_method", "none") != "none":
        raise InvalidMetadata("the token_endpoint_auth_method of a client without a secret is none")
    application = Application(
        client_id=client_id,
        client_secret=digest(secret) if secret else "",
        hash_client_secret=False,  # it is a digest already
        client_type=Application.CLIENT_CONFIDENTIAL if secret else Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        registration_source=Application.RegistrationSource.DCR,
        name=name,
        redirect_uris=" ".join(_texts(data, "redirect_uris", [])),
    )
    try:
        application.full_clean(validate_unique=False)
    except ValidationError as error:
        code = "invalid_redirect_uri" if "redirect_uris" in error.message_dict else "invalid_client_metadata"
        raise InvalidMetadata("; ".join(error.messages), code) from None
    return application


def _texts(data: dict[str, Any], name: str, default: list[str]) -> list[str]:
    values = data.get(name, default)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidMetadata(f"{name} must be an array of strings")
    return values


# --- Tokens -----------------------------------------------------------------------------------------------------------
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
