"""Where somebody sits in the panel: one workspace, live or test, and the membership that lets them in.

The session remembers only a number; on every request it is held against the memberships of that moment. Who has
left a workspace is out of it at once, and a forged number leads nowhere.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest

from crmsolid.core.client_ip import client_ip
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Mode, Plan, User, Workspace

SESSION_KEY = "workspace"
_CACHE = "_panel_seat"


@dataclass(frozen=True, slots=True)
class Seat:
    """``workspace`` is what every page shows; ``memberships`` are all of the user's, by the workspace's name."""

    workspace: Workspace
    membership: Membership
    memberships: tuple[Membership, ...]

    @property
    def live(self) -> Workspace:
        """The live side of the workspace: the one with members and a plan."""
        return self.membership.workspace

    @property
    def is_test(self) -> bool:
        return self.workspace.mode == Mode.TEST

    @property
    def is_expired(self) -> bool:
        """Whether the trial is over: the panel can still be read."""
        return self.live.current_plan == Plan.EXPIRED

    def has_role(self, roles: Collection[str]) -> bool:
        return self.membership.role in roles

    def actor(self, request: HttpRequest, workspace: Workspace | None = None) -> Actor:
        """The user at work in ``workspace`` (live or twin of this seat), for the services."""
        place = workspace or self.workspace
        if place.owner_workspace != self.live:
            raise ValueError("a seat acts in its own workspace only")
        return Actor.member(self.membership, place, client_ip(request))


def seat_of(request: HttpRequest) -> Seat | None:
    """The user's seat; None for who is signed out, inactive, or a member of nothing. Asked once a request."""
    if not hasattr(request, _CACHE):
        setattr(request, _CACHE, _find(request))
    found: Seat | None = getattr(request, _CACHE)
    return found


def take_seat(request: HttpRequest, workspace_id: str) -> bool:
    """Move to another workspace of the user's. False, and nothing changes, when it is not theirs."""
    seat = seat_of(request)
    if seat is None:
        return False
    for membership in seat.memberships:
        for side in (membership.workspace, membership.workspace.twin):
            if str(side.pk) == workspace_id:
                request.session[SESSION_KEY] = side.pk
                delattr(request, _CACHE)
                return True
    return False


def _find(request: HttpRequest) -> Seat | None:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_active:
        return None
    found = Membership.unscoped.filter(user=user).select_related("user", "workspace", "workspace__twin")
    memberships = tuple(found.order_by("workspace__name", "workspace_id"))
    if not memberships:
        return None
    wanted = request.session.get(SESSION_KEY)
    for membership in memberships:
        for side in (membership.workspace, membership.workspace.twin):
            if side.pk == wanted:
                return Seat(side, membership, memberships)
    return Seat(memberships[0].workspace, memberships[0], memberships)
