"""From an OAuth access token to an actor. Every request reads the grant and the member's role with one statement, so a
revocation, a removal and a change of role hold at once."""

from dataclasses import dataclass
from typing import ClassVar

from apikeys.authentication import DEFAULT_RATE_LIMIT, Credentials
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.oauth import tokens
from crmsolid.oauth.models import AccessToken, Grant
from crmsolid.oauth.services import known_scopes, role_of_member
from crmsolid.workspaces.actor import ROLE_SCOPES, Scope
from crmsolid.workspaces.models import Role, Workspace

CONNECT_AGAIN = "Connect the assistant again."


@dataclass(slots=True)
class GrantCredentials(Credentials):
    """``role`` is the member's present one (None: no member any more). ``scopes`` are those of token, grant and role
    together; all tokens of the grant share one rate limit."""

    kind: ClassVar[str] = "grant"

    role: Role | None = None

    @property
    def label(self) -> str:
        return str(self.row.client_name)

    @property
    def holder(self) -> str:
        return str(self.row.holder)

    def check(self, ip: str | None) -> None:
        """Raise ``token_revoked`` (401) if the grant is over. An expired plan is no matter of the token."""
        if self.row.revoked_at is not None:
            raise DomainError("token_revoked", f"this assistant's access was ended. {CONNECT_AGAIN}")
        if self.role is None:
            raise DomainError(
                "token_revoked", f"whoever connected this assistant has left the workspace. {CONNECT_AGAIN}"
            )


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
    return _credentials(row.grant, row.role, known_scopes(set(row.grant.scopes) & set(row.scope.split())))


def credentials_of_grant(workspace: Workspace, grant_id: str) -> GrantCredentials | None:
    """Those of a grant without a token, for what it has asked for earlier; call ``check`` before using them."""
    rows = Grant.objects.for_workspace(workspace).select_related("workspace__live").annotate(role=role_of_member())
    grant = rows.filter(pk=grant_id).first()
    return None if grant is None else _credentials(grant, grant.role, known_scopes(set(grant.scopes)))


def _credentials(grant: Grant, present_role: str | None, scopes: frozenset[Scope]) -> GrantCredentials:
    role = Role(present_role) if present_role else None
    scopes = scopes & ROLE_SCOPES[role] if role else frozenset()
    return GrantCredentials(grant, grant.workspace, scopes, grant.workspace.current_plan, DEFAULT_RATE_LIMIT, role)
