"""The panel pages of jobs: the list, and a page that follows one."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from crmsolid.jobs import services
from crmsolid.jobs.kinds import kind_of, label_of
from crmsolid.jobs.models import OPEN_JOB_STATES, Job
from crmsolid.panel.components.admin_columns import column, datetime_column
from crmsolid.panel.components.admin_pages import PageAdmin
from crmsolid.workspaces.actor import WRITERS

STATE_COLOURS = {"queued": "info", "running": "primary", "done": "success", "failed": "danger", "canceled": ""}
# How often the page of a job that runs is loaded again, in seconds.
REFRESH_SECONDS = 2


@admin.register(Job)
class JobAdmin(PageAdmin):
    """Imports and other long work."""

    viewers = WRITERS
    list_display = ("what", "state_label", "progress", "started", "finished", "id")
    list_filter = ("state",)
    search_fields = ("id", "kind")
    search_help_text = "Id of a job"
    ordering = ("-created_at", "-id")
    keeps_history = False
    empty_text = "Long work shows its progress here, such as imports, broadcasts and changes to many contacts."
    started = datetime_column("started", "created_at")
    finished = datetime_column("finished", "finished_at")

    def label_of(self, obj: Job) -> str:
        return label_of(obj)

    @column("job", ordering="kind")
    def what(self, job: Job) -> str:
        return label_of(job)

    @column("state", ordering="state", label=STATE_COLOURS)
    def state_label(self, job: Job) -> tuple[str, str]:
        return job.state, job.get_state_display()

    @column("progress")
    def progress(self, job: Job) -> str:
        return f"{job.done:,} of {job.total:,}" if job.total is not None else f"{job.done:,}"

    def get_urls(self) -> list[URLPattern]:
        own = [self.own_url("<path:object_id>/cancel/", self.action_view(self._cancel), "cancel")]
        return [*own, *super().get_urls()]

    def _cancel(self, request: HttpRequest, job: Job) -> str:
        services.cancel_job(self.actor(request), job.pk)
        return "The job is canceled. What it had done stays."

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        job: Job = self.row(request, object_id)
        is_open = job.state in OPEN_JOB_STATES
        response = self.render_page(
            request,
            "panel/job.html",
            title=label_of(job),
            page_label=label_of(job),
            job=job,
            state={"type": STATE_COLOURS[job.state], "text": job.get_state_display()},
            progress=self.progress(job),
            results=[
                (name.replace("_", " ").capitalize(), shown(value))
                for name, value in job.result.items()
                # The page has links of its own instead of addresses of the API and of examples.
                if not name.endswith("_url") and name != "sample"
            ],
            links=kind_of(job).links(job),
            may_cancel=is_open and kind_of(job).cancelable and self.has_change_permission(request),
        )
        if is_open:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response


def shown(value: Any) -> str:
    """A part of a job's result as text."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "None"
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')}: {shown(each)}" for name, each in value.items()) or "None"
    if value is None or isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:,}" if isinstance(value, int) else str(value)
