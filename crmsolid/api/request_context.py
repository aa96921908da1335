"""One API call: what the middleware, the views and the idempotent runner know of it together."""

import logging
import os
import re
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from apikeys import authentication, limits
from apikeys.authentication import Credentials
from apikeys.limiter import Decision
from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Actor, Surface

logger = logging.getLogger("crmsolid.api")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")
IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")


def reference(path: str) -> str:
    """The path as a URI reference (RFC 3986): a problem's ``instance``."""
    return quote(path.encode("utf-8", "replace"), safe="/:@!$&'()*+,;=~-._")


def address_bucket(ip: str | None) -> str:
    """The bucket of requests without a valid key: one an IPv4 address, one an IPv6 /64."""
    if ip is None:
        return "ip:unknown"
    address = ip_address(ip)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return f"ip:{address.ipv4_mapped}"
        return f"ip:{address.exploded[:19]}"
    return f"ip:{ip}"


@dataclass(slots=True)
class Call:
    """State of one request under the API; hangs on the request as ``api_call``."""

    request_id: str
    path: str
    ip: str | None
    surface: Surface
    started: float
    credentials: Credentials | None = None
    decision: Decision | None = None
    refusal: DomainError | None = None

    @classmethod
    def begin(cls, request: HttpRequest) -> "Call":
        own = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = own if _REQUEST_ID.match(own) else os.urandom(16).hex()
        surface: Surface = "mcp" if request.path_info.startswith("/mcp") else "rest"
        return cls(request_id, request.path, client_ip(request), surface, time.perf_counter())

    def authenticate(self, request: HttpRequest) -> Actor:
        """The actor behind ``Authorization: Bearer …``; nothing else is ever looked at."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            raise DomainError("token_missing")
        if scheme.lower() != "bearer" or not token.strip():
            raise DomainError("token_missing", "the Authorization header must be `Bearer <token>`")
        key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
        found = authentication.find(token.strip(), key if IDEMPOTENCY_KEY.match(key) else None)
        try:
            authentication.check(found, self.ip)
        except DomainError as error:
            self._remember_refusal(found, error)
            raise
        self.credentials = found
        return found.actor(self.surface, self.ip)

    def _remember_refusal(self, found: Credentials, error: DomainError) -> None:
        if error.code == "plan_required":
            self.credentials = found
        if error.code == "ip_not_allowed":
            limits.audit_refusal(found, error, self.ip)

    def limit(self) -> None:
        """Take one request out of the caller's bucket, once a call. ``rate_limited`` (429) when it is empty."""
        if self.decision is None:
            if self.credentials is None:
                bucket, limit = address_bucket(self.ip), authentication.DEFAULT_RATE_LIMIT
            else:
                bucket, limit = f"key:{self.credentials.key.id}", self.credentials.rate_limit
            self.decision = limits.limiter().check(bucket, limit)
        if not self.decision.allowed:
            wait = self.decision.reset_seconds
            raise DomainError(
                "rate_limited",
                f"{self.decision.limit} requests a minute are used up; retry in {wait} s",
                headers={"Retry-After": str(wait)},
            )

    def stamp(self, response: HttpResponse) -> None:
        """The headers of every answer."""
        response.headers["X-Request-Id"] = self.request_id
        if self.decision is not None:
            response.headers["X-RateLimit-Limit"] = str(self.decision.limit)
            response.headers["X-RateLimit-Remaining"] = str(self.decision.remaining)
            response.headers["X-RateLimit-Reset"] = str(self.decision.reset_seconds)


def call_of(request: HttpRequest) -> Call:
    """The call that the middleware began."""
    found: Call = request.api_call  # type: ignore[attr-defined]
    return found
