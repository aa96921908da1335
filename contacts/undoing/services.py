"""Takes back what an assistant or a rule has changed on contacts, where nobody has changed it since."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from contacts import repository
from contacts.models import AssistantChange, Contact, ContactTag
from contacts.services import tag_contact, update_contact
from contacts.undoing.recording import FIELDS, TAGS
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Role

KEPT = timedelta(days=7)
MAX_TOGETHER = 500
# What has become of each change.
UNDONE, CHANGED_SINCE, REFUSED = "undone", "changed_since", "refused"
_COLUMNS = {name: column for column, name in FIELDS.items()}

# By field, for what belongs to an app above: takes the change back, False if it is another one by now.
undoers: ExtensionPoint[Callable[[Actor, AssistantChange], bool]] = ExtensionPoint("changes to take back")


def list_changes(actor: Actor, *, limit: int = 200, session: str = "") -> list[AssistantChange]:
    """The changes of the last seven days, or those of a session, newest first, with their contacts.

    Errors: ``scope_missing``.
    """
    actor.require(Scope.READ_CONTACTS)
    rows: QuerySet[AssistantChange] = AssistantChange.objects.for_workspace(actor.workspace)
    rows = rows.filter(at__gt=clock.now() - KEPT, **({"session": session} if session else {}))
    return list(rows.select_related("contact", "undone_by").order_by("-at", "-id")[:limit])


def undo(actor: Actor, *, change_id: int | None = None, session: str = "") -> Counter[str]:
    """Take back one change, or all of a session, the newest first and ``MAX_TOGETHER`` at a time; says how many were
    ``undone``, stayed because somebody has ``changed_since``, or were ``refused``. Each is a unit of its own.

    Errors: ``forbidden`` for anybody but agents, admins and owners; ``not_found`` for one that is older than seven days
    or was taken back.
    """
    actor.require_role(Role.AGENT, Role.ADMIN, Role.OWNER)
    rows = AssistantChange.objects.for_workspace(actor.workspace)
    rows = rows.filter(at__gt=clock.now() - KEPT, undone_at=None)
    chosen = rows.filter(pk=change_id) if change_id is not None else rows.filter(session=session)
    ids = list(chosen.order_by("-id").values_list("pk", flat=True)[:MAX_TOGETHER])
    if not ids:
        raise DomainError("not_found", "there is nothing to take back: it was done already, or is older than 7 days")
    return Counter(_undo(actor, pk) for pk in ids)


def _undo(actor: Actor, change_id: int) -> str:
    try:
        return _undo_one(actor, change_id)
    except DomainError:
        return REFUSED


@unit_of_work()
def _undo_one(actor: Actor, change_id: int) -> str:
    rows = AssistantChange.objects.for_workspace(actor.workspace).filter(pk=change_id)
    change: AssistantChange = rows.get()
    repository.get(actor.workspace, change.contact_id, lock=True)
    # Whoever is second finds it taken back.
    if not rows.filter(undone_at=None).update(undone_at=clock.now(), undone_by=_user_of(actor)):
        return CHANGED_SINCE
    if not _take_back(actor, change):
        rows.update(undone_at=None, undone_by=None)
        return CHANGED_SINCE
    rows.update(undone_at=clock.now())  # not before what it has written, see _added_since
    audit.record(actor, "contact.change_undone", change.contact_id, field=change.field, by=change.author_name)
    return UNDONE


def _user_of(actor: Actor) -> int | None:
    return int(actor.subject.id) if actor.subject.kind == "user" else None


def _take_back(actor: Actor, change: AssistantChange) -> bool:
    """False if somebody has changed it since."""
    if change.field in undoers:
        return undoers[change.field](actor, change)
    person = repository.get(actor.workspace, change.contact_id, lock=True)
    if change.field == TAGS:
        return _take_tags_back(actor, person.tags, change)
    current = _value_of(person.contact, change.field)
    if current == change.old:  # by another change that was taken back with it
        return True
    if current != change.new:
        return False
    key = change.field.removeprefix("custom_fields.")
    fields = {"custom_fields": {key: change.old}} if key != change.field else {key: change.old or None}
    update_contact(actor, change.contact_id, fields)
    return True


def _take_tags_back(actor: Actor, tags: Sequence[str], change: AssistantChange) -> bool:
    add, remove = list(change.old or ()), [tag for tag in change.new or () if tag in tags]
    if (not add and not remove) or any(tag in tags for tag in add) or _added_since(change, remove):
        return False
    tag_contact(actor, change.contact_id, add=add, remove=remove)
    return True


def _added_since(change: AssistantChange, names: Sequence[str]) -> bool:
    """Whether somebody has removed one of these tags after the change and added it again, other than by taking back a
    later change that removed it."""
    rows = ContactTag.objects.for_workspace(change.workspace_id).filter(contact=change.contact_id, name__in=names)
    again = dict(rows.filter(created_at__gt=change.at).values_list("name", "created_at"))
    if not again:
        return False
    later = AssistantChange.objects.for_workspace(change.workspace_id).filter(
        contact=change.contact_id, field=TAGS, pk__gt=change.pk, undone_at__isnull=False
    )
    undone = list(later.values_list("old", "undone_at"))
    return any(
        not any(name in (old or ()) and created_at <= undone_at for old, undone_at in undone)
        for name, created_at in again.items()
    )


def _value_of(contact: Contact, field: str) -> Any:
    key = field.removeprefix("custom_fields.")
    return contact.custom_fields.get(key) if key != field else getattr(contact, _COLUMNS[field])


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``assistant_changes`` of a contact, oldest first."""
    rows = AssistantChange.objects.for_workspace(workspace_id).filter(contact_id=contact_id).order_by("pk")
    shown = rows.values_list("field", "old", "new", "author_name")
    return {
        "assistant_changes": [
            {"field": field, "old": old, "new": new, "author": author} for field, old, new, author in shown
        ]
    }


def erase(workspace_id: int, contact_id: str) -> None:
    """Nothing: what was changed on a contact is deleted with it."""


def past_retention() -> QuerySet[AssistantChange]:
    """What cannot be taken back any more."""
    return AssistantChange.unscoped.filter(at__lt=clock.now() - KEPT).order_by("pk")
