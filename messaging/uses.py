"""What in messaging names a tag or a custom field."""

from collections.abc import Iterator

from contacts.tag_uses import is_named_in
from contacts.uses import Use
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import BroadcastStatus
from messaging.models import Broadcast, Template
from messaging.sending.message_text import variables

ADVICE = "Change whom it goes to before it is sent."


def of_tag(workspace: Workspace, name: str) -> list[Use]:
    """The broadcasts that are not sent yet and whose audience is a list of tags or a filter with this one. An audience
    that is a segment follows the segment."""
    waiting = (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED)
    rows = Broadcast.objects.for_workspace(workspace).filter(status__in=waiting).order_by("name")
    return [
        Use("Broadcast", each.name, "messaging_broadcast_change", each.pk, ADVICE)
        for each in rows.only("id", "name", "audience", "workspace")
        if name in each.audience.get("tags", ()) or is_named_in(each.audience.get("filter"), name)
    ]


def of_field(workspace: Workspace, key: str) -> Iterator[Use]:
    """The templates whose text has the field."""
    for template in Template.objects.for_workspace(workspace):
        if key in variables(template.text):
            yield Use("Template", template.name, "messaging_template_change", str(template.pk))
