"""Endpoints that are failing, and when they are disabled."""

from collections.abc import Callable
from datetime import timedelta

from crmsolid.core import clock
from crmsolid.events.positions import assign_positions
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, answering
from webhooks import endpoint_health, services, tasks
from webhooks.models import Delivery, DisabledReason, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_410_disables_an_endpoint_and_cancels_its_queue(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    receiver.behaviours["/hook"] = answering(410)
    emit(tenants.workspace)
    run_pump()
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "gone")
    statuses = Delivery.unscoped.order_by("created_at").values_list("status", "reason")
    assert list(statuses) == [("canceled", "endpoint_disabled"), ("exhausted", "")]
    entry = AuditEntry.unscoped.get(action="webhook.disabled")
    assert (entry.target, entry.data, entry.subject_kind) == (endpoint.id, {"reason": "gone"}, "system")
    emit(tenants.workspace)
    assert run_pump() == 0
    assert Delivery.unscoped.count() == 2


def test_five_days_of_failures_disable_an_endpoint(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint = make_endpoint(receiver.url())
    Endpoint.unscoped.update(failing_since=clock.now() - timedelta(days=5, seconds=1))
    emit(tenants.workspace)
    run_pump()
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "failing")
    assert endpoint.disabled_at is not None
    assert Delivery.unscoped.get().status == "canceled"
    assert AuditEntry.unscoped.get(action="webhook.disabled").data == {"reason": "failing"}


def test_a_success_ends_a_period_of_failures(tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint) -> None:
    endpoint = make_endpoint(receiver.url())
    Endpoint.unscoped.update(failing_since=clock.now() - timedelta(days=5, seconds=1))
    emit(tenants.workspace)
    run_pump()
    receiver.behaviours["/hook"] = answering(500)
    emit(tenants.workspace)
    run_pump()
    endpoint.refresh_from_db()
    assert endpoint.enabled
    assert endpoint.failing_since is not None
    assert clock.now() - endpoint.failing_since < timedelta(minutes=1)


def test_less_than_five_days_of_failures_disable_nothing(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    since = clock.now() - timedelta(days=4, hours=23)
    endpoint = make_endpoint(receiver.url())
    Endpoint.unscoped.update(failing_since=since)
    emit(tenants.workspace)
    run_pump()
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.failing_since) == (True, since)


def test_an_endpoint_that_another_pump_saw_succeed_is_not_disabled(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    assert not endpoint_health.disable(endpoint.id, endpoint.workspace_id, DisabledReason.FAILING)
    endpoint.refresh_from_db()
    assert endpoint.enabled


def test_the_sweep_cancels_the_queue_of_an_endpoint_that_was_being_disabled(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace)
    assign_positions()
    Endpoint.unscoped.filter(pk=endpoint.pk).update(enabled=False, disabled_reason="manual")  # at the same moment
    assert run_pump() == 0
    assert tasks.sweep() == 1
    delivery = Delivery.unscoped.get()
    assert (delivery.status, delivery.reason) == ("canceled", "endpoint_disabled")


def test_a_new_address_resets_failing_since(tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/new"] = answering(500)
    endpoint = make_endpoint(receiver.url("/old"))
    Endpoint.unscoped.update(failing_since=clock.now() - timedelta(days=4))
    services.update_endpoint(tenants.actor(), endpoint.pk, url=receiver.url("/old"))
    assert Endpoint.unscoped.get().failing_since is not None
    services.update_endpoint(tenants.actor(), endpoint.pk, url=receiver.url("/new"))
    assert Endpoint.unscoped.get().failing_since is None
    emit(tenants.workspace)
    run_pump()
    since = Endpoint.unscoped.get().failing_since
    assert since is not None and clock.now() - since < timedelta(minutes=1)
