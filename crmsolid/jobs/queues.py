"""Whose jobs are next: fair queueing over the live workspaces, so that no customer's jobs hold up another's.

Each live workspace has a queue, for its jobs and those of its test twin: a row that is locked while a chunk of one of
them runs. So a workspace has at most one chunk at a time, however many jobs and workers there are. The queue that was
served the longest time ago is next, and a chunk counts twice as long as it took: a workspace whose chunks are slow is
served less often than one whose chunks are fast.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from crmsolid.core import clock
from crmsolid.jobs.models import Job, JobQueue
from crmsolid.workspaces.models import Workspace

_LIVE = Coalesce(F("workspace__live_id"), F("workspace_id"))


def create_missing(due: "QuerySet[Job]") -> None:
    """Create the queues of the workspaces that have one of these jobs and no queue yet. Not for a transaction that goes
    on: another worker that creates the same one waits for the commit."""
    owners = due.order_by().annotate(owner=_LIVE).exclude(owner__in=JobQueue.objects.values("pk"))
    missing = owners.values_list("owner", flat=True).distinct()
    JobQueue.objects.bulk_create([JobQueue(live_id=each) for each in missing], ignore_conflicts=True)


def lock_in_order(due: "QuerySet[Job]") -> "Iterator[tuple[int, QuerySet[Job]]]":
    """The live workspaces that have one of these jobs, in the order in which they are to be served, each with its jobs.
    The queue of each is locked. Those that another transaction has locked are left out."""
    passed: list[int] = []
    queues = JobQueue.objects.filter(pk__in=due.order_by().values(owner=_LIVE)).order_by("served_until", "pk")
    free = queues.select_for_update(skip_locked=True)
    while (queue := free.exclude(pk__in=passed).first()) is not None:
        passed.append(queue.pk)
        both = Workspace.objects.filter(Q(pk=queue.pk) | Q(live=queue.pk))
        yield queue.pk, due.filter(workspace__in=both.values("pk"))


def served(workspace_id: int, seconds: float) -> None:
    """Have others served before this live workspace, which had a chunk of that many seconds. Unless another worker has
    locked its queue meanwhile, and will do so."""
    with transaction.atomic(savepoint=False):  # after a chunk that failed there is none any more
        free = JobQueue.objects.filter(pk=workspace_id).select_for_update(skip_locked=True)
        queue = JobQueue.objects.filter(pk__in=free.values("pk"))
        queue.update(served_until=clock.now() + timedelta(seconds=seconds))
