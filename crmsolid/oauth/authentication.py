"""From an OAuth access token to an actor. Every request reads the grant and the member's role with one statement, so a
revocation, a removal and a change of role hold at once."""

import logging
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.models import Q

from apikeys.authentication import DEFAULT_RATE_LIMIT, LAST_USED_INTERVAL, audit_refusal
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth import tokens
from crmsolid.oauth.models import AccessToken, Grant
from crmsolid.oauth.scopes import known_scopes
from crmsolid.oauth.services import grant_actor, role_of_member
from crmsolid.workspaces.actor import ROLE_SCOPES, Actor, Surface
from crmsolid.workspaces.models import Role, Workspace
from crmsolid.workspaces.scopes import Scope

logger = logging.getLogger("crmsolid.oauth")

CONNECT_AGAIN = "Connect the assistant again."


@dataclass(slots=True)
class GrantCredentials:
    """What one statement reads for a request: the grant, its workspace, the plan of the live workspace, and the
    member's present role (None: no member any more). ``scopes`` are those of token, grant and role together."""

    grant: Grant
    workspace: Workspace
    scopes: frozenset[Scope]
    plan: str
    role: Role | None
    rate_limit: int = DEFAULT_RATE_LIMIT

    @property
    def bucket(self) -> str:
        """The rate limit bucket: one for all tokens of the grant."""
        return f"grant:{self.grant.id}"

    @property
    def idempotency_namespace(self) -> str:
        return f"grant:{self.grant.id}"

    def check(self, ip: str | None) -> None:
        """Raise ``token_revoked`` (401) if the grant is over. An expired plan is no matter of the token."""
        if self.grant.revoked_at is not None:
            raise DomainError("token_revoked", f"this assistant's access was ended. {CONNECT_AGAIN}")
        if self.role is None:
            raise DomainError(
                "token_revoked", f"whoever connected this assistant has left the workspace. {CONNECT_AGAIN}"
            )

    def actor(self, surface: Surface, ip: str | None, request_id: str = "") -> Actor:
        return grant_actor(self.grant, self.scopes, surface, ip, request_id)

    def record_use(self, ip: str | None) -> None:
        """Store when and from where the grant was last used, with at most one write a minute for each grant."""
        now, last = clock.now(), self.grant.last_used_at
        if last is not None and now - last < LAST_USED_INTERVAL:
            return
        rows = Grant.objects.for_workspace(self.workspace).filter(pk=self.grant.pk)
        unused = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_INTERVAL)
        try:
            rows.filter(unused).update(last_used_at=now, last_used_ip=ip)
            self.grant.last_used_at = now
        except DatabaseError:  # the response is ready, so this must not turn it into an error
            logger.warning("could not record the use of a grant", extra={"grant": self.grant.id}, exc_info=True)

    def record_refusal(self, error: DomainError, surface: Surface, ip: str | None) -> None:
        audit_refusal(self.actor(surface, ip), "grant.refused", error)


def authenticate(token: str, *, resource: str) -> GrantCredentials:
    """The credentials of an access token for ``resource``, the address of /mcp; call ``check`` before using them.

    Errors (401): ``token_invalid`` for an unknown token, without a query for a malformed one, and for one that was
    issued for another resource (RFC 8707); ``token_expired``.
    """
    if not tokens.is_access_token(token):
        raise DomainError("token_invalid", f"this access token is mistyped, truncated or unknown. {CONNECT_AGAIN}")
    rows = AccessToken.objects.select_related("grant__workspace__live").annotate(role=role_of_member("grant__"))
    row = rows.filter(token_checksum=tokens.digest(token)).first()
    if row is None or row.resource != [resource]:
        raise DomainError("token_invalid", f"this access token is unknown or for another server. {CONNECT_AGAIN}")
    if row.expires <= clock.now():
        raise DomainError("token_expired", "this access token has expired. Refresh it, or connect the assistant again.")
    grant, role = row.grant, Role(row.role) if row.role else None
    scopes = known_scopes(set(grant.scopes) & set(row.scope.split()))
    scopes = scopes & ROLE_SCOPES[role] if role else frozenset()
    return GrantCredentials(grant, grant.workspace, scopes, grant.workspace.current_plan, role)
