"""No service reads or changes anything of another workspace. Roles and scopes: tests/architecture/test_authority.py."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events import services as event_log
from crmsolid.events.positions import assign_positions
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Tenants
from tests.webhooks.conftest import emit
from webhooks import replays, services
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]

SERVICES: dict[str, Callable[[Actor, Delivery], Any]] = {
    "list_endpoints": lambda actor, row: services.list_endpoints(actor, limit=10),
    "get_endpoint": lambda actor, row: services.get_endpoint(actor, row.endpoint_id),
    "get_endpoint_overview": lambda actor, row: services.get_endpoint_overview(actor, row.endpoint_id, deliveries=1),
    "missed_since": lambda actor, row: services.missed_since(actor, row.endpoint_id),
    "list_deliveries": lambda actor, row: services.list_deliveries(actor, row.endpoint_id, limit=10),
    "get_delivery": lambda actor, row: services.get_delivery(actor, row.pk),
    "list_attempts": lambda actor, row: services.list_attempts(actor, row),
    "update_endpoint": lambda actor, row: services.update_endpoint(actor, row.endpoint_id, enabled=False),
    "delete_endpoint": lambda actor, row: services.delete_endpoint(actor, row.endpoint_id),
    "rotate_secret": lambda actor, row: services.rotate_secret(actor, row.endpoint_id),
    "send_ping": lambda actor, row: replays.send_ping(actor, row.endpoint_id),
    "replay_delivery": lambda actor, row: replays.replay_delivery(actor, row.pk),
    "replay_failed": lambda actor, row: replays.replay_failed(actor, row.endpoint_id, since=row.created_at),
    "list_events": lambda actor, row: list(event_log.list_events(actor)),
    "get_event": lambda actor, row: event_log.get_event(actor, row.event_id),
}


def snapshot() -> list[Any]:
    """Everything that the services may change."""
    tables = (Endpoint.unscoped, Delivery.unscoped, Job.unscoped, AuditEntry.unscoped)
    return [list(table.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_finds_nothing_of_another_workspace(
    tenants: Tenants, make_endpoint: MakeEndpoint, service: str
) -> None:
    make_endpoint("http://127.0.0.1:9/hook", workspace=tenants.other)
    emit(tenants.other)
    assign_positions()
    Endpoint.unscoped.update(failing_since=clock.now())
    delivery, before = Delivery.unscoped.get(), snapshot()
    try:
        result = SERVICES[service](tenants.actor(), delivery)
    except DomainError as error:
        assert error.code == "not_found"
    else:
        assert not getattr(result, "rows", result)
    assert snapshot() == before
