"""Forms that wait until their user has logged in again: what people typed, so they name people whom the CRM knows.

Each waits for an hour at most. ``find_person`` searches them as any table, and an erasure deletes those of all members
of the workspace: what they typed about the person need not name them by an identity that could be looked for.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.models import KeptForm, User

MAX_AGE = timedelta(hours=1)
# Where sessions of earlier versions hold the form itself, signed and compressed, so that nobody can search it.
_IN_SESSION = "kept_form"
_STEP_IN_SESSION, _OF_STEP = "second_step", "kept"


def store(user: User, *, path: str, page: str, fields: Sequence[tuple[str, str]], leaves_out: bool) -> int:
    """Keep a form for this user; returns its id."""
    row = KeptForm(user=user, path=path, page=page, fields=fields, leaves_out=leaves_out)
    row.save(force_insert=True)
    return row.pk


@transaction.atomic
def take(user: User, form_id: int | None) -> KeptForm | None:
    """The form, and nothing of it is kept. None if it is another user's, too old, erased, or taken already."""
    if form_id is None:
        return None
    rows = KeptForm.objects.filter(pk=form_id, user=user, created_at__gt=clock.now() - MAX_AGE)
    row = rows.select_for_update().first()
    if row is not None:
        KeptForm.objects.filter(pk=row.pk).delete()
    return row


def erase(workspace_id: int, contact_id: str) -> None:
    """Delete what waits for members of the workspace, or for those of the live one that it is the test twin of."""
    live_or_its_twin = Q(memberships__workspace=workspace_id) | Q(memberships__workspace__twin=workspace_id)
    KeptForm.objects.filter(user__in=User.objects.filter(live_or_its_twin)).delete()


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """Nothing: what was typed is not about a contact until it is sent."""
    return {}


def delete_old() -> int:
    """Delete those for which nobody came back within the hour; returns how many."""
    return KeptForm.objects.filter(created_at__lte=clock.now() - MAX_AGE).delete()[0]


def empty_old_sessions() -> int:
    """Take the forms out of the sessions that still hold one; returns how many did.

    A purge does this, not a migration, because while a new version is deployed processes of the one before go on.
    """
    emptied = 0
    for row in Session.objects.order_by("pk").iterator():
        content = row.get_decoded()
        if _remove_form(content):
            # Not if its user has changed it meanwhile: the next purge looks at it again.
            same = Session.objects.filter(pk=row.pk, session_data=row.session_data)
            emptied += same.update(session_data=SessionStore(row.session_key).encode(content))
    return emptied


def _remove_form(content: dict[str, Any]) -> bool:
    """Take the form out of a session's content; returns whether there was one."""
    step = content.get(_STEP_IN_SESSION, {})
    forms = (content.pop(_IN_SESSION, ""), step.get(_OF_STEP))
    if forms[1]:
        step[_OF_STEP] = ""
    return any(forms)
