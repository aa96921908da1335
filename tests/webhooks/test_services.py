"""Every service checks the authority of its actor itself."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events import services as event_log
from crmsolid.events.positions import assign_positions
from crmsolid.workspaces.actor import Actor, Subject
from crmsolid.workspaces.models import AuditEntry, Job, Membership, Role
from crmsolid.workspaces.scopes import ALL_SCOPES, Scope
from tests.cast import Cast
from tests.webhooks.conftest import emit
from webhooks import replays, services
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
URL = "https://your-app.example.com/webhooks/crm"

SERVICES: dict[str, Callable[[Actor, Delivery], Any]] = {
    "list_endpoints": lambda actor, row: services.list_endpoints(actor, limit=10),
    "get_endpoint": lambda actor, row: services.get_endpoint(actor, row.endpoint_id),
    "get_endpoint_overview": lambda actor, row: services.get_endpoint_overview(actor, row.endpoint_id, deliveries=1),
    "endpoint_alerts": lambda actor, row: services.endpoint_alerts(actor),
    "missed_since": lambda actor, row: services.missed_since(actor, row.endpoint_id),
    "list_deliveries": lambda actor, row: services.list_deliveries(actor, row.endpoint_id, limit=10),
    "get_delivery": lambda actor, row: services.get_delivery(actor, row.pk),
    "list_attempts": lambda actor, row: services.list_attempts(actor, row),
    "create_endpoint": lambda actor, row: services.create_endpoint(actor, url=URL, events=["contact.created"]),
    "update_endpoint": lambda actor, row: services.update_endpoint(actor, row.endpoint_id, enabled=False),
    "delete_endpoint": lambda actor, row: services.delete_endpoint(actor, row.endpoint_id),
    "rotate_secret": lambda actor, row: services.rotate_secret(actor, row.endpoint_id),
    "test_endpoint": lambda actor, row: replays.test_endpoint(actor, row.endpoint_id),
    "replay_delivery": lambda actor, row: replays.replay_delivery(actor, row.pk),
    "replay_failed": lambda actor, row: replays.replay_failed(actor, row.endpoint_id, since=row.created_at),
    "list_events": lambda actor, row: list(event_log.list_events(actor)),
    "get_event": lambda actor, row: event_log.get_event(actor, row.event_id),
}
ALLOWED = {"viewer": False, "agent": False, "admin": True, "owner": True, "key": True, "other_key": False}


def make_actor(cast: Cast, name: str) -> Actor:
    if name in ("key", "other_key"):
        scopes = frozenset({Scope.MANAGE_WEBHOOKS}) if name == "key" else ALL_SCOPES - {Scope.MANAGE_WEBHOOKS}
        return Actor(cast.workspace, Subject("key", "key_1", "tests"), scopes, "rest")
    user = cast.owner if name == "owner" else cast.member(Role(name))
    return Actor.member(Membership.unscoped.get(user=user, workspace=cast.workspace), cast.workspace)


def snapshot() -> list[Any]:
    """Everything that the services may change."""
    tables = (Endpoint.unscoped, Delivery.unscoped, Job.unscoped, AuditEntry.unscoped)
    return [list(table.order_by("pk").values()) for table in tables]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("name", ALLOWED)
def test_a_service_needs_manage_webhooks_and_a_refusal_changes_nothing(
    cast: Cast, endpoint: MakeEndpoint, service: str, name: str
) -> None:
    endpoint("http://127.0.0.1:9/hook")
    emit(cast.workspace)
    assign_positions()
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None)
    actor, delivery = make_actor(cast, name), Delivery.unscoped.get()
    if ALLOWED[name]:
        SERVICES[service](actor, delivery)
        return
    before = snapshot()
    with pytest.raises(DomainError) as refusal:
        SERVICES[service](actor, delivery)
    assert refusal.value.code == "scope_missing"
    assert snapshot() == before


@pytest.mark.parametrize("service", [name for name in SERVICES if name not in ("endpoint_alerts", "create_endpoint")])
def test_a_service_finds_nothing_of_another_workspace(cast: Cast, endpoint: MakeEndpoint, service: str) -> None:
    endpoint("http://127.0.0.1:9/hook", workspace=cast.other)
    emit(cast.other)
    assign_positions()
    Endpoint.unscoped.update(failing_since=clock.now())
    delivery, before = Delivery.unscoped.get(), snapshot()
    try:
        result = SERVICES[service](make_actor(cast, "owner"), delivery)
    except DomainError as error:
        assert error.code == "not_found"
    else:
        assert not getattr(result, "rows", result)
    assert snapshot() == before
