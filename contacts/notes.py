"""Notes that members write about a contact: read, add and delete them; what the person is shown of them."""

import re
from typing import Any

from contacts import repository
from contacts.models import Contact, ContactNote
from crmsolid.api.pagination import Page, page
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Role

MAX_TEXT = 4000

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def list_notes(actor: Actor, contact_id: str, *, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of the :class:`ContactNote` of a contact, newest first. Errors: ``scope_missing``, ``not_found`` for the
    contact, ``invalid_cursor``."""
    actor.require(Scope.READ_CONTACTS)
    Contact.objects.for_workspace(actor.workspace).only("pk").get_or_not_found(contact_id)
    rows = ContactNote.objects.for_workspace(actor.workspace).filter(contact_id=contact_id)
    filters = {"contact": contact_id}
    return page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)


@unit_of_work()
def add_note(actor: Actor, contact_id: str, *, text: str) -> ContactNote:
    """Write a note of 1 to ``MAX_TEXT`` characters about a contact. Nothing of it is sent to anybody.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed``.
    """
    actor.require(Scope.WRITE_CONTACTS)
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise invalid("text", "required", "write something")
    if len(text) > MAX_TEXT:
        raise invalid("text", "max_length", f"a note has at most {MAX_TEXT} characters")
    if _NOT_STORABLE.search(text):
        raise invalid("text", "invalid", "give text without NUL and lone surrogates")
    # Locked, so that an erasure of the contact finds the note or the note finds no contact.
    contact = repository.get(actor.workspace, contact_id, lock=True).contact
    subject = actor.subject
    note = ContactNote(workspace=actor.workspace, contact=contact, author_label=subject.label, text=text)
    note.author_id = int(subject.id) if subject.kind == "user" else None
    note.save(force_insert=True)
    audit.record(actor, "contact.note_added", contact_id, note=note.pk)
    return note


@unit_of_work()
def delete_note(actor: Actor, note_id: str) -> None:
    """Delete a note: its author may, and admins and owners.

    Errors: ``not_found``; ``forbidden`` for anybody else, ``scope_missing`` for an author who may no longer write.
    """
    notes = ContactNote.objects.for_workspace(actor.workspace)
    note: ContactNote = notes.get_or_not_found(note_id)
    if is_author(note, actor):
        actor.require(Scope.WRITE_CONTACTS)
    else:
        actor.require_role(Role.ADMIN, Role.OWNER)
    deleted, _ = notes.filter(pk=note_id).delete()
    if deleted:  # else another call has just deleted it, and wrote the entry
        audit.record(actor, "contact.note_deleted", note.contact_id, note=note_id)


def is_author(note: ContactNote, actor: Actor) -> bool:
    """Whether the actor wrote this note."""
    return note.author_id is not None and (actor.subject.kind, actor.subject.id) == ("user", str(note.author_id))


def may_delete(note: ContactNote, actor: Actor) -> bool:
    """Whether :func:`delete_note` lets the actor delete this note."""
    if is_author(note, actor):
        return actor.has(Scope.WRITE_CONTACTS)
    return actor.role in (Role.ADMIN, Role.OWNER)


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``notes``: what members wrote about the contact, oldest first. When a contact is erased, they go with it."""
    notes = ContactNote.objects.for_workspace(workspace_id).filter(contact_id=contact_id)
    return {
        "notes": [
            {"id": note.pk, "author": note.author_label, "text": note.text, "created_at": rfc3339(note.created_at)}
            for note in notes.order_by("created_at", "pk")
        ]
    }
