"""Which workspace the panel shows to a user, and as which member.

The session holds the id of a live workspace, the address says whether the page shows it or its test twin. Each request
checks the id against the user's memberships, so a member who was removed loses access at once, and an id that is not
theirs has no effect.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from crmsolid.core.client_ip import client_ip
from crmsolid.panel.components.addresses import side_of
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import ADMINS, Actor
from crmsolid.workspaces.models import Membership, Mode, Plan, User, Workspace
from crmsolid.workspaces.sending_hold import Hold

SESSION_KEY = "workspace"
_REQUEST_ATTRIBUTE = "_panel_context"


@dataclass(frozen=True, slots=True)
class PanelContext:
    """``workspace`` (live or test) is what every page shows; ``memberships`` are all of the user's. ``hold`` is that on
    sending in the whole installation, None if there is none."""

    workspace: Workspace
    membership: Membership
    memberships: tuple[Membership, ...]
    hold: Hold | None = None

    @property
    def live(self) -> Workspace:
        """The live workspace, which has the members and the plan."""
        return self.membership.workspace

    @property
    def needs_two_factor(self) -> bool:
        """Whether no page of the workspace may be shown until the member has set up a second factor."""
        return lacks_required_factor(self.membership)

    @property
    def is_test(self) -> bool:
        return self.workspace.mode == Mode.TEST

    @property
    def is_expired(self) -> bool:
        """Whether the trial has ended: the panel is read-only then."""
        return self.live.current_plan == Plan.EXPIRED

    @property
    def hold_to_show(self) -> Hold | None:
        """The hold on sending, for owners and admins: they may ask whoever runs the server."""
        return self.hold if self.has_role(ADMINS) else None

    def has_role(self, roles: Collection[str]) -> bool:
        return self.membership.role in roles

    def actor(self, request: HttpRequest, workspace: Workspace | None = None) -> Actor:
        """The user as an actor for the services, in the workspace that is shown or in its live or test counterpart."""
        workspace = workspace or self.workspace
        if workspace.owner_workspace != self.live:
            raise ValueError("a member acts in the workspace of the membership only")
        return Actor.member(self.membership, workspace, client_ip(request))


def has_two_factor(membership: Membership) -> bool:
    """Whether the member logs in with two factors; reads no row if ``user__two_factor`` was selected with this one."""
    factor = getattr(membership.user, "two_factor", None)
    return factor is not None and factor.confirmed_at is not None


def lacks_required_factor(membership: Membership) -> bool:
    """Whether the workspace requires two factors of this member, who has one."""
    return membership.workspace.requires_two_factor and not has_two_factor(membership)


def panel_context(request: HttpRequest) -> PanelContext | None:
    """The context of this request, read once. None for a user who is signed out, inactive or no member anywhere."""
    if not hasattr(request, _REQUEST_ATTRIBUTE):
        setattr(request, _REQUEST_ATTRIBUTE, _read_context(request))
    return getattr(request, _REQUEST_ATTRIBUTE)


def _read_context(request: HttpRequest) -> PanelContext | None:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_active:
        return None
    rows = Membership.unscoped.filter(user=user).select_related("user__two_factor", "workspace__twin")
    rows = sending_hold.annotate(rows)
    memberships = tuple(rows.order_by("workspace__name", "workspace_id"))
    if not memberships:
        return None
    chosen = request.session.get(SESSION_KEY)
    membership = next((each for each in memberships if each.workspace_id == chosen), None)
    if membership is None:
        if chosen is not None and request.method not in ("GET", "HEAD"):
            return None  # a form of a workspace that they have left must not change another one
        # A new session goes on in the workspace where the user was last, the first time in the first by name.
        membership = max(memberships, key=lambda each: (each.last_seen_at is not None, each.last_seen_at))
    live = membership.workspace
    shown = live.twin if side_of(request.path_info) == "test" else live
    return PanelContext(shown, membership, memberships, sending_hold.annotated(membership))


def settle_in(request: HttpRequest, panel: PanelContext) -> None:
    """Keep the workspace that is shown in the session, so that joining another one changes nothing here.

    A page of a workspace calls it inside of ``csrf_protect``. If it is not the one of before, which they have left,
    the forms of that one are refused from now on.
    """
    before = request.session.get(SESSION_KEY)
    if before != panel.live.pk:
        request.session[SESSION_KEY] = panel.live.pk
        if before is not None:
            rotate_token(request)
            # Pages of Django's admin are protected twice; the inner protection reads the cookie once more.
            request.COOKIES[settings.CSRF_COOKIE_NAME] = request.META["CSRF_COOKIE"]


def switch_workspace(request: HttpRequest, workspace_id: str) -> bool:
    """Show another of the user's workspaces from now on. False, without a change, if they are no member of it.

    Forms that are open in other tabs belong to the workspace that was shown before. They carry the CSRF token of then,
    which is refused from now on.
    """
    panel = panel_context(request)
    for membership in panel.memberships if panel else ():
        if str(membership.workspace_id) == workspace_id:
            if panel and panel.live.pk != membership.workspace_id:
                request.session[SESSION_KEY] = membership.workspace_id
                rotate_token(request)
                delattr(request, _REQUEST_ATTRIBUTE)
            return True
    return False
