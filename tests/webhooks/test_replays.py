"""Sending again: one delivery, and all that failed since a time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundResponse
from crmsolid.events.feed import place_events
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Job
from crmsolid.workspaces.scopes import Scope
from tests.cast import Api, Cast
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, answering
from webhooks import erasure, replays, tasks
from webhooks.delivery.queue import claim, due_targets
from webhooks.delivery.sender import Outcome, Try
from webhooks.delivery.settlement import settle
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


@pytest.fixture
def ours(cast: Cast, api: Api) -> Api:
    return api(cast.key([Scope.MANAGE_WEBHOOKS]))


def test_a_replay_sends_the_same_bytes_again(cast: Cast, ours: Api, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    answer = ours.post(f"/v1/deliveries/{delivery.id}/replay")
    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (202, delivery.id, "pending")
    assert answer.headers["Location"] == f"/v1/deliveries/{delivery.id}"
    assert run_pump() == 1
    first, second = receiver.posts
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert sorted(Attempt.unscoped.values_list("number", "status")) == [(1, 200), (2, 200)]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("succeeded", 2)


def test_a_replayed_failure_has_its_whole_schedule_before_it(
    cast: Cast, ours: Api, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    Delivery.unscoped.update(status="exhausted", failures=10, next_attempt_at=None)
    ours.post(f"/v1/deliveries/{Delivery.unscoped.get().id}/replay")
    run_pump()
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("failed", 2, 1)


def test_what_is_being_sent_is_not_replayed(cast: Cast, ours: Api, endpoint: MakeEndpoint) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace)
    place_events()
    held = {"status": "sending", "lease": "x", "lease_until": clock.now(), "next_attempt_at": None}
    Delivery.unscoped.update(**held)
    answer = ours.post(f"/v1/deliveries/{Delivery.unscoped.get().id}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    assert Delivery.unscoped.filter(**held).count() == 1


def test_an_erased_event_is_not_replayed(cast: Cast, ours: Api, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(200, body="Мария".encode())
    found = endpoint(receiver.url())
    emit(cast.workspace, contact_id="con_1")
    run_pump()
    erasure.erase(cast.workspace.pk, "con_1")
    delivery = Delivery.unscoped.get()
    answer = ours.post(f"/v1/deliveries/{delivery.id}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_state")
    shown = ours.get(f"/v1/deliveries/{delivery.id}").json()
    assert (shown["status"], shown["body"], shown["attempt_log"][0]["answer"]["body"]) == ("succeeded", None, "")
    job = replays.replay_failed(cast.actor(), found, since=clock.now() - timedelta(hours=1))
    assert replays.run_open() == 0
    job.refresh_from_db()
    assert (job.state, job.done, run_pump()) == ("done", 0, 0)
    assert len(receiver.posts) == 1


def test_erasing_cancels_what_waits_and_what_is_on_its_way(cast: Cast, endpoint: MakeEndpoint) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace, contact_id="con_1")
    kept = emit(cast.workspace, contact_id="con_2")
    place_events()
    emit(cast.workspace, contact_id="con_1")  # not placed yet
    erasure.erase(cast.workspace.pk, "con_1")
    place_events()
    found = Delivery.unscoped.order_by("created_at").values_list("status", "reason")
    assert list(found) == [("canceled", "erased"), ("pending", "")]
    assert [event.id for event in Event.unscoped.exclude(body=b"")] == [kept]
    assert erasure.export(cast.workspace.pk, "con_1")["events"] == []
    [exported] = erasure.export(cast.workspace.pk, "con_2")["deliveries"]
    assert (exported["event_id"], exported["status"]) == (kept, "pending")


def test_an_answer_that_comes_after_the_erasure_is_not_kept(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    endpoint(receiver.url())
    emit(cast.workspace, contact_id="con_1")
    place_events()
    [target] = due_targets()
    [held] = claim({target.id: 5})
    erasure.erase(cast.workspace.pk, "con_1")
    answered = Try(clock.now(), target.url, {}, "current", OutboundResponse(200, None, 5, "Мария"))
    assert settle([Outcome(held, [answered])], {target.id: target}) == 0
    assert (Delivery.unscoped.get().status, Attempt.unscoped.count()) == ("canceled", 0)


def test_all_failed_since_a_time_as_a_job(
    cast: Cast, ours: Api, receiver: Receiver, endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "BATCH", 2)
    receiver.behaviours["/hook"] = answering(500)
    found = endpoint(receiver.url())
    endpoint(receiver.url("/jobs"), events=("job.completed",))
    other = endpoint(receiver.url("/other"))
    for _ in range(5):
        emit(cast.workspace)
    run_pump()
    Delivery.unscoped.filter(endpoint=other).update(status="exhausted", next_attempt_at=None)
    mine = Delivery.unscoped.filter(endpoint=found)
    oldest, canceled = mine.order_by("pk")[0], mine.order_by("pk")[1]
    mine.filter(pk=oldest.pk).update(created_at=clock.now() - timedelta(days=2))
    mine.filter(pk=canceled.pk).update(status="canceled", reason="endpoint_disabled", next_attempt_at=None)
    since = (clock.now() - timedelta(days=1)).isoformat()
    answer = ours.post(f"/v1/webhooks/{found.id}/replay", {"since": since})
    assert (answer.status_code, answer.json()["state"], answer.json()["total"]) == (202, "queued", 4)
    receiver.behaviours.clear()
    assert tasks.replay() == 4
    assert mine.get(pk=oldest.pk).status == "failed"
    job = Job.unscoped.get()
    assert (job.state, job.done, job.total, job.scope) == ("done", 4, 4, "manage:webhooks")
    run_pump()
    assert sorted(mine.values_list("status", flat=True)) == ["failed", *["succeeded"] * 4]
    assert Delivery.unscoped.filter(endpoint=other, status="exhausted").count() == 5
    [told] = receiver.to("/jobs")
    assert job.id.encode() in told.body


def test_a_job_on_an_endpoint_that_was_disabled_meanwhile_fails(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    found = endpoint(receiver.url())
    job = replays.replay_failed(cast.actor(), found, since=clock.now() - timedelta(days=1))
    Endpoint.unscoped.filter(pk=found.pk).update(enabled=False, disabled_reason="manual")
    assert replays.run_open() == 0
    job.refresh_from_db()
    assert (job.state, job.errors[0]["code"]) == ("failed", "invalid_state")
    assert Event.unscoped.get().type == "job.completed"
