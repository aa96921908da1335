"""Erasing a contact: what webhooks keeps about it."""

from collections.abc import Callable

from crmsolid.core import clock
from crmsolid.core.http.outbound import OutboundResponse
from crmsolid.events.models import Event
from crmsolid.events.positions import assign_positions
from tests.tenants import Tenants
from tests.webhooks.conftest import emit
from tests.webhooks.receiver import Receiver
from webhooks import erasure
from webhooks.delivery.queue import claim, due_endpoints
from webhooks.delivery.sender import AttemptResult, DeliveryResult
from webhooks.delivery.settlement import settle
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def test_erasing_cancels_queued_deliveries_and_empties_bodies(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    make_endpoint("http://127.0.0.1:9/hook")
    emit(tenants.workspace, contact_id="con_1")
    kept = emit(tenants.workspace, contact_id="con_2")
    assign_positions()
    emit(tenants.workspace, contact_id="con_1")  # has no position yet
    erasure.erase(tenants.workspace.pk, "con_1")
    assign_positions()
    deliveries = Delivery.unscoped.order_by("created_at").values_list("status", "reason")
    assert list(deliveries) == [("canceled", "erased"), ("pending", "")]
    assert [event.id for event in Event.unscoped.exclude(body=b"")] == [kept]
    assert erasure.export(tenants.workspace.pk, "con_1")["events"] == []
    [exported] = erasure.export(tenants.workspace.pk, "con_2")["deliveries"]
    assert (exported["event_id"], exported["status"]) == (kept, "pending")


def test_an_answer_that_arrives_after_the_erasure_is_not_kept(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    emit(tenants.workspace, contact_id="con_1")
    assign_positions()
    [snapshot] = due_endpoints()
    [claimed] = claim({snapshot.id: 5})
    erasure.erase(tenants.workspace.pk, "con_1")
    attempt = AttemptResult(clock.now(), snapshot.url, {}, "current", OutboundResponse(200, None, 5, "Мария"))
    assert settle([DeliveryResult(claimed, [attempt])], {snapshot.id: snapshot}) == 0
    assert (Delivery.unscoped.get().status, Attempt.unscoped.count()) == ("canceled", 0)
