"""The audit log: who did what, when."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, User, Workspace

BATCH = 500


def record(actor: Actor, action: str, target: str = "", **data: Any) -> AuditEntry:
    """Write one entry, in the caller's transaction. ``action`` is ``kind.verb``, ``target`` the id of what changed.

    ``data`` holds ids and plain facts, never a secret or what a person wrote.
    """
    entry = _entry(actor, action, target, data)
    entry.save(force_insert=True)
    return entry


def record_all(actors: Iterable[Actor], action: str, **data: Any) -> None:
    """Write an entry for each of these actors, of as many workspaces, with few statements."""
    AuditEntry.unscoped.bulk_create((_entry(actor, action, "", data) for actor in actors), batch_size=BATCH)


def record_each(actor: Actor, action: str, targets: Mapping[str, dict[str, Any]]) -> None:
    """Write an entry for each of these targets, by id with its data, with few statements."""
    entries = (_entry(actor, action, target, data) for target, data in targets.items())
    AuditEntry.objects.for_workspace(actor.workspace).bulk_create(entries, batch_size=BATCH)


def _entry(actor: Actor, action: str, target: str, data: dict[str, Any]) -> AuditEntry:
    return AuditEntry(
        workspace=actor.workspace,
        action=action,
        subject_kind=actor.subject.kind,
        subject_id=actor.subject.id,
        subject_label=actor.subject.label,
        surface=actor.surface,
        ip=actor.ip,
        target=target,
        data=data,
    )


def entries_about(workspace: Workspace, target: str, *, kind: str) -> QuerySet[AuditEntry]:
    """The entries about the row with the id ``target``, newest first.

    A numeric id is unique in its own table only, so the action has to begin with ``kind`` as well.
    """
    entries: QuerySet[AuditEntry] = AuditEntry.objects.for_workspace(workspace).filter(target=target)
    if target.isdigit():
        entries = entries.filter(action__startswith=f"{kind}.")
    return entries.order_by("-at", "-id")


def record_about_user(user: User, action: str, ip: str | None, **data: Any) -> None:
    """Write that a user has changed their own account, in the caller's transaction, into the audit log of each of their
    workspaces: it matters to whoever owns one how its members sign in."""
    for membership in Membership.unscoped.filter(user=user).select_related("user", "workspace").order_by("pk"):
        record(Actor.member(membership, membership.workspace, ip), action, str(user.pk), **data)
