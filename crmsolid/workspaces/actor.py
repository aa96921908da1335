"""Who acts, the scopes of API keys and members, and the sets of roles that pages and services name. A service takes an
:class:`Actor` first and never sees a request."""

from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import TextChoices

from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces.authors import Author
from crmsolid.workspaces.limits import NO_LIMITS, Limits
from crmsolid.workspaces.models import Membership, Role, Workspace

Surface = Literal["rest", "mcp", "panel", "command", "system"]


class Scope(TextChoices):
    """A scope, named ``verb:noun``, and its description. A write scope does not include its read scope."""

    READ_CONTACTS = "read:contacts", "List, search and export contacts"
    READ_MESSAGES = "read:messages", "Stream chat history and inbox threads"
    READ_ANALYTICS = "read:analytics", "Pull funnel, sequence and account stats"
    WRITE_MESSAGES = "write:messages", "Send direct messages and bulk broadcasts"
    WRITE_CONTACTS = "write:contacts", "Create, update, tag and segment contacts"
    MANAGE_SEQUENCES = "manage:sequences", "Start, pause and resume drip sequences"
    MANAGE_WEBHOOKS = "manage:webhooks", "Register and rotate webhook endpoints (shows event data)"


ALL_SCOPES = frozenset(Scope)

# What a write answers beyond what was sent depends on these read scopes. A preview of a text as it is filled in for a
# person shows what is known of them, so it depends on read:contacts.
READ_BESIDE: dict[Scope, tuple[Scope, ...]] = {
    Scope.WRITE_CONTACTS: (Scope.READ_CONTACTS,),
    Scope.WRITE_MESSAGES: (Scope.READ_MESSAGES, Scope.READ_CONTACTS),
    Scope.MANAGE_SEQUENCES: (Scope.READ_CONTACTS,),
}


def parse_scopes(text: str) -> frozenset[Scope]:
    """Scopes from a comma-separated list, or ``all``. ``validation_failed`` names the first unknown scope."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if names == ["all"]:
        return ALL_SCOPES
    for name in names:
        if name not in ALL_SCOPES:
            known = ", ".join(scope.value for scope in Scope)
            raise invalid("scopes", "invalid_choice", f"unknown scope {name!r}; the scopes are: {known}, or all")
    return frozenset(Scope(name) for name in names)


ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.READ_CONTACTS, Scope.READ_MESSAGES, Scope.READ_ANALYTICS}),
    Role.AGENT: ALL_SCOPES - {Scope.MANAGE_WEBHOOKS},
    Role.ADMIN: ALL_SCOPES,
    Role.OWNER: ALL_SCOPES,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who it is, for the audit log: ``kind`` (key, user, grant, system, command), its id, and a label to show. ``name``
    is what other members call a user; empty for all others."""

    kind: str
    id: str
    label: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A subject that acts in exactly one workspace, through one interface (``surface``).

    ``scopes`` say what it may do with data. ``role`` is a member's role; keys and grants have none, so they can do
    nothing that asks for a role. ``request_id`` is the ``X-Request-Id`` of the call that caused the work, if any.
    ``works_for`` is who had the product do it, such as the member who began a job. ``limits`` narrow a key or a grant.
    ``review`` is of the write that it is doing, if that may have to wait for an approval (``crmsolid.limits``).
    """

    workspace: Workspace
    subject: Subject
    scopes: frozenset[Scope]
    role: Role | None
    surface: Surface
    ip: str | None = None
    request_id: str = ""
    works_for: Author | None = None
    limits: Limits = NO_LIMITS
    review: Any = field(default=None, repr=False, compare=False)

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
    def system(
        cls, workspace: Workspace, label: str = "system", *, request_id: str = "", works_for: Author | None = None
    ) -> "Actor":
        """The product itself: periodic tasks, provisioning, what arrives from Telegram, jobs."""
        subject = Subject("system", "", label)
        return cls(workspace, subject, ALL_SCOPES, None, "system", request_id=request_id, works_for=works_for)

    @classmethod
    def command(cls, workspace: Workspace, name: str) -> "Actor":
        """Somebody with a shell on the machine, through a management command."""
        return cls(workspace, Subject("command", name, name), ALL_SCOPES, None, "command")

    @classmethod
    def member(cls, membership: Membership, workspace: Workspace, ip: str | None = None) -> "Actor":
        """A member in the panel; the scopes follow from the role. ``workspace`` is the live one or its test twin."""
        user, role = membership.user, Role(membership.role)
        subject = Subject("user", str(user.pk), user.email, user.shown_name)
        return cls(workspace, subject, ROLE_SCOPES[role], role, "panel", ip)


Roles = frozenset[str]
EVERYONE: Roles = frozenset({Role.VIEWER, Role.AGENT, Role.ADMIN, Role.OWNER})
WRITERS: Roles = EVERYONE - {Role.VIEWER}
ADMINS: Roles = frozenset({Role.ADMIN, Role.OWNER})
OWNERS: Roles = frozenset({Role.OWNER})
NOBODY: Roles = frozenset()
