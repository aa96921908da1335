"""Finding or making the contact behind a Telegram identity: for messages to and from somebody unknown.

No scope is asked: whoever may send or receive a message may do so to a person who is not in the list yet.
"""

from contacts import optouts
from contacts.changes import search_text
from contacts.events import contact_payload
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.core.rows import Table
from crmsolid.workspaces.models import Workspace
from webhooks.publishing import publish

_contacts = Table(Contact)


def find_or_create(
    workspace: Workspace, *, username: str | None = None, telegram_id: int | None = None, name: str = ""
) -> Contact:
    """The contact of this Telegram id, else of this username, else a new one (with its ``contact.created``).

    Runs in the caller's transaction. Two at once agree on one contact: the database's unique keys decide.
    """
    found = _find(workspace, username, telegram_id)
    if found is not None:
        return found
    key = username.lower() if username else None
    made = Contact(
        workspace_id=workspace.pk,
        name=name[:200],
        username=username or "",
        username_key=key,
        telegram_id=telegram_id,
    )
    made.search = search_text(made)
    if _contacts.insert_computed(made, {"opted_out": optouts.expression(made)}, "DO NOTHING"):
        publish(workspace, "contact.created", {"contact": contact_payload(made, [])}, person=made.id)
        return made
    won = _find(workspace, username, telegram_id)
    if won is None:
        raise RuntimeError("the contact that stood in the way is gone again")
    return won


def _find(workspace: Workspace, username: str | None, telegram_id: int | None) -> Contact | None:
    """Telegram id first: usernames change hands."""
    if telegram_id is not None:
        rows = _contacts.select("workspace_id = %s AND telegram_id = %s", [workspace.pk, telegram_id])
        if rows:
            return rows[0]
    if username:
        rows = _contacts.select("workspace_id = %s AND username_key = %s", [workspace.pk, username.lower()])
        if rows and (telegram_id is None or rows[0].telegram_id in (None, telegram_id)):
            return _claim(rows[0], telegram_id)
        if rows:
            _free_username(rows[0])
    return None


def _claim(contact: Contact, telegram_id: int | None) -> Contact:
    """Note the Telegram id of somebody who was known by username alone."""
    if telegram_id is not None and contact.telegram_id is None:
        contact.telegram_id = telegram_id
        _contacts.update({"telegram_id": telegram_id}, "id = %s AND telegram_id IS NULL", [contact.id])
    return contact


def _free_username(holder: Contact) -> None:
    """The username has passed to somebody else: its former holder keeps everything but the name."""
    key, holder.username, holder.username_key = holder.username_key, "", None
    changed = {"username": "", "username_key": None, "search": search_text(holder), "updated_at": clock.now()}
    _contacts.update(changed, "id = %s AND username_key = %s", [holder.id, key])
