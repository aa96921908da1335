"""What writes of contacts say of themselves where they may have to wait for an approval, and what makes their proposals
stale: :mod:`crmsolid.limits.checks`. For everybody else each function returns at once."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from copy import copy
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast

from contacts.models import Contact
from contacts.repository import ADDRESSES, ContactWithTags
from contacts.segments.matching import Counter
from contacts.validation import Changes
from crmsolid.api.preconditions import Check
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.limits import checks, reading
from crmsolid.workspaces.actor import Actor

# Another person, to whom the change was not meant.
IDENTITY = ("id", "name", "username", "telegram_id", "email", "phone")

# Each gets the actor, the contact, which is locked, and a copy of it as the write makes it. It returns the links that
# texts to the contact get by the change, and that no message of theirs has.
link_finders: ExtensionPoint[Callable[[Actor, Contact, Contact], set[str]]] = ExtensionPoint("new links of a contact")


def check_upsert(actor: Actor, fields: Mapping[str, Any], changes: Changes, check: Check) -> Check:
    """``check``, which gets the contact as it was or None for a new one, and then that the write is about it."""
    if actor.review is None:
        return check

    def check_both(before: ContactWithTags | None) -> None:
        check(before)
        if before is None:
            checks.write_about(actor, checks.NEW_CONTACT, state={"the contact": None})
        else:
            about_contact(actor, before, fields, tags=changes.tags, changes=changes)

    return check_both


def about_contact(
    actor: Actor,
    before: ContactWithTags,
    fields: Mapping[str, Any],
    *,
    tags: Collection[str] | None = None,
    changes: Changes | None = None,
) -> None:
    """Say that the write changes these fields of the contact, which is locked. ``tags`` are those that it adds and
    removes. What is compared: who the contact is, whether they have opted out, and the fields that it changes, so that
    two changes of different fields can be approved one after the other. ``changes`` are what it makes of the fields:
    messages that wait to be sent take their recipient or their text from them."""
    if actor.review is None:
        return
    shown = before.payload
    seen: dict[str, Any] = {"the contact": checks.digest(*(shown[name] for name in IDENTITY))}
    seen["the opt-out"] = shown["opted_out"]
    for name in fields.keys() - {"tags", "custom_fields", *IDENTITY}:
        seen[f"the field {name}"] = checks.digest(shown.get(name))
    if tags is not None:
        seen["the tags"] = checks.digest(sorted(set(shown["tags"]).intersection(tags)))
    for key in fields.get("custom_fields") or {}:
        seen[f"the field {key}"] = checks.digest(shown["custom_fields"].get(key))
    moves, links = False, set[str]()
    if changes is not None and reading.matters_to(actor):
        after = copy(before.contact)
        moves = not ADDRESSES.isdisjoint(changes.apply(after))
        links = set().union(*(find(actor, before.contact, after) for find in link_finders.values()))
    checks.write_about(actor, before.contact.id, state=seen, moves=moves, new_links=links)


def about_erasure(actor: Actor, before: ContactWithTags) -> None:
    """Say that the write erases the contact, which is locked: anything new about them is compared."""
    if actor.review is not None:
        checks.write_about(actor, before.contact.id, state={"the contact": checks.digest(before.payload)})


def about_matching(
    actor: Actor, people: "QuerySet[Contact]", *, sends_each: int = 0, seen: Mapping[str, Any] | None = None
) -> None:
    """Say that the write is about all these contacts. Who they are is compared, unless that takes too long to find out,
    and what else is ``seen``; each of them counts as a change, or as ``sends_each`` messages."""
    if actor.review is None:
        return
    found: dict[str, Any] = {"number": None, "digest": None}
    with suppress(DomainError), Counter(actor.workspace).limit():
        ids = StringAgg(Cast("pk", TextField()), Value(","), order_by="pk")
        found = people.order_by().aggregate(number=Count("pk"), digest=MD5(ids))
    number = found["number"] or 0
    state = {"the contacts that match": [found["number"], found["digest"]], **(seen or {})}
    if sends_each:
        checks.write_about_many(actor, state=state, reaches=True, sends=sends_each * number)
    else:
        checks.write_about_many(actor, state=state, changes=max(number, 1))
