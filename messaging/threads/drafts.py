"""What members have begun to write in conversations and not sent yet: one text for each member and conversation, the
same on all devices.

The browser keeps a copy of its own and shows that first. It names the revision that it has changed: if there is another
one by now, nothing is overwritten, and the browser joins the two texts. The row is deleted in the transaction that
stores the message. Whoever writes or deletes a draft holds the lock of the thread's row, so a text that arrives after
its message finds that, and is not kept again.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Self

from django.db.models import Q, QuerySet

from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Membership, Role, Workspace
from messaging import notices
from messaging.files.albums import MAX_TOGETHER
from messaging.formatting.entities import utf16_length
from messaging.models import File, Message, Thread, ThreadDraft
from messaging.sending.message_text import MAX_UTF16_UNITS
from messaging.threads.services.actions import assignable_members
from messaging.threads.state import ASSIGNABLE

# What is left in conversations that are closed.
KEPT = timedelta(days=90)
# Of the short fields: a format, a time, the id of a message.
MAX_SHORT = 40


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the fields of a composer. ``send_at`` is as it was typed, ``attachments`` are ids of files,
    ``templates`` those of templates, separated by blanks."""

    text: str = ""
    send_at: str = ""
    format: str = ""
    attachments: Sequence[str] = ()
    send_as: str = ""
    reply_to: str = ""
    quote: str = ""
    no_link_preview: bool = False
    templates: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.attachments

    @classmethod
    def of(cls, draft: ThreadDraft) -> Self:
        """What a draft of this or another version has of these fields."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in draft.content.items() if name in names})


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a text: ``kept`` as ``draft``, None if it was emptied; ``conflict`` with ``draft``, which was
    written elsewhere; or ``sent``, as ``message``."""

    state: str
    draft: ThreadDraft | None = None
    message: Message | None = None


@unit_of_work()
def keep(actor: Actor, thread_id: str, *, message_id: str, content: Content, revision: int) -> Kept:
    """Keep what the member has written in the thread in place of ``revision``, 0 for none. ``message_id`` is the id
    that the message gets. Nothing is overwritten if the draft has another revision. Files that are not there are left
    out.

    Errors: ``scope_missing``, ``not_found``; ``forbidden`` for anybody but a member who may write;
    ``validation_failed`` for what is too long for a message.
    """
    actor.require(Scope.WRITE_MESSAGES)
    user_id, content = _user_of(actor), _checked(content)
    # Locked: whoever removes the member waits, and then finds the draft.
    if not assignable_members(actor).filter(user_id=user_id).select_for_update(of=("self",), no_key=True).first():
        raise DomainError("forbidden", "only members keep drafts")
    thread = Thread.objects.for_workspace(actor.workspace).get_or_not_found(thread_id, lock=True)
    sent: Message | None = Message.objects.for_workspace(actor.workspace).filter(pk=message_id).first()
    if sent is not None:
        return Kept("sent", message=sent)
    rows = ThreadDraft.objects.for_workspace(actor.workspace).filter(thread=thread, user=user_id)
    draft: ThreadDraft | None = rows.first()
    if draft is not None and draft.revision != revision:
        return Kept("conflict", draft)
    stored = _stored(actor, content)
    if content.is_empty:
        if draft is not None:
            rows.delete()
            _tell(actor, thread_id, 0)
        return Kept("kept")
    if draft is None:
        # Somewhere else a draft may be open that was deleted: its revision is none of this one.
        draft = ThreadDraft(
            workspace=actor.workspace, thread=thread, user_id=user_id, revision=secrets.randbelow(2**30)
        )
    draft.message_id, draft.content = message_id, stored
    draft.revision, draft.updated_at = draft.revision + 1, clock.now()
    draft.save()
    _tell(actor, thread_id, draft.revision)
    return Kept("kept", draft)


def _user_of(actor: Actor) -> int:
    if actor.subject.kind != "user":
        raise DomainError("forbidden", "only members keep drafts")
    return int(actor.subject.id)


def _checked(content: Content) -> Content:
    for name in ("text", "quote"):
        if utf16_length(getattr(content, name)) > MAX_UTF16_UNITS:
            raise invalid(name, "too_long", f"a text has up to {MAX_UTF16_UNITS} UTF-16 units")
    for name in ("send_at", "format", "send_as", "reply_to", "templates"):
        if len(getattr(content, name)) > MAX_SHORT:
            raise invalid(name, "too_long", f"it has at most {MAX_SHORT} characters")
    if len(content.attachments) > MAX_TOGETHER:
        raise invalid("attachments", "too_many", f"a message has at most {MAX_TOGETHER} files")
    return content


def _stored(actor: Actor, content: Content) -> dict[str, str | bool | list[str]]:
    """The content as JSON for the database, without the NUL that it cannot store."""
    stored: dict[str, str | bool | list[str]] = {}
    for each in fields(content):
        value = getattr(content, each.name)
        stored[each.name] = value.replace("\0", "") if isinstance(value, str) else value
    known = [each for each in content.attachments if is_id("fil", each)]
    # Locked, as by whatever uses a file: what looks for unused ones waits, and then finds the draft.
    rows = File.objects.for_workspace(actor.workspace).filter(pk__in=known).order_by("pk")
    found = {row.pk for row in rows.select_for_update(no_key=True)} if known else set()
    return {**stored, "attachments": [each for each in known if each in found]}


def of_thread(actor: Actor, thread_id: str) -> ThreadDraft | None:
    """The member's draft in the thread. Errors: ``scope_missing``."""
    return of_threads(actor, [thread_id]).get(thread_id)


def of_threads(actor: Actor, thread_ids: Collection[str]) -> dict[str, ThreadDraft]:
    """The member's drafts in these threads, by the id of the thread; none for anybody but a member who may write.
    Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    if not actor.has(Scope.WRITE_MESSAGES) or actor.subject.kind != "user" or not thread_ids:
        return {}
    rows = ThreadDraft.objects.for_workspace(actor.workspace).filter(user=_user_of(actor), thread__in=thread_ids)
    return {row.thread_id: row for row in rows}


def drop(actor: Actor, thread_id: str, message_id: str) -> None:
    """The member's draft was stored as this message, in the caller's transaction, which has locked the thread."""
    if actor.subject.kind != "user":
        return
    rows = ThreadDraft.objects.for_workspace(actor.workspace).filter(thread=thread_id, user=_user_of(actor))
    if rows.filter(message_id=message_id).delete()[0]:
        _tell(actor, thread_id, 0)


def _tell(actor: Actor, thread_id: str, revision: int) -> None:
    """Tell the pages of the member, after the commit."""
    notices.tell_later(
        notices.Notice(actor.workspace.pk, thread_id, notices.DRAFT, str(revision), user_id=_user_of(actor))
    )


def forget_member(member: Membership, role: Role | None) -> None:
    """Delete the drafts of somebody who is no member any more or may not write: a role watcher."""
    if role in ASSIGNABLE:
        return
    workspaces = Workspace.objects.filter(Q(pk=member.workspace_id) | Q(live=member.workspace_id))
    for workspace_id in workspaces.values_list("pk", flat=True):
        ThreadDraft.objects.for_workspace(workspace_id).filter(user=member.user_id).delete()


def past_retention() -> "QuerySet[ThreadDraft]":
    """Drafts that nobody has changed for long, of conversations that have been closed for as long."""
    before = clock.now() - KEPT
    return ThreadDraft.unscoped.filter(updated_at__lt=before, thread__closed_at__lt=before)
