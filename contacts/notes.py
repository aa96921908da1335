"""Notes that members, keys and assistants write about a contact: read, add, edit and delete them; what the person is
shown of them."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet

from contacts import mentions, repository, review
from contacts.models import Contact, ContactNote
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import KINDS
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.authors import Author, AuthorKind
from crmsolid.workspaces.models import Role, Workspace

MAX_TEXT = 4000
# The author's type in the API, by the kind that is stored.
AUTHOR_TYPES = {"user": AuthorKind.MEMBER, "key": AuthorKind.KEY, "grant": AuthorKind.ASSISTANT}

# Called in the transaction that adds or edits a note, with the ids of the users whom it did not mention before. Who
# mentions themselves is not told.
mention_watchers: ExtensionPoint[Callable[[ContactNote, list[int]], None]] = ExtensionPoint("watchers of mentions")
# Called in the transaction that adds, edits or deletes a note.
note_watchers: ExtensionPoint[Callable[[ContactNote], None]] = ExtensionPoint("watchers of notes")
# Each says whether this is the id of a conversation of the workspace with the contact, whose row is locked.
conversation_finders: ExtensionPoint[Callable[[Workspace, str, str], bool]] = ExtensionPoint("conversations of notes")

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def list_notes(actor: Actor, contact_id: str, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the :class:`ContactNote` of a contact with their authors, newest first. Errors: ``scope_missing``,
    ``not_found`` for the contact, ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    Contact.objects.for_workspace(actor.workspace).only("pk").get_or_not_found(contact_id)
    rows = ContactNote.objects.for_workspace(actor.workspace).filter(contact_id=contact_id).select_related("author")
    filters = {"contact": contact_id}
    found = page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
    for note in found.rows:
        _as_seen(actor, note)
    return found


def _as_seen(actor: Actor, note: ContactNote) -> ContactNote:
    """The note as the actor sees it, not to be stored: a key that is narrowed to some accounts is not told in which
    conversation it was written, because that may be one of another account."""
    if actor.limits.account_ids:
        note.thread_id = ""
    return note


def notes_in_conversation(
    actor: Actor, contact_id: str, thread_id: str, *, since: datetime | None = None, until: datetime | None = None
) -> Sequence[ContactNote]:
    """The notes that were written in this conversation with the contact, with their authors, oldest first; from
    ``since`` on, before ``until``. Errors: ``scope_missing``."""
    actor.require(Scope.READ_CONTACTS)
    rows: QuerySet[ContactNote] = ContactNote.objects.for_workspace(actor.workspace)
    rows = rows.filter(contact_id=contact_id, thread_id=thread_id).select_related("author")
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if until is not None:
        rows = rows.filter(created_at__lt=until)
    return list(rows.order_by("created_at", "pk"))


def get_note(actor: Actor, note_id: str) -> ContactNote:
    """The note with its author. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_CONTACTS)
    rows = ContactNote.objects.for_workspace(actor.workspace).select_related("author")
    return _as_seen(actor, rows.get_or_not_found(note_id))


@unit_of_work()
def add_note(actor: Actor, contact_id: str, *, text: str, thread_id: str = "", note_id: str = "") -> ContactNote:
    """Write a note of 1 to ``MAX_TEXT`` characters about a contact, in one of the conversations with them if
    ``thread_id`` names it. Whom the text mentions (:mod:`contacts.mentions`) is told; nothing is sent to the contact.
    With ``note_id``, calls that repeat it write one note, which has the text of the last one.

    Errors: ``scope_missing``, ``not_found`` for the contact or the conversation, ``validation_failed``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    text = _checked(text)
    # Locked, so that an erasure of the contact finds the note or the note finds no contact.
    person = repository.get(actor.workspace, contact_id, lock=True)
    contact = person.contact
    if thread_id and not any(has(actor.workspace, contact_id, thread_id) for has in conversation_finders.values()):
        raise DomainError("not_found", "no such thread with this contact", hint=KINDS["thread"].hint)
    if note_id and contact.notes.filter(pk=note_id).exists():
        return edit_note(actor, note_id, text=text)
    review.about_contact(actor, person, {})
    note = ContactNote(workspace=actor.workspace, contact=contact, text=text, thread_id=thread_id, **_author(actor))
    note.pk = note_id or note.pk
    note.mentioned = mentions.find_mentioned(actor.workspace, text)
    try:
        note.save(force_insert=True)
    except IntegrityError:  # a note about somebody else has the id
        raise invalid("note_id", "taken", "give a new id") from None
    audit.record(actor, "contact.note_added", contact_id, note=note.pk)
    _tell(actor, note, before=[])
    return note


@unit_of_work()
def edit_note(actor: Actor, note_id: str, *, text: str, check: Check = unconditional) -> ContactNote:
    """Replace the text of a note: its author may, and admins and owners. Of the members whom it mentions now, those are
    told whom it did not mention before. The same text changes nothing. ``check`` gets the note before the change.

    Errors: ``not_found``, ``validation_failed``; ``forbidden`` for anybody else, ``scope_missing`` for an author who
    may no longer write; what ``check`` raises.
    """
    note: ContactNote = ContactNote.objects.for_workspace(actor.workspace).get_or_not_found(note_id)
    _require_to_change(note, actor)
    text = _checked(text)
    # The contact first, as everywhere. A deletion may have come in between.
    repository.get(actor.workspace, note.contact_id, lock=True)
    note = ContactNote.objects.for_workspace(actor.workspace).get_or_not_found(note_id, lock=True)
    check(_as_seen(actor, note))
    _review(actor, note)
    if note.text == text:
        return note
    before = note.mentioned
    note.text, note.edited_at, note.mentioned = text, clock.now(), mentions.find_mentioned(actor.workspace, text)
    note.save(update_fields=["text", "edited_at", "mentioned"])
    audit.record(actor, "contact.note_edited", note.contact_id, note=note.pk)
    _tell(actor, note, before=before)
    return note


@unit_of_work()
def delete_note(actor: Actor, note_id: str, *, check: Check = unconditional) -> None:
    """Delete a note: its author may, and admins and owners. ``check`` gets the note before.

    Errors: ``not_found``; ``forbidden`` for anybody else, ``scope_missing`` for an author who may no longer write; what
    ``check`` raises.
    """
    note: ContactNote = ContactNote.objects.for_workspace(actor.workspace).get_or_not_found(note_id, lock=True)
    _require_to_change(note, actor)
    check(_as_seen(actor, note))
    _review(actor, note)
    audit.record(actor, "contact.note_deleted", note.contact_id, note=note_id)
    for watch in note_watchers.values():
        watch(note)
    note.delete()


def _review(actor: Actor, note: ContactNote) -> None:
    checks.write_about(actor, note.contact_id, state={"the note": checks.digest(note.text)})


def _checked(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise invalid("text", "required", "write something")
    if len(text) > MAX_TEXT:
        raise invalid("text", "max_length", f"a note has at most {MAX_TEXT} characters")
    if _NOT_STORABLE.search(text):
        raise invalid("text", "invalid", "give text without NUL and lone surrogates")
    return text


def _author(actor: Actor) -> dict[str, Any]:
    """The columns that say who writes. A key that is used over MCP is an assistant."""
    subject = actor.subject
    return {
        "author_id": int(subject.id) if subject.kind == "user" else None,
        "author_kind": "grant" if actor.surface == "mcp" else subject.kind,
        "author_ref": subject.id,
        "author_label": subject.label,
    }


def _tell(actor: Actor, note: ContactNote, *, before: Sequence[int]) -> None:
    for watch in note_watchers.values():
        watch(note)
    author_id = _author(actor)["author_id"]
    told = [each for each in note.mentioned if each not in before and each != author_id]
    if told:
        for watch_mentions in mention_watchers.values():
            watch_mentions(note, told)


def _require_to_change(note: ContactNote, actor: Actor) -> None:
    if is_author(note, actor):
        actor.require(Scope.WRITE_CONTACTS)
    elif actor.subject.kind in ("key", "grant"):
        kind = AUTHOR_TYPES[actor.subject.kind].value
        raise DomainError("forbidden", f"this {kind} changes only the notes that it wrote; a member can in the panel")
    else:
        actor.require_role(Role.ADMIN, Role.OWNER)


def is_author(note: ContactNote, actor: Actor) -> bool:
    """Whether the actor wrote this note."""
    if actor.subject.kind == "user":
        return note.author_id is not None and actor.subject.id == str(note.author_id)
    return bool(note.author_ref) and actor.subject.id == note.author_ref and note.author_kind != "user"


def may_change(note: ContactNote, actor: Actor) -> bool:
    """Whether :func:`edit_note` and :func:`delete_note` let the actor change this note."""
    if is_author(note, actor):
        return actor.has(Scope.WRITE_CONTACTS)
    return actor.has_role(Role.ADMIN, Role.OWNER)


def author_name(note: ContactNote) -> str:
    """How the author is called now, as far as that is known. Reads the author's user."""
    author = note.author
    return author.shown_name if author is not None else note.author_label


def author_of(note: ContactNote) -> Author:
    """The author as the API shows it: the name is no address of a member. Nobody in particular for a note of a
    command."""
    kind = AUTHOR_TYPES.get(note.author_kind)
    if kind is None:
        return Author()
    if kind != AuthorKind.MEMBER:
        return Author(kind, note.author_ref, note.author_label)
    user = note.author
    name = note.author_label.partition("@")[0] if user is None else user.shown_name
    return Author(kind, note.author_ref or ("" if user is None else str(user.pk)), name)


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``notes``: what members wrote about the contact, oldest first. When a contact is erased, they go with it."""
    notes = ContactNote.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return {
        "notes": [
            {
                "id": note.pk,
                "author": note.author_label,
                "text": note.text,
                "thread_id": note.thread_id or None,
                "created_at": rfc3339(note.created_at),
                "edited_at": note.edited_at and rfc3339(note.edited_at),
            }
            for note in notes.order_by("created_at", "pk")
        ]
    }
