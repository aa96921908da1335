"""``crmsolid jobs``, and following a job with a progress bar."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from .context import App, id_argument, json_option, pass_app, write_option
from .output import clean, note, plain, print_object
from .progress import Progress

if TYPE_CHECKING:
    from ..models import Job

SHOWN_ERRORS = 10
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


def follow(app: App, job: Job, label: str) -> Job:
    """Show the progress of a job until it has ended."""
    from .._sync.resources.jobs import ENDED  # takes time to import, and help and completion do without

    pause = _FIRST_PAUSE
    with Progress(label) as progress:
        try:
            while job.state not in ENDED:
                progress.show(job.done, job.total)
                time.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)
                job = app.client.jobs.get(job.id)
        except KeyboardInterrupt:
            progress.end()
            note(f"The job goes on. `crmsolid jobs wait {job.id}` follows it, `crmsolid jobs cancel {job.id}` ends it.")
            raise
        progress.show(job.done, job.total)
    return job


def print_errors(job: Job) -> None:
    """The first rows that failed, for the person."""
    for error in job.errors[:SHOWN_ERRORS]:
        field = clean(str(error.get("field") or ""))
        note(f"  line {error.get('line', '?')}{f', {field}' if field else ''}: {clean(str(error.get('reason', '')))}")
    if len(job.errors) > SHOWN_ERRORS:
        note("  ...")


@click.group()
def jobs() -> None:
    """Work that takes longer than a request."""


@jobs.command("show")
@id_argument("job_id")
@json_option()
@pass_app
def show_job(app: App, job_id: str, as_json: bool) -> None:
    """Show how far a job is.

    \b
    Example:
      crmsolid jobs show job_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.client.jobs.get(job_id)), as_json)


@jobs.command("wait")
@id_argument("job_id")
@json_option()
@pass_app
def wait_for_job(app: App, job_id: str, as_json: bool) -> None:
    """Wait until a job has ended. The exit code is 1 if it failed or was canceled.

    \b
    Example:
      crmsolid jobs wait job_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    job = follow(app, app.client.jobs.get(job_id), "Waiting")
    print_object(plain(job), as_json)
    if job.state != "done":
        raise click.exceptions.Exit(1)


@jobs.command("cancel")
@id_argument("job_id")
@write_option
@json_option()
@pass_app
def cancel_job(app: App, job_id: str, idempotency_key: str, as_json: bool) -> None:
    """Cancel a job. What it has done stays.

    \b
    Example:
      crmsolid jobs cancel job_01K4ZC2V5E8QW3R7T9Y1N6M0XA
    """
    print_object(plain(app.write(app.client.jobs.cancel, job_id, idempotency_key=idempotency_key)), as_json)
