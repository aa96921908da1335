"""Who acts, and the sets of roles that pages and services name. A service takes an :class:`Actor` first and never sees
a request."""

from dataclasses import dataclass
from typing import Literal

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.models import Membership, Role, Workspace
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope

Surface = Literal["rest", "mcp", "panel", "command", "system"]

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS}),
    Role.AGENT: ALL_SCOPES - {Scope.MANAGE_WEBHOOKS},
    Role.ADMIN: ALL_SCOPES,
    Role.OWNER: ALL_SCOPES,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who it is, for the audit log: ``kind`` (key, user, grant, system, command), its id, and a label to show."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject that acts in exactly one workspace, through one interface (``surface``).

    ``scopes`` say what it may do with data. ``role`` is a member's role; keys and grants have none, so they can do
    nothing that asks for a role. ``request_id`` is the ``X-Request-Id`` of the call that caused the work, if any.
    """

    workspace: Workspace
    subject: Subject
    scopes: frozenset[Scope]
    role: Role | None
    surface: Surface
    ip: str | None = None
    request_id: str = ""

    def has(self, scope: Scope) -> bool:
        return scope in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise ``scope_missing`` (403, naming the scope) unless the actor has it."""
        if scope not in self.scopes:
            raise DomainError(
                "scope_missing",
                f"this needs the scope {scope.value}, which the {self.subject.kind} does not have",
                required_scope=scope.value,
            )

    def has_role(self, *roles: Role) -> bool:
        """Whether the actor is a member with one of ``roles``. The product itself and management commands may do
        everything."""
        return self.role in roles or self.surface in ("system", "command")

    def require_role(self, *roles: Role) -> None:
        """Raise ``forbidden`` (403, naming the roles) unless the actor has one of ``roles``."""
        if not self.has_role(*roles):
            raise DomainError("forbidden", f"only {' and '.join(f'{role.value}s' for role in roles)} may do this")

    @classmethod
    def system(cls, workspace: Workspace, label: str = "system") -> "Actor":
        """The product itself: periodic tasks, provisioning, what arrives from Telegram."""
        return cls(workspace, Subject("system", "", label), ALL_SCOPES, None, "system")

    @classmethod
    def command(cls, workspace: Workspace, name: str) -> "Actor":
        """Somebody with a shell on the machine, through a management command."""
        return cls(workspace, Subject("command", name, name), ALL_SCOPES, None, "command")

    @classmethod
    def member(cls, membership: Membership, workspace: Workspace, ip: str | None = None) -> "Actor":
        """A member in the panel; the scopes follow from the role. ``workspace`` is the live one or its test twin."""
        user, role = membership.user, Role(membership.role)
        return cls(workspace, Subject("user", str(user.pk), user.email), ROLE_SCOPES[role], role, "panel", ip)


Roles = frozenset[str]
EVERYONE: Roles = frozenset({Role.VIEWER, Role.AGENT, Role.ADMIN, Role.OWNER})
WRITERS: Roles = EVERYONE - {Role.VIEWER}
ADMINS: Roles = frozenset({Role.ADMIN, Role.OWNER})
OWNERS: Roles = frozenset({Role.OWNER})
NOBODY: Roles = frozenset()
