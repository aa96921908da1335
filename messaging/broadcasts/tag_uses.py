"""The broadcasts that are not sent yet and whose audience names a tag."""

from contacts.tag_uses import TagUse, is_named_in
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import Broadcast, BroadcastStatus

ADVICE = "Change whom it goes to before it is sent."


def find(workspace: Workspace, name: str) -> list[TagUse]:
    """Those whose audience is a list of tags or a filter; one that is a segment follows the segment."""
    waiting = (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED)
    rows = Broadcast.objects.for_workspace(workspace).filter(status__in=waiting).order_by("name")
    return [
        TagUse("Broadcast", each.name, "messaging_broadcast_change", each.pk, ADVICE)
        for each in rows.only("id", "name", "audience", "workspace")
        if name in each.audience.get("tags", ()) or is_named_in(each.audience.get("filter"), name)
    ]
