"""The sets of roles that pages and services name."""

from crmsolid.workspaces.models import Role

Roles = frozenset[str]
EVERYONE: Roles = frozenset({Role.VIEWER, Role.AGENT, Role.ADMIN, Role.OWNER})
WRITERS: Roles = EVERYONE - {Role.VIEWER}
ADMINS: Roles = frozenset({Role.ADMIN, Role.OWNER})
OWNERS: Roles = frozenset({Role.OWNER})
NOBODY: Roles = frozenset()
