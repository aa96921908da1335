"""The audit log: who did what, when."""

from typing import Any

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry


def record(actor: Actor, action: str, target: str = "", **data: Any) -> AuditEntry:
    """Write one entry, in the caller's transaction. ``action`` is ``kind.verb``, ``target`` the id of what changed.

    ``data`` holds ids and plain facts, never a secret or what a person wrote.
    """
    return AuditEntry.unscoped.create(
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
