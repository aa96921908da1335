"""What members have begun to write in conversations and not sent yet: one text for each member and conversation, the
same on all devices.

The browser keeps a copy of its own, which all its tabs share. Of two texts of one browser the newer one stays, in
whatever order they arrive. Of another browser's text it must name the revision: if there is another one by now, nothing
is overwritten, and the browser joins the two texts. The row is deleted in the transaction that stores the message; one
that was emptied stays without content, so that an older text which arrives late does not come back. Whoever writes or
deletes a draft holds the lock of the thread's row, so a text that arrives after its message finds that.
"""

import re
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
# The browser, and the number of the text in it.
REVISION = re.compile(r"([A-Za-z0-9_]{1,40}):([0-9]{1,16})", re.ASCII)


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
    """What became of a text: ``kept``, and ``draft`` is it or a newer one of the same browser; ``conflict`` with
    ``draft``, which was written elsewhere; or ``sent``, as ``message``."""

    state: str
    draft: ThreadDraft | None = None
    message: Message | None = None


@unit_of_work()
def keep(actor: Actor, thread_id: str, *, message_id: str, content: Content, revision: str, base: str = "") -> Kept:
    """Keep what the member has written in the thread as ``revision``, in place of an older one of the same browser, of
    ``base``, or of none. Any other draft stays. ``message_id`` is the id that the message gets. Files that are not
    there are left out.

    Errors: ``scope_missing``, ``not_found``; ``forbidden`` for anybody but a member who may write;
    ``validation_failed`` for what is too long for a message, and for what is no revision.
    """
    actor.require(Scope.WRITE_MESSAGES)
    user_id, content, written = _user_of(actor), _checked(content), _parsed(revision)
    # Locked: whoever removes the member waits, and then finds the draft.
    if not assignable_members(actor).filter(user_id=user_id).select_for_update(of=("self",), no_key=True).first():
        raise DomainError("forbidden", "only members keep drafts")
    thread = Thread.objects.for_workspace(actor.workspace).get_or_not_found(thread_id, lock=True)
    sent: Message | None = Message.objects.for_workspace(actor.workspace).filter(pk=message_id).first()
    if sent is not None:
        return Kept("sent", message=sent)
    rows = ThreadDraft.objects.for_workspace(actor.workspace).filter(thread=thread, user=user_id)
    draft: ThreadDraft | None = rows.first()
    if draft is not None:
        browser, number = _parsed(draft.revision)
        if browser == written[0] and number >= written[1]:
            return Kept("kept", draft)
        if browser != written[0] and draft.revision != base:
            return Kept("conflict", draft)
    draft = draft or ThreadDraft(workspace=actor.workspace, thread=thread, user_id=user_id)
    draft.message_id, draft.content = message_id, _stored(actor, content)
    draft.revision, draft.updated_at = revision, clock.now()
    draft.save()
    _tell(actor, thread_id, revision)
    return Kept("kept", draft)


def _parsed(revision: str) -> tuple[str, int]:
    """The browser, and the number of the text in it."""
    found = REVISION.fullmatch(revision)
    if found is None:
        raise invalid("revision", "invalid", "a revision is a browser and a number")
    return found[1], int(found[2])


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
    """The content as JSON for the database, without the NUL that it cannot store; {} if it is empty."""
    if content.is_empty:
        return {}
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
    """The member's draft in the thread, also one that was emptied. Errors: ``scope_missing``."""
    return _rows(actor, [thread_id]).first()


def of_threads(actor: Actor, thread_ids: Collection[str]) -> dict[str, ThreadDraft]:
    """The member's drafts in these threads, by the id of the thread; none for anybody but a member who may write.
    Errors: ``scope_missing``."""
    return {row.thread_id: row for row in _rows(actor, thread_ids).exclude(content={})}


def _rows(actor: Actor, thread_ids: Collection[str]) -> "QuerySet[ThreadDraft]":
    actor.require(Scope.READ_MESSAGES)
    rows = ThreadDraft.objects.for_workspace(actor.workspace)
    if not actor.has(Scope.WRITE_MESSAGES) or actor.subject.kind != "user":
        return rows.none()
    return rows.filter(user=_user_of(actor), thread__in=thread_ids)


def drop(actor: Actor, thread_id: str, message_id: str) -> None:
    """The member's draft was stored as this message, in the caller's transaction, which has locked the thread."""
    if actor.subject.kind != "user":
        return
    rows = ThreadDraft.objects.for_workspace(actor.workspace).filter(thread=thread_id, user=_user_of(actor))
    if rows.filter(message_id=message_id).delete()[0]:
        _tell(actor, thread_id, "")


def _tell(actor: Actor, thread_id: str, revision: str) -> None:
    """Tell the pages of the member, after the commit."""
    notices.tell_later(notices.Notice(actor.workspace.pk, thread_id, notices.DRAFT, revision, user_id=_user_of(actor)))


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
