"""What a broadcast waits for, until when, and whether somebody has to see to it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from crmsolid.jobs.models import Job
from crmsolid.panel.components.template_tags import moment_text
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import Broadcast, BroadcastStatus, BroadcastWaiting
from messaging.broadcasts.representations import SENDS

# In the ``params`` of the job: until when the broadcast waits, None if nobody knows.
WAITS_UNTIL = "waits_until"


def load_waits(workspace: Workspace | int, broadcasts: Sequence[Broadcast]) -> None:
    """Set ``waits_until`` of those of these broadcasts that wait: None if nobody knows. One query for all of them."""
    waiting = [broadcast for broadcast in broadcasts if broadcast.waiting_for]
    jobs = Job.objects.for_workspace(workspace).in_bulk([broadcast.job_id for broadcast in waiting])
    for broadcast in waiting:
        until = jobs[broadcast.job_id].params.get(WAITS_UNTIL) if broadcast.job_id in jobs else None
        broadcast.waits_until = datetime.fromisoformat(until) if until else None


def that_wait_for_somebody(workspace: Workspace, jobs: "QuerySet[Job]") -> "QuerySet[Broadcast]":
    """The broadcasts of these open jobs that do not go on by themselves: they are paused, or they wait for an account
    or a plan that somebody has to see to. A pause of an account that ends by itself is not among that."""
    waits = (
        BroadcastWaiting.ACCOUNT_FROZEN,
        BroadcastWaiting.ACCOUNT_NEEDS_LOGIN,
        BroadcastWaiting.ACCOUNT_BANNED,
        BroadcastWaiting.PLAN,
    )
    without_end = jobs.filter(**{f"params__{WAITS_UNTIL}": None}).values("object_id")
    paused_account = Q(waiting_for=BroadcastWaiting.ACCOUNT_PAUSED, pk__in=without_end)
    needs = Q(status=BroadcastStatus.PAUSED) | Q(status=BroadcastStatus.RUNNING) & (
        Q(waiting_for__in=waits) | paused_account
    )
    found: QuerySet[Broadcast] = Broadcast.objects.for_workspace(workspace).filter(needs)
    return found.filter(pk__in=jobs.values("object_id"))


def waiting_text(broadcast: Broadcast) -> str:
    """What a broadcast waits for, and until when if that is known: it follows "waits". Empty if it does not wait.
    :func:`load_waits` has read the broadcast."""
    if broadcast.status not in SENDS or not broadcast.waiting_for:
        return ""
    until = f", until {moment_text(broadcast.waits_until)}" if broadcast.waits_until else ""
    return f"{BroadcastWaiting(broadcast.waiting_for).label}{until}"
