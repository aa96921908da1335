"""Dynamic client registration (RFC 7591). Anybody may register a client; it can do nothing until a member consents."""

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.generators import generate_client_id

from apikeys.limiter import limiter
from crmsolid.core import strictjson
from crmsolid.core.client_ip import client_ip, wide_network_of
from crmsolid.oauth.endpoints import AUTH_METHODS, GRANT_TYPES, error_response, public_endpoint, rate_limited
from crmsolid.oauth.models import Application
from crmsolid.oauth.tokens import digest

REGISTRATIONS = 10  # a minute and address
NETWORK_REGISTRATIONS = 60  # a minute and IPv4 /24 or IPv6 /48, of which one attacker may have all addresses
MAX_BODY_BYTES = 16 * 1024


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
    if len(body) > MAX_BODY_BYTES:
        raise InvalidMetadata(f"a registration has at most {MAX_BODY_BYTES} bytes")
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
