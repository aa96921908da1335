"""The pump: what arrives at receivers, what is written down, and who waits for whom."""

import contextlib
import gc
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from standardwebhooks.webhooks import Webhook

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundClient
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from tests.tenants import Tenants
from tests.waiting import wait_until
from tests.webhooks.conftest import SECRET, emit, run_pump
from tests.webhooks.receiver import OK, Receiver, answering, hang
from tests.webhooks.secrets import standard_form
from webhooks import replays, services
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import Claim, claim, due_endpoints, renew
from webhooks.delivery.sender import POSTS_PER_ENDPOINT, STALE_SECONDS, DeliveryResult, Sender
from webhooks.delivery.settlement import recover_lost
from webhooks.delivery.signing import body_signature
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_an_event_arrives_with_its_frozen_body_and_valid_signatures(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    event_id = emit(tenants.workspace)
    assert run_pump() == 1
    [post] = receiver.posts
    assert post.body == bytes(Event.unscoped.get(pk=event_id).body)
    assert json.loads(post.body)["data"] == {"contact": {"name": "Мария 😀"}}
    assert "Мария 😀".encode() in post.body
    expected = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.headers["x-signature"] == f"sha256={expected}"
    assert post.headers["webhook-id"] == event_id == json.loads(post.body)["id"]
    assert post.headers["content-type"] == "application/json"
    Webhook(standard_form(SECRET)).verify(post.body, post.headers)


def test_every_attempt_carries_the_request_id_of_the_event(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    make_endpoint(receiver.url())
    emit(tenants.workspace, request_id="req-1")
    run_pump()
    Delivery.unscoped.update(next_attempt_at=clock.now())
    run_pump()
    replays.replay_delivery(tenants.actor(), Delivery.unscoped.get().pk)
    run_pump()
    assert [post.headers["x-request-id"] for post in receiver.posts] == ["req-1"] * 3
    attempts = Attempt.unscoped.order_by("number")
    assert [attempt.request_headers["X-Request-Id"] for attempt in attempts] == ["req-1"] * 3


def test_a_delivery_without_a_request_id_has_no_such_header(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    assert "x-request-id" not in receiver.posts[0].headers
    assert "X-Request-Id" not in Attempt.unscoped.get().request_headers


def test_success_is_recorded_with_its_attempt(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(201, {"Content-Type": "text/plain"}, "принято".encode())
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    delivery, attempt = Delivery.unscoped.get(), Attempt.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at, delivery.lease) == ("succeeded", 1, None, "")
    assert (attempt.delivery_id, attempt.number, attempt.status, attempt.error) == (delivery.id, 1, 201, "")
    assert (attempt.answer_body, attempt.answer_headers) == ("принято", {"Content-Type": "text/plain"})
    assert attempt.url == receiver.url()
    assert attempt.request_headers["X-Signature"] == receiver.posts[0].headers["x-signature"]
    assert (attempt.signed_with, attempt.answer_truncated) == ("current", False)


def test_a_failed_delivery_is_retried_later_with_the_same_id_and_body(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    subscribed = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    attempt = Attempt.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("failed", 1, 1)
    assert delivery.next_attempt_at is not None
    assert 4 <= (delivery.next_attempt_at - attempt.at).total_seconds() <= 7
    subscribed.refresh_from_db()
    assert subscribed.failing_since == attempt.at
    assert run_pump() == 0  # not due yet
    Delivery.unscoped.update(next_attempt_at=attempt.at)
    receiver.behaviours.clear()
    assert run_pump() == 1
    assert [post.headers["webhook-id"] for post in receiver.posts] == [delivery.event_id] * 2
    assert receiver.posts[0].body == receiver.posts[1].body
    assert list(Attempt.unscoped.order_by("number").values_list("number", "status")) == [(1, 500), (2, 200)]
    subscribed.refresh_from_db()
    assert subscribed.failing_since is None


def test_retry_after_delays_a_retry_to_at_most_twice_its_delay(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(503, {"Retry-After": "3600"})
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    next_at = Delivery.unscoped.get().next_attempt_at
    assert next_at is not None
    assert 8 <= (next_at - Attempt.unscoped.get().at).total_seconds() <= 13


def test_the_tenth_failure_exhausts_a_delivery(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    for _ in range(10):
        run_pump()
        Delivery.unscoped.filter(status="failed").update(next_attempt_at=Event.unscoped.get().created_at)
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("exhausted", 10, None)
    assert sorted(Attempt.unscoped.values_list("number", flat=True)) == list(range(1, 11))
    assert run_pump() == 0


def test_a_redirect_is_not_followed_and_counts_as_a_failure(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(302, {"Location": receiver.url("/elsewhere")})
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    assert [post.path for post in receiver.posts] == ["/hook"]
    assert Delivery.unscoped.get().status == "failed"


def test_a_hanging_endpoint_delays_no_other_endpoint(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    """It hangs until the others have everything. If they waited for it, its posts would run into their deadline."""
    hanging, running = Receiver({"/hang": hang}), contextlib.ExitStack()

    class UntilOthersAreServed(Pump):
        def step(self, results: Sequence[DeliveryResult]) -> int:
            if len(receiver.posts) >= 9 * 60:
                running.close()
            return super().step(results)

    with running:
        running.enter_context(hanging)
        make_endpoint(hanging.url("/hang"))
        for number in range(9):
            make_endpoint(receiver.url(f"/healthy/{number}"))
        for number in range(60):
            emit(tenants.workspace, str(number))
        # Its time ends while one endpoint hangs, and it still serves the others.
        UntilOthersAreServed(lambda: OutboundClient(allow_private=True, deadline=60.0), seconds=0.1).run()
    assert len(receiver.posts) == 9 * 60
    assert Delivery.unscoped.exclude(endpoint__url__endswith="/hang").exclude(status="succeeded").count() == 0
    hung = Delivery.unscoped.filter(endpoint__url__endswith="/hang")
    assert hanging.most_at_once["/hang"] <= 5
    assert hung.filter(status="sending").count() == 0
    assert hung.filter(status="pending", attempts=0).count() >= 50  # untouched: still in the queue
    assert set(Attempt.unscoped.filter(delivery__in=hung).values_list("error", flat=True)) == {"connection_lost"}


def test_hanging_endpoints_of_another_workspace_on_the_same_host_delay_nobody(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    """Many services have one host for all their customers."""
    for number in range(15):
        receiver.behaviours[f"/hang/{number}"] = hang
        make_endpoint(receiver.url(f"/hang/{number}"), workspace=tenants.other)
    for _ in range(5):
        emit(tenants.other)
    assign_positions()
    make_endpoint(receiver.url("/healthy"))

    class Late(Pump):
        """Publishes our event once the host has as many requests as one workspace may have there."""

        def step(self, results: Sequence[DeliveryResult]) -> int:
            if sum(receiver.running.values()) == 50 and not Event.unscoped.filter(workspace=tenants.workspace).exists():
                emit(tenants.workspace)
            return super().step(results)

    deadline = 4.0
    Late(lambda: OutboundClient(allow_private=True, deadline=deadline), seconds=1.0).run()
    [healthy] = receiver.to("/healthy")
    assert healthy.at < receiver.posts[0].at + deadline / 2
    assert max(receiver.most_at_once.values()) <= 5 and len(receiver.posts) >= 75


def test_posts_running_at_once_to_an_endpoint_are_limited(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    for number in range(300):
        emit(tenants.workspace, str(number))
    assert run_pump() == 300
    assert receiver.most_at_once["/hook"] <= POSTS_PER_ENDPOINT
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == len(receiver.posts) == 300


def test_the_lease_of_a_slow_post_is_renewed(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = threading.Event()
    receiver.behaviours["/hook"] = lambda post: OK if answer.wait(20) else None
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    start, passed, recovered = clock.now(), timedelta(), []
    monkeypatch.setattr(clock, "now", lambda: start + passed)

    class Slow(Pump):
        """Visits the database every 12 seconds, and finds the answer at the fifth visit."""

        def step(self, results: Sequence[DeliveryResult]) -> int:
            nonlocal passed
            settled = super().step(results)
            passed += timedelta(seconds=12)
            recovered.append(recover_lost())
            if len(recovered) == 5:
                answer.set()
            return settled

    assert Slow(lambda: OutboundClient(allow_private=True)).run() == 1
    assert set(recovered) == {0}
    assert len(receiver.posts) == 1
    assert (Delivery.unscoped.get().status, Attempt.unscoped.get().number) == ("succeeded", 1)


def test_only_the_leases_of_the_pump_are_renewed_and_not_lost_ones(
    tenants: Tenants, make_endpoint: MakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    for _ in range(3):
        emit(tenants.workspace)
    assign_positions()
    start, passed = clock.now(), timedelta()
    monkeypatch.setattr(clock, "now", lambda: start + passed)
    [ours], [lost], [other] = (claim({endpoint.id: 1}) for _ in range(3))
    passed = timedelta(seconds=9)
    renew({ours.lease, lost.lease})
    assert set(Delivery.unscoped.values_list("lease_until", flat=True)) == {start + timedelta(seconds=30)}
    passed = timedelta(seconds=11)
    Delivery.unscoped.filter(pk=lost.id).update(status="pending", next_attempt_at=start, lease="", lease_until=None)
    renew({ours.lease, lost.lease})
    assert dict(Delivery.unscoped.values_list("pk", "lease_until")) == {
        ours.id: start + timedelta(seconds=41),
        lost.id: None,
        other.id: start + timedelta(seconds=30),
    }


def test_a_claim_that_is_old_when_the_sender_gets_it_is_given_back_unposted(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    """A process that was frozen between the claim and the post may have lost the lease."""
    make_endpoint(receiver.url())
    emit(tenants.workspace)
    assign_positions()
    [endpoint] = due_endpoints()
    [new] = claim({endpoint.id: 1})
    old = replace(new, claimed_at=new.claimed_at - STALE_SECONDS)
    with Sender(lambda: OutboundClient(allow_private=True)) as sender:
        sender.submit([(endpoint, [old])])
        assert wait_until(lambda: sender.collect(1)) == [DeliveryResult(old, ())]
    assert receiver.posts == []


def test_settled_claims_are_freed_without_the_garbage_collector(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    for number in range(30):
        emit(tenants.workspace, str(number))
    gc.collect()
    gc.disable()
    try:
        assert run_pump() == 30
        assert not [each for each in gc.get_objects() if isinstance(each, Claim)]
    finally:
        gc.enable()


def test_queued_deliveries_and_new_events_are_delivered_in_one_run(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url("/first"))
    emit(tenants.workspace)
    assign_positions()
    emit(tenants.workspace)
    assert run_pump() == 2
    assert len(receiver.posts) == 2


def test_an_endpoint_with_an_undecryptable_secret_stops_no_other_endpoint(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    unreadable = make_endpoint(receiver.url("/unreadable"))
    readable_secret = bytes(unreadable.secret)
    Endpoint.unscoped.filter(pk=unreadable.pk).update(secret=Fernet(Fernet.generate_key()).encrypt(b"x"))
    make_endpoint(receiver.url("/other"))
    emit(tenants.workspace)
    run_pump(seconds=0.5)
    assert [post.path for post in receiver.posts] == ["/other"]
    waiting = Delivery.unscoped.get(endpoint=unreadable)
    assert (waiting.status, waiting.attempts, waiting.failures) == ("pending", 0, 0)
    assert f"decrypts a secret of {unreadable.pk}" in caplog.text
    Endpoint.unscoped.filter(pk=unreadable.pk).update(secret=readable_secret)
    Delivery.unscoped.filter(pk=waiting.pk).update(next_attempt_at=clock.now())
    run_pump()
    assert [post.path for post in receiver.posts] == ["/other", "/unreadable"]


def test_an_undecryptable_secret_can_be_replaced(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    subscribed = make_endpoint(receiver.url())
    Endpoint.unscoped.update(secret=Fernet(Fernet.generate_key()).encrypt(b"x"))
    services.rotate_secret(tenants.actor(), subscribed.pk, secret="replaced")
    assert Endpoint.unscoped.get().previous_secret is None
    emit(tenants.workspace)
    run_pump()
    assert receiver.posts[0].headers["x-signature"] == body_signature("replaced", receiver.posts[0].body)
