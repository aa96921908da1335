"""The pump on a healthy and on a sick world."""

import gc
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from standardwebhooks.webhooks import Webhook

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundClient
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from tests.cast import Cast
from tests.webhooks.conftest import SECRET, emit, run_pump
from tests.webhooks.receiver import Receiver, answering, hang
from webhooks import services
from webhooks.delivery.pump import Pump
from webhooks.delivery.queue import Claim
from webhooks.delivery.signing import body_signature, standard_form
from webhooks.delivery.window import POSTS_PER_ENDPOINT
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_an_event_arrives_signed_as_it_was_frozen(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    event_id = emit(cast.workspace)
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


def test_success_is_written_down(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(201, {"Content-Type": "text/plain"}, "принято".encode())
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    delivery, attempt = Delivery.unscoped.get(), Attempt.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at, delivery.lease) == ("succeeded", 1, None, "")
    assert (attempt.delivery_id, attempt.number, attempt.status, attempt.error) == (delivery.id, 1, 201, "")
    assert (attempt.answer_body, attempt.answer_headers) == ("принято", {"Content-Type": "text/plain"})
    assert attempt.url == receiver.url()
    assert attempt.request_headers["X-Signature"] == receiver.posts[0].headers["x-signature"]
    assert (attempt.signed_with, attempt.answer_truncated) == ("current", False)


def test_only_who_asked_for_it_gets_it(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url("/ours"))
    endpoint(receiver.url("/else"), events=("message.sent",))
    endpoint(receiver.url("/twin"), workspace=cast.twin)
    endpoint(receiver.url("/rival"), workspace=cast.other)
    emit(cast.workspace)
    assert run_pump() == 1
    assert [post.path for post in receiver.posts] == ["/ours"]


def test_a_failure_is_retried_later_with_the_same_id(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(500)
    found = endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    attempt = Attempt.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("failed", 1, 1)
    assert delivery.next_attempt_at is not None
    assert 4 <= (delivery.next_attempt_at - attempt.at).total_seconds() <= 7
    found.refresh_from_db()
    assert found.failing_since == attempt.at
    assert run_pump() == 0  # not due yet
    Delivery.unscoped.update(next_attempt_at=attempt.at)
    receiver.behaviours.clear()
    assert run_pump() == 1
    assert [post.headers["webhook-id"] for post in receiver.posts] == [delivery.event_id] * 2
    assert receiver.posts[0].body == receiver.posts[1].body
    assert list(Attempt.unscoped.order_by("number").values_list("number", "status")) == [(1, 500), (2, 200)]
    found.refresh_from_db()
    assert found.failing_since is None


def test_retry_after_puts_off_to_twice_the_delay(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(503, {"Retry-After": "3600"})
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    next_at = Delivery.unscoped.get().next_attempt_at
    assert next_at is not None
    assert 8 <= (next_at - Attempt.unscoped.get().at).total_seconds() <= 13


def test_the_tenth_failure_exhausts(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint(receiver.url())
    emit(cast.workspace)
    for _ in range(10):
        run_pump()
        Delivery.unscoped.filter(status="failed").update(next_attempt_at=Event.unscoped.get().created_at)
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.next_attempt_at) == ("exhausted", 10, None)
    assert sorted(Attempt.unscoped.values_list("number", flat=True)) == list(range(1, 11))
    assert run_pump() == 0


def test_a_redirect_is_a_failure_and_not_followed(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(302, {"Location": receiver.url("/elsewhere")})
    endpoint(receiver.url())
    emit(cast.workspace)
    run_pump()
    assert [post.path for post in receiver.posts] == ["/hook"]
    assert Delivery.unscoped.get().status == "failed"


def test_one_that_hangs_keeps_nobody_else_waiting(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hang"] = hang
    endpoint(receiver.url("/hang"))
    for place in range(9):
        endpoint(receiver.url(f"/healthy/{place}"))
    for number in range(60):
        emit(cast.workspace, str(number))
    started = time.monotonic()
    run_pump(deadline=2.0, seconds=0.1)  # it has to close while one endpoint hangs, and still serve the others
    healthy = [post.at - started for post in receiver.posts if post.path != "/hang"]
    assert len(healthy) == 9 * 60
    assert Delivery.unscoped.exclude(endpoint__url__endswith="/hang").exclude(status="succeeded").count() == 0
    assert max(healthy) < 2.0 + min(post.at - started for post in receiver.to("/hang"))
    hung = Delivery.unscoped.filter(endpoint__url__endswith="/hang")
    assert receiver.most_at_once["/hang"] <= 5
    assert hung.filter(status="sending").count() == 0
    assert hung.filter(status="pending", attempts=0).count() >= 50  # untouched: still in the queue
    assert set(Attempt.unscoped.filter(delivery__in=hung).values_list("error", flat=True)) == {"timeout"}


def test_another_workspaces_endpoints_that_hang_on_the_same_host_delay_nobody(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    """As many services are one host to all their customers."""
    for place in range(15):
        receiver.behaviours[f"/hang/{place}"] = hang
        endpoint(receiver.url(f"/hang/{place}"), workspace=cast.other)
    for _ in range(5):
        emit(cast.other)
    assign_positions()
    endpoint(receiver.url("/healthy"))

    class Late(Pump):
        """Something happens for us once the host has as many requests as one workspace may have there."""

        def _visit(self, *given: Any, **options: Any) -> Any:
            if sum(receiver.running.values()) == 50 and not Event.unscoped.filter(workspace=cast.workspace).exists():
                emit(cast.workspace)
            return super()._visit(*given, **options)

    deadline = 4.0
    Late(lambda: OutboundClient(allow_private=True, deadline=deadline), seconds=1.0).run()
    [healthy] = receiver.to("/healthy")
    assert healthy.at < receiver.posts[0].at + deadline / 2
    assert max(receiver.most_at_once.values()) <= 5 and len(receiver.posts) >= 75


def test_a_lane_has_so_many_posts_at_once(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    for number in range(300):
        emit(cast.workspace, str(number))
    assert run_pump() == 300
    assert receiver.most_at_once["/hook"] <= POSTS_PER_ENDPOINT
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == len(receiver.posts) == 300


def test_a_settled_claim_is_not_kept(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    endpoint(receiver.url())
    for number in range(30):
        emit(cast.workspace, str(number))
    gc.collect()
    gc.disable()
    try:
        assert run_pump() == 30
        assert not [each for each in gc.get_objects() if isinstance(each, Claim)]
    finally:
        gc.enable()


def test_what_is_published_while_it_runs_is_delivered_too(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    endpoint(receiver.url("/first"))
    emit(cast.workspace)
    assign_positions()
    emit(cast.workspace)
    assert run_pump() == 2
    assert len(receiver.posts) == 2


def test_no_event_without_an_endpoint_costs_a_delivery(cast: Cast, receiver: Receiver) -> None:
    emit(cast.workspace)
    assert run_pump() == 0
    assert (Delivery.unscoped.count(), Event.unscoped.get().position) == (0, 1)


def test_a_secret_that_no_key_opens_stops_nobody_else(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint, caplog: pytest.LogCaptureFixture
) -> None:
    lost = endpoint(receiver.url("/lost"))
    kept = bytes(lost.secret)
    Endpoint.unscoped.filter(pk=lost.pk).update(secret=Fernet(Fernet.generate_key()).encrypt(b"x"))
    endpoint(receiver.url("/other"))
    emit(cast.workspace)
    run_pump(seconds=0.5)
    assert [post.path for post in receiver.posts] == ["/other"]
    waiting = Delivery.unscoped.get(endpoint=lost)
    assert (waiting.status, waiting.attempts, waiting.failures) == ("pending", 0, 0)
    assert f"opens a secret of {lost.pk}" in caplog.text
    Endpoint.unscoped.filter(pk=lost.pk).update(secret=kept)
    Delivery.unscoped.filter(pk=waiting.pk).update(next_attempt_at=clock.now())
    run_pump()
    assert [post.path for post in receiver.posts] == ["/other", "/lost"]


def test_a_secret_that_no_key_opens_can_be_replaced(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    found = endpoint(receiver.url())
    Endpoint.unscoped.update(secret=Fernet(Fernet.generate_key()).encrypt(b"x"))
    services.rotate_secret(cast.actor(), found, secret="replaced")
    assert Endpoint.unscoped.get().previous_secret is None
    emit(cast.workspace)
    run_pump()
    assert receiver.posts[0].headers["x-signature"] == body_signature("replaced", receiver.posts[0].body)
