"""What messaging adds to the list of contacts: who looks after them, their last message, and writing to many."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from contacts.panel.actions import BulkPage
from contacts.panel.query import AddedColumns, ContactsQuery
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.template_tags import avatar
from crmsolid.workspaces.models import Workspace
from messaging.models import Direction, Message, Status, Thread
from messaging.panel.broadcast_form import MAX_LINES
from messaging.panel.words import preview_of
from messaging.querysets import newest_messages

ASSIGNEE, LAST, AT = "assignee", "last_message", "last_message_at"
FAILED = "Not delivered"


def _read(
    workspace: Workspace, ids: Sequence[str], names: frozenset[str]
) -> Mapping[str, Mapping[str, tuple[str, Any]]]:
    """The cells of these contacts. Of somebody with several conversations those of the latest one, but the longest
    wait."""
    threads = list(
        Thread.objects.for_workspace(workspace)
        .filter(contact__in=ids)
        .select_related("assignee")
        .order_by("last_message_at", "id")
    )
    waits: dict[str, Any] = {}
    for thread in threads:
        if thread.waiting_since is not None:
            earlier = waits.get(thread.contact_id, thread.waiting_since)
            waits[thread.contact_id] = min(earlier, thread.waiting_since)
    latest = {thread.contact_id: thread for thread in threads}
    newest = newest_messages(workspace, list(latest.values())) if LAST in names else {}
    return {
        contact_id: {
            ASSIGNEE: ("text", _assignee(thread)),
            LAST: ("text", _words(newest.get(thread.pk))),
            AT: ("wait", waits[contact_id]) if contact_id in waits else ("time", thread.last_message_at),
        }
        for contact_id, thread in latest.items()
    }


def _assignee(thread: Thread) -> SafeString:
    if thread.assignee is None:
        return mark_safe('<span class="cs-muted">Nobody</span>')
    name = thread.assignee.shown_name
    face = avatar(name, str(thread.assignee.pk), size="s", kind="member")
    short = name.split(maxsplit=1)[0]
    return format_html('<span class="cs-line-h" title="{}">{}<bdi class="cs-cut">{}</bdi></span>', name, face, short)


def _words(message: Message | None) -> SafeString | str:
    if message is None:
        return ""
    if message.status == Status.FAILED:
        return format_html('<span class="cs-last cs-cut">{}</span>', FAILED)
    own = "You: " if message.direction == Direction.OUT else ""
    return format_html('<span class="cs-last cs-cut">{}<bdi>{}</bdi></span>', own, preview_of(message))


def _broadcast_to(query: ContactsQuery) -> str | None:
    """The form of a broadcast with this audience, which is contacts, a segment or tags; None for another one."""
    match query.filters:
        case {"ids": ids, **others} if not others and len(ids) <= MAX_LINES:
            audience = {"contacts": "\n".join(ids)}
        case {"segment": segment, **others} if not others:
            audience = {"segment_id": segment}
        case {"tag": names, **others} if not others:
            audience = {"tags": "\n".join(names)}
        case _:
            return None
    return panel_url("messaging_broadcast_add", query=audience)


COLUMNS = AddedColumns({ASSIGNEE: "Owner", LAST: "Last message", AT: "When"}, _read)
WRITE = BulkPage(
    "Message", "send", _broadcast_to, "a broadcast goes to a saved list: save this one first, then write to it"
)
