"""The events of threads, with the thread as GET answers it."""

from collections.abc import Sequence

from crmsolid.api.people import MemberNameOut
from crmsolid.events.catalogue import EventType
from crmsolid.events.publishing import NewEvent
from crmsolid.workspaces.models import User
from messaging import querysets
from messaging.models import Status, Thread
from messaging.representations import THREAD_ASSIGNED, THREAD_CLOSED, THREAD_REOPENED, ThreadOut
from messaging.sending import waiting


def load(threads: Sequence[Thread]) -> None:
    """Load what is shown of these threads of a workspace beside their columns, ``contact``, ``account`` and
    ``assignee``: queries for all of them together."""
    if not threads:
        return
    threads, workspace = list(threads), threads[0].workspace_id
    newest = querysets.newest_messages(workspace, threads)
    planned = querysets.planned_answers(workspace, threads)
    waiting.load_accounts(newest.values())
    for thread in threads:
        thread.last_message, thread.planned_at = newest.get(thread.pk), planned.get(thread.pk)
        last = thread.last_message
        if last is not None:
            last.contact = thread.contact
            if last.status != Status.QUEUED:  # the account of those has what says why they wait
                last.account = thread.account


def of_change(before: Thread, after: Thread) -> list[NewEvent]:
    """What to publish of a change of a thread, whose row is locked, in the transaction of the change. Nobody may be
    erasing its contact. ``before`` is the row as it was."""
    types = []
    if before.assignee_id != after.assignee_id:
        types.append(THREAD_ASSIGNED)
    if (before.closed_at is None) != (after.closed_at is None):
        types.append(THREAD_REOPENED if after.closed_at is None else THREAD_CLOSED)
    if types:
        load([after])
    assignees = {"old_assignee": _name(before.assignee), "new_assignee": _name(after.assignee)}
    return [_event(each, after, assignees if each is THREAD_ASSIGNED else {}) for each in types]


def of_reopening(thread_id: str) -> NewEvent:
    """What to publish when a message of the contact, who is locked, has opened this thread again."""
    thread = Thread.unscoped.select_related("contact", "account", "assignee").get(pk=thread_id)
    load([thread])
    return _event(THREAD_REOPENED, thread, {})


def of_unassigning(threads: Sequence[Thread]) -> list[NewEvent]:
    """What to publish when nobody looks after these threads of a workspace any more, who still have their ``assignee``.
    Nobody may be erasing their contacts."""
    names = [_name(thread.assignee) for thread in threads]
    load(threads)
    for thread in threads:
        thread.assignee = None
    return [
        _event(THREAD_ASSIGNED, thread, {"old_assignee": name, "new_assignee": None})
        for thread, name in zip(threads, names, strict=True)
    ]


def _event(event_type: EventType, thread: Thread, data: dict[str, object]) -> NewEvent:
    shown = {"thread": ThreadOut.render(thread), **data}
    return NewEvent(event_type, shown, thread.contact_id, account_id=thread.account_id)


def _name(user: User | None) -> object:
    return None if user is None else MemberNameOut.render(user)
