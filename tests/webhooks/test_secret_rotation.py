"""Rotation: a receiver that checks X-Signature loses no event, whenever it changes its secret in the overlap."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from tests.tenants import Tenants
from tests.webhooks.conftest import SECRET, emit, run_pump
from tests.webhooks.receiver import Answer, Post, Receiver
from tests.webhooks.secrets import standard_form
from webhooks import services
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.secrets import EndpointSecrets

MakeEndpoint = Callable[..., Endpoint]
NEW = "новый-секрет-🔑"


class CheckingReceiver:
    """Has one secret and compares X-Signature; answers ``refusal`` if it differs."""

    def __init__(self, secret: str, refusal: int = 401) -> None:
        self.secret, self.refusal = secret, refusal
        self.accepted: list[str] = []

    def __call__(self, post: Post) -> Answer:
        expected = "sha256=" + hmac.new(self.secret.encode(), post.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(post.headers["x-signature"], expected):
            return (self.refusal, {}, b"invalid signature")
        self.accepted.append(post.headers["webhook-id"])
        return (200, {}, b"ok")


def rotate(tenants: Tenants, endpoint: Endpoint, secret: str = NEW, overlap: timedelta = timedelta(hours=1)) -> None:
    services.rotate_secret(tenants.actor(), endpoint.pk, secret=secret, overlap=overlap)


@pytest.mark.parametrize("switch_after", [0, 1, 2, 3])
@pytest.mark.parametrize("refusal", [401, 403])
def test_a_receiver_may_change_its_secret_at_any_time_of_the_overlap(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, switch_after: int, refusal: int
) -> None:
    checking = receiver.behaviours["/hook"] = CheckingReceiver(SECRET, refusal)
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint)
    sent = []
    for number in range(4):
        if number == switch_after:
            checking.secret = NEW
        sent.append(emit(tenants.workspace, "Мария 😀"))
        run_pump()
    assert checking.accepted == sent
    assert set(Delivery.unscoped.values_list("status", flat=True)) == {"succeeded"}
    # One refused attempt in all, not one for each event.
    assert Attempt.unscoped.filter(status=refusal).count() == 1
    endpoint.refresh_from_db()
    assert endpoint.verified_with == "current"


def test_a_refused_signature_is_retried_at_once_with_the_other_secret(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = CheckingReceiver(NEW)
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint)
    emit(tenants.workspace)
    run_pump()
    attempts = Attempt.unscoped.order_by("number").values_list("number", "status", "signed_with")
    assert list(attempts) == [(1, 401, "previous"), (2, 200, "current")]
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("succeeded", 2, 0)


def test_both_secrets_sign_the_standard_header_during_the_overlap(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint)
    emit(tenants.workspace)
    run_pump()
    [post] = receiver.posts
    for secret in (SECRET, NEW):
        Webhook(standard_form(secret)).verify(post.body, post.headers)
    assert len(post.headers["webhook-signature"].split()) == 2


def test_after_the_overlap_only_the_new_secret_signs(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = CheckingReceiver(SECRET)
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint)
    Endpoint.unscoped.update(previous_secret_until=clock.now())
    emit(tenants.workspace)
    run_pump()
    [post] = receiver.posts
    assert len(post.headers["webhook-signature"].split()) == 1
    assert Delivery.unscoped.get().status == "failed"


def test_a_delivery_refused_with_both_secrets_is_one_failure(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = CheckingReceiver("a third one")
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint)
    emit(tenants.workspace)
    run_pump()
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.attempts, delivery.failures) == ("failed", 2, 1)
    endpoint.refresh_from_db()
    assert endpoint.verified_with == ""


def test_a_second_rotation_keeps_the_secret_that_the_receiver_uses(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    checking = receiver.behaviours["/hook"] = CheckingReceiver(SECRET)
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint, "never-used")
    rotate(tenants, endpoint, NEW)
    emit(tenants.workspace)
    run_pump()
    checking.secret = NEW
    emit(tenants.workspace)
    run_pump()
    assert len(checking.accepted) == 2


def test_a_rotation_without_overlap_drops_the_old_secret(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    rotate(tenants, endpoint, overlap=timedelta(0))
    endpoint.refresh_from_db()
    assert (endpoint.previous_secret, endpoint.previous_secret_until) == (None, None)
    assert [secret for _, secret in EndpointSecrets.of(endpoint).in_force(clock.now())] == [NEW]


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=7, seconds=1)])
def test_an_overlap_out_of_range_changes_nothing(
    tenants: Tenants, make_endpoint: MakeEndpoint, overlap: timedelta
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    with pytest.raises(DomainError, match="validation_failed"):
        rotate(tenants, endpoint, overlap=overlap)
    endpoint.refresh_from_db()
    assert EndpointSecrets.of(endpoint).current == SECRET


def test_no_repr_shows_a_secret(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    issued = services.rotate_secret(tenants.actor(), endpoint.pk)
    assert issued.secret is not None
    assert issued.secret not in repr(issued)
    assert SECRET not in repr(EndpointSecrets.of(issued.endpoint))
