"""Who acts. Every service takes an :class:`Actor` first and never sees a request."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from crmsolid.core.errors import DomainError
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope

if TYPE_CHECKING:
    from crmsolid.workspaces.models import Membership, Workspace

Surface = Literal["rest", "mcp", "panel", "command", "system"]

ROLE_SCOPES: dict[str, frozenset[Scope]] = {
    "viewer": frozenset({Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS}),
    "agent": ALL_SCOPES - {Scope.MANAGE_WEBHOOKS},
    "admin": ALL_SCOPES,
    "owner": ALL_SCOPES,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who it is, for the audit log: ``kind`` (key, user, grant, system), its id, and a label to show."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject at work in exactly one workspace with a set of scopes, through one surface."""

    workspace: "Workspace"
    subject: Subject
    scopes: frozenset[Scope]
    surface: Surface
    ip: str | None = field(default=None)
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

    @classmethod
    def system(cls, workspace: "Workspace", label: str = "system") -> "Actor":
        """The product itself: sweeps, provisioning, what arrives from Telegram."""
        return cls(workspace, Subject("system", "", label), ALL_SCOPES, "system")

    @classmethod
    def command(cls, workspace: "Workspace", name: str) -> "Actor":
        """Somebody with a shell on the machine, through a management command."""
        return cls(workspace, Subject("command", name, name), ALL_SCOPES, "command")

    @classmethod
    def member(cls, membership: "Membership", workspace: "Workspace", ip: str | None = None) -> "Actor":
        """A person in the panel; scopes follow the role. ``workspace`` is the live one or its twin."""
        user = membership.user
        return cls(workspace, Subject("user", str(user.pk), user.email), ROLE_SCOPES[membership.role], "panel", ip)
