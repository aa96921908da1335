"""What acts for a user without a session and without a password: the assistants that they have connected.

It is ended with the sessions when the password or the second factor changes, because a thief may have connected it.
"""

from collections.abc import Callable

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.models import User

# Each ends access of a kind. It gets the user, the reason for the audit log and the address of whoever asked for it,
# runs in the caller's transaction and returns how many it has ended.
enders: ExtensionPoint[Callable[[User, str, str | None], int]] = ExtensionPoint("access without a session")


def end_all(user: User, reason: str, ip: str | None) -> int:
    """End all that acts for the user; returns how many. Call it when the user's row is locked, so that none is made
    meanwhile."""
    return sum(end(user, reason, ip) for end in enders.values())
