"""GET /v1/jobs/{id} and POST /v1/jobs/{id}/cancel, and the job that a replay of webhook deliveries starts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.events.catalogue import envelope_schema, event_types
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job, JobState
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import Workspace
from tests.tenants import Api, Tenants
from webhooks import services


def create_job(workspace: Workspace, scope: Scope = Scope.WRITE_CONTACTS, **fields: Any) -> Job:
    fields.setdefault("kind", "contacts.import")
    return Job.unscoped.create(workspace=workspace, scope=scope, **fields)


def test_job_shows_its_progress_and_errors(tenants: Tenants, api: Api) -> None:
    errors = [{"row": 3, "code": "invalid_email", "detail": "no address"}]
    progress: dict[str, Any] = {
        "state": JobState.RUNNING,
        "done": 40,
        "total": 100,
        "errors": errors,
        "result": {"created": 40},
    }
    job = create_job(tenants.workspace, **progress, params={"file": "secret"})
    response = api(tenants.key([Scope.WRITE_CONTACTS])).get(f"/v1/jobs/{job.id}")
    assert response.status_code == 200
    assert response.json() == {
        "id": job.id,
        "kind": "contacts.import",
        "state": "running",
        "done": 40,
        "total": 100,
        "object_id": None,
        "result": {"created": 40},
        "errors": errors,
        "created_at": rfc3339(job.created_at),
        "finished_at": None,
    }


def test_job_is_shown_only_with_the_scope_of_the_call_that_started_it(tenants: Tenants, api: Api) -> None:
    job = create_job(tenants.workspace, Scope.WRITE_CONTACTS)
    other_scopes = [scope for scope in ALL_SCOPES if scope is not Scope.WRITE_CONTACTS]
    response = api(tenants.key(other_scopes)).get(f"/v1/jobs/{job.id}")
    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert response.json()["required_scope"] == "write:contacts"
    assert "contacts.import" not in response.content.decode()


@pytest.mark.parametrize("other", ["other", "twin"])
def test_job_of_another_workspace_is_answered_like_one_that_does_not_exist(
    tenants: Tenants, api: Api, other: str
) -> None:
    job = create_job(getattr(tenants, other))
    unknown_id = job.id[:-4] + "0000"
    client = api(tenants.key())
    responses = [client.get(f"/v1/jobs/{job_id}") for job_id in (job.id, unknown_id)]
    assert [(response.status_code, response.json()["code"]) for response in responses] == [(404, "not_found")] * 2
    assert responses[0].json()["detail"] == responses[1].json()["detail"]


def test_job_cannot_be_deleted(tenants: Tenants, api: Api) -> None:
    job = create_job(tenants.workspace)
    response = api(tenants.key()).delete(f"/v1/jobs/{job.id}")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert Job.unscoped.filter(pk=job.pk).exists()


def test_job_is_the_same_object_in_the_response_that_starts_it_at_its_location_and_in_its_event(
    tenants: Tenants, api: Api
) -> None:
    endpoint = services.create_endpoint(
        tenants.actor(), url="https://example.com/hook", events=["job.completed"]
    ).endpoint
    client, path = api(tenants.key([Scope.MANAGE_WEBHOOKS])), f"/v1/webhooks/{endpoint.id}/replay"
    body = {"since": rfc3339(clock.now() - timedelta(hours=1))}
    started = client.post(path, body, idempotency_key="once")
    location = started.headers["Location"]
    assert (started.status_code, location) == (202, f"/v1/jobs/{started.json()['id']}")
    assert client.get(location).json() == started.json()
    repeated = client.post(path, body, idempotency_key="once")
    assert (repeated.content, repeated.headers["Location"]) == (started.content, location)
    assert Job.unscoped.count() == 1
    runner.run_due()
    finished = client.get(location).json()
    assert (finished["state"], finished["done"], finished["total"]) == ("done", 0, 0)
    event = json.loads(bytes(Event.objects.for_workspace(tenants.workspace).get(type="job.completed").body))
    assert event["data"] == {"job": finished}
    [schema] = [envelope_schema(event_type) for event_type in event_types() if event_type.name == "job.completed"]
    Draft202012Validator(schema).validate(event)
    del event["data"]["job"]["errors"]
    assert not Draft202012Validator(schema).is_valid(event)


def test_job_is_canceled_by_the_api(tenants: Tenants, api: Api) -> None:
    job = create_job(tenants.workspace, Scope.WRITE_CONTACTS, kind="webhooks.replay", done=40, total=100)
    client = api(tenants.key([Scope.WRITE_CONTACTS]))
    canceled = client.post(f"/v1/jobs/{job.id}/cancel")
    assert (canceled.status_code, canceled.json()["state"], canceled.json()["done"]) == (200, "canceled", 40)
    assert client.get(f"/v1/jobs/{job.id}").json() == canceled.json()
    again = client.post(f"/v1/jobs/{job.id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "invalid_state")


def test_job_is_canceled_only_with_the_scope_of_the_call_that_started_it(tenants: Tenants, api: Api) -> None:
    job = create_job(tenants.workspace, Scope.WRITE_CONTACTS, kind="webhooks.replay")
    refused = api(tenants.key(ALL_SCOPES - {Scope.WRITE_CONTACTS})).post(f"/v1/jobs/{job.id}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert Job.unscoped.get().state == "queued"
