"""The panel page of a job: its progress, what could not be done, and ending it."""

from typing import Any

import pytest
from django.urls import reverse

from crmsolid.jobs.models import Job, JobState
from crmsolid.workspaces.models import Role
from tests.panel import browser, flash_messages
from tests.tenants import Tenants


def make_job(tenants: Tenants, **fields: Any) -> Job:
    return Job.unscoped.create(workspace=tenants.workspace, kind="webhooks.replay", scope="manage:webhooks", **fields)


def test_the_page_of_an_open_job_shows_its_progress_and_loads_again(tenants: Tenants) -> None:
    errors = [{"line": 7, "field": "email", "reason": "not an address"}]
    job = make_job(tenants, state="running", done=1200, total=5000, result={"created": 900}, errors=errors)
    response = browser(tenants.owner).get(reverse("admin:workspaces_job_change", args=[job.pk]))
    content = response.content.decode()
    assert '<progress class="cs-progress" max="5000" value="1200"' in content
    for text in ("1,200 of 5,000", "Created", "900", "Line 7", "not an address", "Running"):
        assert text in content
    assert response.headers["Refresh"] == "2"


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELED])
def test_the_page_of_a_job_that_has_ended_stays_and_offers_nothing(tenants: Tenants, state: JobState) -> None:
    job = make_job(tenants, state=state, next_run_at=None)
    response = browser(tenants.owner).get(reverse("admin:workspaces_job_change", args=[job.pk]))
    assert "Refresh" not in response.headers
    assert reverse("admin:workspaces_job_cancel", args=[job.pk]) not in response.content.decode()


def test_a_job_is_canceled_with_a_button(tenants: Tenants) -> None:
    job, client = make_job(tenants), browser(tenants.owner)
    url = reverse("admin:workspaces_job_cancel", args=[job.pk])
    assert url in client.get(reverse("admin:workspaces_job_change", args=[job.pk])).content.decode()
    assert flash_messages(client.post(url)) == ["The job is canceled. What it had done stays."]
    assert Job.unscoped.get().state == "canceled"
    assert "has ended" in flash_messages(client.post(url))[-1]


def test_a_member_without_the_scope_of_the_call_cannot_cancel_the_job(tenants: Tenants) -> None:
    job, client = make_job(tenants), browser(tenants.member(Role.AGENT))
    client.post(reverse("admin:workspaces_job_cancel", args=[job.pk]))
    assert Job.unscoped.get().state == "queued"
