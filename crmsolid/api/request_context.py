"""The state of one API request, shared by the middleware, the views and the message stream."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apikeys import authentication
from apikeys.authentication import Credentials, token_lookups
from apikeys.limiter import Decision, limiter
from crmsolid.api.idempotency import VALID_KEY
from crmsolid.core.client_ip import client_ip, network_of
from crmsolid.core.errors import DomainError
from crmsolid.core.http.problem_document import request_id_from
from crmsolid.oauth import authentication as oauth
from crmsolid.oauth.endpoints import resource_url
from crmsolid.serving.slow_requests import turn_of
from crmsolid.workspaces.actor import Actor, Surface
from crmsolid.workspaces.models import Plan


@dataclass(slots=True)
class RequestContext:
    """What is known of a request under /v1 or /mcp. ``started``: ``time.perf_counter()`` at its arrival; ``error``: the
    error it is answered with, if any; ``rpc_id``: the id of its JSON-RPC message, at /mcp; ``tool``: the one it calls
    there; ``sent``: the credentials in its header, also where they are refused, while ``credentials`` were accepted;
    ``counted``: the decisions of the rate limit by bucket, kept for a request that has to wait and runs once more."""

    request_id: str
    path: str
    ip: str | None
    surface: Surface
    started: float
    credentials: Credentials | None = None
    decision: Decision | None = None
    error: DomainError | None = None
    rpc_id: Any = None
    tool: str = ""
    sent: Credentials | None = None
    counted: dict[str, Decision] = field(default_factory=dict)

    @classmethod
    def begin(cls, request: HttpRequest) -> "RequestContext":
        """The context of a request that has just arrived; :func:`request_context` returns it from then on."""
        request_id = request_id_from(request.META.get("HTTP_X_REQUEST_ID", ""))
        surface: Surface = "mcp" if request.path_info.startswith("/mcp") else "rest"
        context = cls(request_id, request.path, client_ip(request), surface, time.perf_counter())
        if (turn := turn_of(request.META)) is not None:
            context.counted = turn.kept
        request.api_context = context  # type: ignore[attr-defined]
        return context

    def authenticate(self, request: HttpRequest) -> Actor:
        """The actor behind ``Authorization: Bearer …``; cookies are ignored. Raises the 401 and 403 of keys."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            raise DomainError("token_missing")
        if scheme.lower() != "bearer" or not token.strip():
            raise DomainError("token_missing", "the Authorization header must be `Bearer <token>`")
        credentials = self.sent = self._read_credentials(request, token.strip())
        try:
            credentials.check(self.ip)
        except DomainError as error:
            if error.code == "ip_not_allowed":
                credentials.record_refusal(error, self.surface, self.ip)
            raise
        first, self.credentials = self.credentials is None, credentials
        if credentials.plan == Plan.EXPIRED and self.surface == "rest":  # tools refuse it with a result of their own
            raise DomainError("plan_required")
        if first:
            self.decision = None  # from here on the limit of the key counts, not that of the address
        return credentials.actor(self.surface, self.ip, self.request_id)

    def _read_credentials(self, request: HttpRequest, token: str) -> Credentials:
        """Those of an API key or, at /mcp, of an assistant's access token."""
        if self.surface == "mcp" and not token.startswith("cs_"):
            return oauth.authenticate(token, resource=resource_url(request))
        if not token_lookups().allowed(token, address_bucket(self.ip)):
            self.check_rate_limit()
        key = request.META.get("HTTP_IDEMPOTENCY_KEY", "")
        return authentication.authenticate(token, key if VALID_KEY.match(key) else None)

    def check_rate_limit(self) -> None:
        """Take one request out of the caller's bucket, once a request. ``rate_limited`` (429) when it is empty."""
        if self.decision is None:
            if self.credentials is None:
                bucket, limit = address_bucket(self.ip), authentication.DEFAULT_RATE_LIMIT
            else:
                bucket, limit = self.credentials.bucket, self.credentials.rate_limit
            self.decision = self.counted[bucket] = self.counted.get(bucket) or limiter().check(bucket, limit)
        if not self.decision.allowed:
            seconds = self.decision.reset_seconds
            if self.credentials is None:
                token_lookups().refuse(address_bucket(self.ip), seconds)
            raise DomainError(
                "rate_limited",
                f"{self.decision.limit} requests a minute are used up; retry in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )

    def set_headers(self, response: HttpResponseBase) -> None:
        """The headers of every response. They are people's data, or about them: nobody on the way keeps one."""
        response.headers["X-Request-Id"] = self.request_id
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        if self.decision is not None:
            for name, value in self.decision.headers().items():
                response.headers[name] = value


def request_context(request: HttpRequest) -> RequestContext:
    """The context that the middleware began."""
    context: RequestContext = request.api_context  # type: ignore[attr-defined]
    return context


def address_bucket(ip: str | None) -> str:
    """The rate limit bucket of requests without a valid key: one an IPv4 address, one an IPv6 /64."""
    return f"ip:{network_of(ip, ipv6=64)}"
