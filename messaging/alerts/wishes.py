"""Of what members want to be told, and when they want to hear nothing."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmsolid.core.errors import invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import ROLE_SCOPES, Actor, Scope
from crmsolid.workspaces.models import Membership, Role
from messaging.models import AlertSettings

READERS = [role for role, scopes in ROLE_SCOPES.items() if Scope.READ_MESSAGES in scopes]
FIELDS = (
    "mine",
    "unassigned",
    "mentions",
    "everything",
    "proposals",
    "sound",
    "texts",
    "quiet_from",
    "quiet_until",
    "email_after",
)


def defaults_of(member: Membership) -> AlertSettings:
    """What counts for a member who has chosen nothing: a viewer, who answers nobody, is told of mentions alone."""
    answers = member.role != Role.VIEWER
    return AlertSettings(user_id=member.user_id, workspace_id=member.workspace_id, mine=answers, unassigned=answers)


def of_member(member: Membership) -> AlertSettings:
    rows = AlertSettings.objects.for_workspace(member.workspace_id)
    found: AlertSettings | None = rows.filter(user=member.user_id).first()
    return found or defaults_of(member)


def of_members(live_ids: Collection[int]) -> dict[int, list[AlertSettings]]:
    """By live workspace, the settings of each member who may read messages. Two queries."""
    stored = {(row.user_id, row.workspace_id): row for row in AlertSettings.unscoped.filter(workspace__in=live_ids)}
    members = Membership.unscoped.filter(workspace__in=live_ids, role__in=READERS, user__is_active=True)
    settings = defaultdict(list)
    for member in members.order_by("pk"):
        found = stored.get((member.user_id, member.workspace_id))
        settings[member.workspace_id].append(found or defaults_of(member))
    return settings


def wants_message(settings: AlertSettings, assignee_id: int | None) -> bool:
    """Whether the member wants to know of a message in a conversation that this user looks after."""
    if assignee_id is None:
        return settings.everything or settings.unassigned
    return settings.everything or (settings.mine and assignee_id == settings.user_id)


def zone_of(member: Membership) -> ZoneInfo:
    """The time zone of the member's quiet hours: their own, else the workspace's."""
    return ZoneInfo(member.user.time_zone) if member.user.time_zone else member.workspace.zone


def is_quiet(settings: AlertSettings, zone: ZoneInfo, at: datetime) -> bool:
    """Whether it is in the quiet hours, which may go over midnight. Without both ends there are none."""
    begins, ends, now = settings.quiet_from, settings.quiet_until, at.astimezone(zone).time()
    if begins is None or ends is None or begins == ends:
        return False
    return begins <= now < ends if begins < ends else now >= begins or now < ends


@unit_of_work()
def change(actor: Actor, **values: Any) -> AlertSettings:
    """Store the actor's own settings; ``values`` are columns of ``FIELDS``.

    Errors: ``scope_missing``; ``validation_failed`` for quiet hours with one end.
    """
    actor.require(Scope.READ_MESSAGES)
    if (values["quiet_from"] is None) != (values["quiet_until"] is None):
        missing = "quiet_from" if values["quiet_from"] is None else "quiet_until"
        raise invalid(missing, "required", "give both times, or neither")
    row, _ = AlertSettings.objects.for_workspace(actor.workspace.owner_workspace).update_or_create(
        user_id=int(actor.subject.id), workspace=actor.workspace.owner_workspace, defaults=values
    )
    return row
