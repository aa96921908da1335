"""GET /v1/jobs/{id}, and the jobs that a replay of webhooks begins."""

import json
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crmsolid.core import clock
from crmsolid.core.clock import rfc3339
from crmsolid.events.catalogue import envelope_schema, event_types
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Job, JobState, Workspace
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope
from tests.cast import Api, Cast
from webhooks import replays, services


def job(workspace: Workspace, scope: Scope = Scope.WRITE_CONTACTS, **fields: Any) -> Job:
    return Job.unscoped.create(workspace=workspace, kind="contacts.import", scope=scope, **fields)


def test_a_job_tells_how_far_it_is(cast: Cast, api: Api) -> None:
    errors = [{"row": 3, "code": "invalid_email", "detail": "no address"}]
    found = job(cast.workspace, state=JobState.RUNNING, done=40, total=100, errors=errors, params={"file": "secret"})
    answer = api(cast.key([Scope.WRITE_CONTACTS])).get(f"/v1/jobs/{found.id}")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": found.id,
        "kind": "contacts.import",
        "state": "running",
        "done": 40,
        "total": 100,
        "errors": errors,
        "created_at": rfc3339(found.created_at),
        "finished_at": None,
    }


def test_it_takes_the_scope_of_the_call_that_began_it(cast: Cast, api: Api) -> None:
    found = job(cast.workspace)
    others = [scope for scope in ALL_SCOPES if scope is not Scope.WRITE_CONTACTS]
    answer = api(cast.key(others)).get(f"/v1/jobs/{found.id}")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert answer.json()["required_scope"] == "write:contacts"
    assert "contacts.import" not in answer.content.decode()


@pytest.mark.parametrize("place", ["other", "twin"])
def test_another_workspaces_job_is_like_none_at_all(cast: Cast, api: Api, place: str) -> None:
    found = job(getattr(cast, place))
    ours = api(cast.key())
    absent = found.id[:-4] + "0000"
    refusals = [ours.get(f"/v1/jobs/{id}") for id in (found.id, absent)]
    assert [(answer.status_code, answer.json()["code"]) for answer in refusals] == [(404, "not_found")] * 2
    assert refusals[0].json()["detail"] == refusals[1].json()["detail"]


def test_a_job_is_only_read(cast: Cast, api: Api) -> None:
    found = job(cast.workspace)
    answer = api(cast.key()).delete(f"/v1/jobs/{found.id}")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert Job.unscoped.filter(pk=found.pk).exists()


def test_the_answer_that_begins_a_job_says_where_to_follow_it(cast: Cast, api: Api) -> None:
    """To the end, with the same object in the answer, in the job's event and in its replayed answer's address."""
    endpoint = services.create_endpoint(cast.actor(), url="https://example.com/hook", events=["job.completed"]).endpoint
    ours, path = api(cast.key([Scope.MANAGE_WEBHOOKS])), f"/v1/webhooks/{endpoint.id}/replay"
    body = {"since": rfc3339(clock.now() - timedelta(hours=1))}
    begun = ours.post(path, body, idempotency_key="once")
    assert (begun.status_code, begun.headers["Location"]) == (202, f"/v1/jobs/{begun.json()['id']}")
    assert ours.get(begun.headers["Location"]).json() == begun.json()
    again = ours.post(path, body, idempotency_key="once")
    assert (again.content, again.headers["Location"]) == (begun.content, begun.headers["Location"])
    assert Job.unscoped.count() == 1
    replays.run_open_jobs()
    ended = ours.get(begun.headers["Location"]).json()
    assert (ended["state"], ended["done"], ended["total"]) == ("done", 0, 0)
    event = json.loads(bytes(Event.objects.for_workspace(cast.workspace).get(type="job.completed").body))
    assert event["data"] == {"job": ended}
    [schema] = [envelope_schema(kind) for kind in event_types() if kind.name == "job.completed"]
    Draft202012Validator(schema).validate(event)
    del event["data"]["job"]["errors"]
    assert not Draft202012Validator(schema).is_valid(event)
