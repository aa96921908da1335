"""Notes as the pages show them, with the names of mentioned members marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from contacts import mentions, notes
from contacts.models import ContactNote
from crmsolid.panel.components.template_tags import linked
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User

# What stands beside the name of an author that is no member, by the kind that is stored.
PROGRAMS = {"key": "API", "grant": "Assistant"}


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note, its author's name, what the author is if it is a program, the text as HTML, and whether whoever reads it
    may change it."""

    note: ContactNote
    author: str
    program: str
    html: SafeString
    may_change: bool


def shown_notes(actor: Actor, rows: Sequence[ContactNote], *, may_change: bool) -> list[ShownNote]:
    """These notes, which were read with their authors; one query more if they mention somebody. ``may_change`` is False
    where the page lets nobody change anything."""
    ids = {user_id for note in rows for user_id in note.mentioned}
    users = User.objects.in_bulk(ids) if ids else {}
    found = []
    for note in rows:
        html = marked(note.text, [users[each] for each in note.mentioned if each in users])
        may = may_change and notes.may_change(note, actor)
        found.append(ShownNote(note, notes.author_name(note), PROGRAMS.get(note.author_kind, ""), html, may))
    return found


def marked(text: str, users: Iterable[User]) -> SafeString:
    """The text with its addresses as links and the names of these users marked where it mentions them."""
    handles = {handle for user in users for handle in mentions.handles_of(user)}
    parts, done = [], 0
    for start, end in mentions.spans(text, handles):
        parts += [linked(text[done:start]), format_html('<mark class="cs-mention">{}</mark>', text[start:end])]
        done = end
    return mark_safe("".join([*parts, linked(text[done:])]))
