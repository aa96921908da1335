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
        "author": None,
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


def test_jobs_are_listed_for_the_scopes_that_began_them_newest_first(tenants: Tenants, api: Api) -> None:
    imported, tagged = (
        create_job(tenants.workspace, kind=kind, state=state, next_run_at=None if state == "done" else clock.now())
        for kind, state in (("import", "done"), ("contacts.tag_segment", "queued"))
    )
    replayed = create_job(tenants.workspace, Scope.MANAGE_WEBHOOKS, kind="webhooks.replay")
    create_job(tenants.other)
    create_job(tenants.twin)

    def listed(*scopes: Scope, **query: Any) -> list[str]:
        answer = api(tenants.key(scopes or ALL_SCOPES)).get("/v1/jobs", query)
        assert answer.status_code == 200, answer.content
        return [job["id"] for job in answer.json()["data"]]

    assert listed() == [replayed.pk, tagged.pk, imported.pk]
    assert listed(Scope.WRITE_CONTACTS, Scope.READ_MESSAGES) == [tagged.pk, imported.pk]
    assert listed(Scope.READ_CONTACTS) == []
    assert listed(kind="import") == [imported.pk]
    assert listed(state="queued") == [replayed.pk, tagged.pk]
    assert listed(kind="webhooks.replay", state="done") == []
    assert listed(Scope.WRITE_CONTACTS, kind="webhooks.replay") == []


def test_pages_of_jobs_go_on_where_the_last_one_ended(tenants: Tenants, api: Api) -> None:
    jobs = [create_job(tenants.workspace, kind="import") for _ in range(3)]
    client, query, seen = api(tenants.key()), {"limit": 2, "kind": "import"}, []
    while True:
        page = client.get("/v1/jobs", query).json()
        seen.append([job["id"] for job in page["data"]])
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [[jobs[2].pk, jobs[1].pk], [jobs[0].pk]]
    refused = client.get("/v1/jobs", {"cursor": query["cursor"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_listed_job_is_the_one_that_get_shows_with_its_author(tenants: Tenants, api: Api) -> None:
    author: dict[str, Any] = {"author_kind": "key", "author_ref": "key_1", "author_name": "Zapier"}
    job = create_job(tenants.workspace, kind="import", **author)
    client = api(tenants.key())
    [listed] = client.get("/v1/jobs").json()["data"]
    assert listed == client.get(f"/v1/jobs/{job.pk}").json()
    assert listed["author"] == {"type": "key", "id": "key_1", "name": "Zapier"}


@pytest.mark.parametrize(("query", "field"), [({"kind": "imports"}, "kind"), ({"state": "open"}, "state")])
def test_unknown_kind_or_state_is_refused(tenants: Tenants, api: Api, query: dict[str, str], field: str) -> None:
    answer = api(tenants.key()).get("/v1/jobs", query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, "invalid_choice")
    assert "import" in error["detail"] or "queued" in error["detail"]


@pytest.mark.parametrize("number", [1, 50])
def test_list_of_jobs_takes_two_queries(
    tenants: Tenants, api: Api, django_assert_num_queries: Any, number: int
) -> None:
    client = api(tenants.key())
    client.get("/v1/jobs")  # writes when the key was last used
    for _ in range(number):
        create_job(tenants.workspace, kind="import")
    with django_assert_num_queries(2):
        assert len(client.get("/v1/jobs").json()["data"]) == number
