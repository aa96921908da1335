"""Forms that wait until their user has logged in again: what people typed, so they name people whom the CRM knows.

Each waits for an hour at most. ``find_person`` searches them as any table, and an erasure deletes those of all members
of the workspace: what they typed about the person need not name them by an identity that could be looked for.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from crmsolid.core import clock
from crmsolid.workspaces.models import KeptForm, User

MAX_AGE = timedelta(hours=1)


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
