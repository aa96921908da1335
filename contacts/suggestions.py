"""What fits the letters that somebody has typed so far: tags and contacts. Each is answered within some milliseconds,
however many there are: by ranges of indexes, and by the index of trigrams for three letters or more."""

from contacts import tags
from contacts.models import Contact, pieces_of
from contacts.normalization import fold
from contacts.tags import CountedTag
from crmsolid.core.ids import is_id
from crmsolid.workspaces.actor import Actor, Scope

# So many tags, the first by name, are looked through for the letters inside of a name.
TAGS = 1000
# The last character that a text can have.
_LAST = "\U0010ffff"


def suggest_tags(actor: Actor, text: str, *, limit: int) -> list[CountedTag]:
    """Tags that have this text, regardless of case: those that begin with it first, then by name. Errors:
    ``scope_missing``."""
    wanted = fold(text)
    names = dict.fromkeys(tags.tag_names(actor, limit=TAGS))
    if text and len(names) == TAGS:
        following = tags.tag_names(actor, start=text, limit=limit)
        names.update(dict.fromkeys(name for name in following if name.startswith(text)))
    folded = {name: fold(name) for name in names}
    found = sorted(
        (name for name in names if wanted in folded[name]),
        key=lambda name: (not folded[name].startswith(wanted), folded[name]),
    )
    return tags.count_tags(actor, found[:limit])


def suggest_people(actor: Actor, text: str, *, limit: int) -> list[Contact]:
    """Contacts whose name or username begins with this text, then those who have it in their name, username or e-mail
    address. Errors: ``scope_missing``."""
    actor.require(Scope.READ_CONTACTS)
    text = text.removeprefix("@")
    people = Contact.objects.for_workspace(actor.workspace)
    found: dict[str, Contact] = {}
    # The database compares names as they are written, so their usual spellings are looked for.
    spellings = dict.fromkeys((text, text.capitalize(), text.title(), text.upper()))
    searches = [("username_key", text.lower()), *(("name", spelling) for spelling in spellings)]
    queries = [people.filter(**_range(column, begin)).order_by(column, "id") for column, begin in searches if text]
    if pieces_of(fold(text)):
        queries.append(people.filtered({"search": text}).order_by("name", "id"))
    for rows in queries:
        if len(found) < limit:
            found.update((contact.pk, contact) for contact in rows[:limit])
    return list(found.values())[:limit]


def _range(column: str, begin: str) -> dict[str, str]:
    return {f"{column}__gte": begin, f"{column}__lt": begin + _LAST}


def name_people(actor: Actor, ids: list[str]) -> list[Contact]:
    """The contacts that have these ids, in this order. Errors: ``scope_missing``."""
    actor.require(Scope.READ_CONTACTS)
    wanted = [each for each in ids if is_id("con", each)]
    found = Contact.objects.for_workspace(actor.workspace).in_bulk(wanted)
    return [found[each] for each in wanted if each in found]
