"""Long work, and whose turn it is."""

from functools import partial

from django.db import models

from crmsolid.core import clock
from crmsolid.core.ids import new_id
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scoping import WorkspaceModel


class JobState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELED = "canceled", "Canceled"


OPEN_JOB_STATES = (JobState.QUEUED, JobState.RUNNING)


class Job(WorkspaceModel):
    """Long work: committed as a row first, then run in chunks, each a transaction in which the row is locked.

    ``runner`` runs it, and the app that registered ``kind`` does the work. ``next_run_at`` is when the next
    chunk is due, NULL once the job has ended. ``failures`` counts the tries of this chunk that failed. ``params`` holds
    what the work was asked for and where it stands; ``errors`` and ``result`` are shown.
    """

    id = models.CharField(primary_key=True, max_length=30, default=partial(new_id, "job"), editable=False)
    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=20, help_text="scope of the call that began it, needed to read it")
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True, db_default={})
    errors = models.JSONField(default=list, blank=True)
    params = models.JSONField(default=dict, blank=True)
    object_id = models.CharField(max_length=30, blank=True, db_default="", help_text="id of what it works on")
    request_id = models.CharField(max_length=128, blank=True, db_default="", help_text="X-Request-Id of that call")
    # Who began it, and so caused the events of what it does.
    author_kind = models.CharField(max_length=10, blank=True, db_default="")
    author_ref = models.CharField(max_length=64, blank=True, db_default="")
    author_name = models.CharField(max_length=254, blank=True, db_default="")
    next_run_at = models.DateTimeField(null=True, blank=True, default=clock.now)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkspaceModel.Meta):
        app_label = "workspaces"  # whose migrations have made the table
        indexes = [
            models.Index(fields=["next_run_at", "id"], name="job_due", condition=models.Q(next_run_at__isnull=False)),
            models.Index(fields=["workspace", "created_at", "id"], name="job_recent"),
            models.Index(fields=["object_id"], name="job_of_object", condition=~models.Q(object_id="")),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=JobState.values), name="job_state"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], next_run_at__isnull=False)
                | models.Q(state__in=["done", "failed", "canceled"], next_run_at__isnull=True),
                name="job_next_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JobQueue(models.Model):
    """One row for a live workspace with jobs, its own or those of its test twin: whoever runs one of them locks it.

    ``served_until`` is when its last chunk ended, and as much later as that chunk took. ``runner`` serves the
    queues in this order (fair queueing).
    """

    live = models.OneToOneField(Workspace, on_delete=models.CASCADE, primary_key=True, related_name="+")
    served_until = models.DateTimeField(default=clock.now)

    class Meta:
        app_label = "workspaces"

    def __str__(self) -> str:
        return f"jobs of {self.live_id}"
