"""Finding or making the contact behind a Telegram identity: for messages to and from somebody unknown.

No scope is asked: whoever may send or receive a message may do so to a person who is not in the list yet.
"""

from typing import Any

from contacts import events, optouts
from contacts.models import Contact
from contacts.serializers import ContactOut
from contacts.validation import search_text
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import publish_all
from crmsolid.workspaces.models import Workspace

# Each turn is lost to another call that got through, and to an erasure right after it.
ATTEMPTS = 5

_contacts = Table(Contact)


def find_or_create(
    workspace: Workspace, *, username: str | None = None, telegram_id: int | None = None, name: str = ""
) -> Contact:
    """The contact of this Telegram id, else of this username, else a new one (with its ``contact.created``).

    Runs in the caller's transaction and leaves the contact's row locked, so that its stage and its wishes stay what
    they are read as. Two at once agree on one contact: the database's unique keys decide. Who is given with both
    identities was seen on Telegram: the username is kept up to date then, and a name fills in where there is none.
    ``service_unavailable`` if contacts of these identities come and go faster than they can be looked at.
    """
    for _ in range(ATTEMPTS):
        found = _find(workspace, username, telegram_id)
        if found is not None:
            return _change(found, name=name[:200]) if name and not found.name else found
        made = _make(workspace, username, telegram_id, name)
        if made is not None:
            return made
    raise DomainError("service_unavailable")


def _make(workspace: Workspace, username: str | None, telegram_id: int | None, name: str) -> Contact | None:
    """A new contact with its event; None if another call was faster with one of its identities."""
    made = _contacts.new(
        workspace_id=workspace.pk,
        name=name[:200],
        username=username or "",
        username_key=username.lower() if username else None,
        telegram_id=telegram_id,
    )
    made.search = search_text(made)
    if not _contacts.insert_computed(made, {"opted_out": optouts.expression(made)}, "DO NOTHING"):
        return None
    publish_all(workspace, [events.created(ContactOut.render(made, tags=[]))])
    return made


def _find(workspace: Workspace, username: str | None, telegram_id: int | None) -> Contact | None:
    """Telegram id first: usernames change hands."""
    known = _locked("telegram_id", workspace, telegram_id) if telegram_id is not None else None
    if not username or (known is not None and known.username_key == username.lower()):
        return known
    holder = _locked("username_key", workspace, username.lower())
    if telegram_id is None:
        return holder
    if holder is not None and holder.telegram_id is None:
        return known or _change(holder, telegram_id=telegram_id)
    if holder is not None and holder.telegram_id != telegram_id:
        _change(holder, username="", username_key=None)  # the name has passed on; all else stays with the holder
        holder = None
    if known is not None:
        return _change(known, username=username, username_key=username.lower())
    return holder


def _locked(column: str, workspace: Workspace, value: Any) -> Contact | None:
    rows = _contacts.select(f"workspace_id = %s AND {column} = %s", [workspace.pk, value], lock=True)
    return rows[0] if rows else None


def _change(contact: Contact, **values: Any) -> Contact:
    """Write identities of a locked contact, and what is derived from them."""
    for name, value in values.items():
        setattr(contact, name, value)
    contact.search, contact.updated_at = search_text(contact), clock.now()
    _contacts.update({**values, "search": contact.search, "updated_at": contact.updated_at}, "id = %s", [contact.id])
    return contact
