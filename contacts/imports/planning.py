"""What the rows of a chunk do to contacts, row after row, on copies in memory: the rules of POST /v1/contacts.

A dry run and an import plan in the same way and differ in what they do with the plan, so they count the same.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contacts.events import CONTACT_CREATED, CONTACT_TAGGED
from contacts.imports.cells import InvalidRow
from contacts.models import Contact
from contacts.repository import contacts
from contacts.representations import ContactOut
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.events.publishing import NewEvent

IDENTITIES = ("username_key", "email_key")
Identity = tuple[str, str]


class Outcome(StrEnum):
    """What a row did."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


CONFLICT = InvalidRow("username", "contact_conflict: username and email belong to different contacts")


@dataclass(slots=True, eq=False)
class Person:
    """A contact with its tags, as the rows so far have left it. ``added``: tags that are not stored yet.
    ``old_stage`` and ``old_fields`` are the stage and the custom fields that are stored."""

    contact: Contact
    tags: dict[str, None]
    is_new: bool = False
    is_changed: bool = False
    added: list[str] = field(default_factory=list)
    old_stage: str = ""
    old_fields: dict[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        return ContactOut.render(self.contact, tags=sorted(self.tags))


class Plan:
    """The contacts that rows are about, and what the rows do to them. ``opted_out`` are the identities of erased people
    whose opt-out is kept. Events are only made if they ``publishes``. ``scores``: there are scoring rules."""

    def __init__(
        self,
        workspace_id: int,
        people: Iterable[Person],
        opted_out: Set[Identity],
        *,
        publishes: bool,
        scores: bool = False,
    ) -> None:
        self.workspace_id, self._opted_out = workspace_id, opted_out
        self._publishes, self._scores = publishes, scores
        self.people = list(people)
        self.events: list[NewEvent] = []
        self._by_identity: dict[Identity, Person] = {}
        for person in self.people:
            self._index(person)

    def has_to_wait(self, changes: Changes) -> bool:
        """Whether what the rows so far do has to be written before this row: it is about a contact that one of them has
        changed, and its stage or what rules give points for would not be seen between them."""
        if not self._publishes:
            return False
        people = (self._by_identity.get(each) for each in changes.identities.items())
        changed = [person.contact for person in people if person is not None and (person.is_new or person.is_changed)]
        return any(self._scores or changes.columns.get("stage", each.stage) != each.stage for each in changed)

    def apply(self, changes: Changes) -> Outcome:
        """Apply a row. :class:`InvalidRow` if its identities belong to different contacts; nothing is changed then."""
        found = {id(person): person for each in changes.identities.items() if (person := self._by_identity.get(each))}
        if len(found) > 1:
            raise CONFLICT
        for person in found.values():
            return self._update(person, changes)
        return self._create(changes)

    def _create(self, changes: Changes) -> Outcome:
        now = clock.now()
        contact = contacts.new(workspace_id=self.workspace_id, created_at=now, updated_at=now)
        changes.apply(contact)
        contact.opted_out = contact.opted_out or not self._opted_out.isdisjoint(changes.identities.items())
        tags = changes.tags or []
        person = Person(contact, dict.fromkeys(tags), is_new=True, added=list(tags))
        self.people.append(person)
        self._index(person)
        self._publish(person, created=True, added=tags)
        return Outcome.CREATED

    def _update(self, person: Person, changes: Changes) -> Outcome:
        contact, old = person.contact, self._identities(person)
        changed = changes.apply(contact)
        new = set(self._identities(person)).difference(old)
        if not contact.opted_out and not self._opted_out.isdisjoint(new):
            contact.opted_out = changed["opted_out"] = True
        added = [name for name in changes.tags or () if name not in person.tags]
        if not changed and not added:
            return Outcome.UNCHANGED
        contact.updated_at = clock.now()
        if new:
            for each in old:
                del self._by_identity[each]
            self._index(person)
        person.is_changed = True
        person.tags.update(dict.fromkeys(added))
        person.added += added
        self._publish(person, created=False, added=added)
        return Outcome.UPDATED

    def _publish(self, person: Person, *, created: bool, added: list[str]) -> None:
        if not self._publishes or not (created or added):
            return
        payload, contact_id = person.payload(), person.contact.id
        if created:
            self.events.append(NewEvent(CONTACT_CREATED, {"contact": payload}, contact_id))
        if added:
            self.events.append(NewEvent(CONTACT_TAGGED, {"contact": payload, "added": added}, contact_id))

    def _index(self, person: Person) -> None:
        self._by_identity.update(dict.fromkeys(self._identities(person), person))

    @staticmethod
    def _identities(person: Person) -> list[Identity]:
        keys = ((name, getattr(person.contact, name)) for name in IDENTITIES)
        return [(name, key) for name, key in keys if key is not None]
