"""Replaying one delivery, and all that failed since a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Scope
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, answering
from webhooks import erasure, replays
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def client(tenants: Tenants, api: Api) -> Api:
    return api(tenants.key([Scope.MANAGE_WEBHOOKS]))


def test_a_replay_sends_the_same_body_and_id_again(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    answer = client.post(f"/v1/deliveries/{delivery.id}/replay")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (202, delivery.id, "pending")
    assert answer.headers["Location"] == f"/v1/deliveries/{delivery.id}"
    assert run_pump() == 1
    first, second = receiver.posts
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert sorted(Attempt.unscoped.values_list("number", "status")) == [(1, 200), (2, 200)]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("succeeded", 2)


def test_a_replay_starts_the_retry_schedule_again(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    Delivery.unscoped.update(status="exhausted", failures=10, next_attempt_at=None)
    client.post(f"/v1/deliveries/{Delivery.unscoped.get().id}/replay")
    run_pump()
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("failed", 2, 1)


def test_a_delivery_that_is_being_sent_is_not_replayed(
    tenants: Tenants, client: Api, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace)
    assign_positions()
    sending = {"status": "sending", "lease": "x", "lease_until": clock.now(), "next_attempt_at": None}
    Delivery.unscoped.update(**sending)
    answer = client.post(f"/v1/deliveries/{Delivery.unscoped.get().id}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert Delivery.unscoped.filter(**sending).count() == 1


def test_an_erased_event_is_not_replayed(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(200, body="Мария".encode())
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace, contact_id="con_1")
    run_pump()
    erasure.erase(tenants.workspace.pk, "con_1")
    delivery = Delivery.unscoped.get()
    answer = client.post(f"/v1/deliveries/{delivery.id}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    shown = client.get(f"/v1/deliveries/{delivery.id}").json()
    assert (shown["status"], shown["body"], shown["attempt_log"][0]["answer"]["body"]) == ("succeeded", None, "")
    job = replays.replay_failed(tenants.actor(), endpoint.pk, since=clock.now() - timedelta(hours=1))
    assert runner.run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.done, run_pump()) == ("done", 0, 0)
    assert len(receiver.posts) == 1


def test_a_job_replays_all_that_failed_since_a_time(
    tenants: Tenants, client: Api, receiver: Receiver, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "BATCH", 2)
    receiver.behaviours["/hook"] = answering(500)
    endpoint = make_endpoint(receiver.url())
    make_endpoint(receiver.url("/jobs"), events=("job.completed",))
    other = make_endpoint(receiver.url("/other"))
    for _ in range(5):
        emit(tenants.workspace)
    run_pump()
    Delivery.unscoped.filter(endpoint=other).update(status="exhausted", next_attempt_at=None)
    mine = Delivery.unscoped.filter(endpoint=endpoint)
    oldest, canceled = mine.order_by("pk")[0], mine.order_by("pk")[1]
    mine.filter(pk=oldest.pk).update(created_at=clock.now() - timedelta(days=2))
    mine.filter(pk=canceled.pk).update(status="canceled", reason="endpoint_disabled", next_attempt_at=None)
    since = (clock.now() - timedelta(days=1)).isoformat()
    answer = client.post(f"/v1/webhooks/{endpoint.id}/replay", {"since": since})
    assert (answer.status_code, answer.json()["state"], answer.json()["total"]) == (202, "queued", 4)
    receiver.behaviours.clear()
    assert runner.run_due() == 3
    assert mine.get(pk=oldest.pk).status == "failed"
    job = Job.unscoped.get()
    assert (job.state, job.done, job.total, job.scope) == ("done", 4, 4, "manage:webhooks")
    run_pump()
    assert sorted(mine.values_list("status", flat=True)) == ["failed", *["succeeded"] * 4]
    assert Delivery.unscoped.filter(endpoint=other, status="exhausted").count() == 5
    [post] = receiver.to("/jobs")
    assert job.id.encode() in post.body


def test_a_job_fails_if_its_endpoint_was_disabled_meanwhile(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    job = replays.replay_failed(tenants.actor(), endpoint.pk, since=clock.now() - timedelta(days=1))
    Endpoint.unscoped.filter(pk=endpoint.pk).update(enabled=False, disabled_reason="manual")
    assert runner.run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.errors[0]["code"]) == ("failed", "invalid_state")
    assert Event.unscoped.get().type == "job.completed"
