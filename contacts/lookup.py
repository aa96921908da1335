"""Matching a Telegram user to a contact, or creating one, for messages to and from people who may not be contacts yet;
finding the contacts whom somebody names in a form.

No scope is required: whoever may send or receive a message may do so with a person who is not a contact yet.
"""

from typing import Any

from contacts import repository, stages
from contacts.events import Before
from contacts.models import Contact
from contacts.normalization import InvalidValue, email_key, username_key
from contacts.repository import ContactWithTags
from contacts.validation import Changes
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.ids import is_id
from crmsolid.events.publishing import publish_all
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace

# An attempt fails only if another call creates the contact and a third erases it before it can be read.
ATTEMPTS = 5


def find_or_create(
    who: Actor | Workspace,
    *,
    username: str | None = None,
    telegram_id: int | None = None,
    name: str = "",
    last_name: str = "",
) -> Contact:
    """The contact with this Telegram id, else with this username, else a new one (and its ``contact.created``).

    Runs in the caller's transaction and leaves the contact's row locked, so that its stage and opt-out do not change
    before the transaction ends. Concurrent calls agree on one contact, because the unique keys of the database decide.
    If both identities are given, Telegram has just reported them together: then the username is brought up to date.
    ``name``, which ends with the ``last_name`` if there is one, is used for a contact that has none.
    ``not_found`` for a narrowed key if the contact is outside of what it sees, or would be once it is made.
    ``service_unavailable`` if other calls create and erase contacts of these identities faster than they can be read.
    """
    name = name[:200]
    names = {"name": name}
    if last_name:
        names |= {"given_first_name": name.removesuffix(last_name).strip()[:100], "last_name": last_name[:100]}
    columns = {**names, "telegram_id": telegram_id}
    if username:
        columns |= {"username": username, "username_key": username.lower()}
    changes = Changes(columns, {})
    for _ in range(ATTEMPTS):
        contact = _find(who, username, telegram_id)
        if contact is not None:
            return _update(who, contact, **names) if name and not contact.name else contact
        created = _insert(who, changes, _identities(username, telegram_id))
        if created is not None:
            return created.contact
    raise DomainError("service_unavailable")


def _insert(who: Actor | Workspace, changes: Changes, identities: dict[str, Any]) -> ContactWithTags | None:
    """As ``repository.insert``. A narrowed key does not learn whether there is somebody of this name outside of what it
    sees: both are ``not_found``."""
    workspace = who.workspace if isinstance(who, Actor) else who
    if workspace.edge is None:
        return repository.insert(who, changes)
    try:
        repository.require_inside(workspace, identities)
        return repository.insert(who, changes)
    except DomainError:
        raise not_found("contact") from None


def _identities(username: str | None, telegram_id: int | None) -> dict[str, Any]:
    """The keys of the contact by their columns."""
    identities: dict[str, Any] = {}
    if telegram_id is not None:
        identities["telegram_id"] = telegram_id
    if username:
        identities["username_key"] = username.lower()
    return identities


def _find(who: Actor | Workspace, username: str | None, telegram_id: int | None) -> Contact | None:
    """The Telegram id decides, because usernames pass from one person to another."""
    identities = _identities(username, telegram_id)
    workspace = who.workspace if isinstance(who, Actor) else who
    rows = repository.find_by_identity(workspace, identities, lock=True)
    found = {column: row for row in rows for column, key in identities.items() if getattr(row, column) == key}
    by_id, by_username = found.get("telegram_id"), found.get("username_key")
    if by_id is by_username or not username:
        return by_id
    if telegram_id is None:
        return by_username
    if by_username is not None and by_username.telegram_id is None:
        return by_id or _update(who, by_username, telegram_id=telegram_id)
    if by_username is not None:
        # The username belongs to another Telegram user now. Its former contact keeps everything else.
        _update(who, by_username, username="", username_key=None)
    return None if by_id is None else _update(who, by_id, username=username, username_key=username.lower())


def _update(who: Actor | Workspace, contact: Contact, **columns: Any) -> Contact:
    """Write these columns of a locked contact, publish what is different, and tell the watchers."""
    old = Before.of(contact)
    changed = {**Changes(columns, {}).apply(contact), "updated_at": clock.now()}
    contact.updated_at = changed["updated_at"]
    after = repository.write(contact, changed)
    repository.notify([contact.id])
    publish_all(who, old.events(after, stages.cause_of(who)))
    return contact


def find_named(workspace: Workspace, lines: list[str]) -> tuple[list[str], list[str]]:
    """The ids of the contacts that these ids, usernames and e-mail addresses name, each once, and what names nobody."""
    wanted = {line: _identity(line) for line in lines}
    found: dict[tuple[str, str], str] = {}
    for column in ("id", "username_key", "email_key"):
        keys = [key for name, key in wanted.values() if name == column]
        rows = Contact.objects.for_workspace(workspace).filter(**{f"{column}__in": keys}) if keys else ()
        found |= {(column, getattr(row, column)): row.pk for row in rows}
    ids = dict.fromkeys(found[identity] for identity in wanted.values() if identity in found)
    return list(ids), [line for line, identity in wanted.items() if identity not in found]


def _identity(text: str) -> tuple[str, str]:
    try:
        if is_id("con", text):
            return "id", text
        if "@" in text[1:]:
            return "email_key", email_key(text)
        return "username_key", username_key(text)
    except InvalidValue:
        return "", text
