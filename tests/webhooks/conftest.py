from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from crmsolid.core.http.outbound import DEADLINE_SECONDS, OutboundClient
from crmsolid.events.catalogue import event_type
from crmsolid.events.publishing import publish
from crmsolid.workspaces.models import Workspace
from tests.tenants import Tenants
from tests.webhooks.receiver import Receiver
from webhooks import services
from webhooks.delivery.pump import Pump
from webhooks.models import Endpoint

SECRET = "s3cret-of-the-tests"


@pytest.fixture(autouse=True)
def private_addresses(settings: Any) -> None:
    """The tests' receivers are on the loopback interface."""
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def make_endpoint(tenants: Tenants) -> Callable[..., Endpoint]:
    """Creates an endpoint of ``workspace`` for contact.created, with the secret SECRET."""

    def make(url: str, events: tuple[str, ...] = ("contact.created",), workspace: Workspace | None = None) -> Endpoint:
        actor = tenants.actor(workspace)
        return services.create_endpoint(actor, url=url, events=events, secret=SECRET).endpoint

    return make


def emit(
    workspace: Workspace,
    name: str = "Мария 😀",
    type: str = "contact.created",
    contact_id: str = "",
    request_id: str = "",
) -> str:
    """Commit one event; returns its id."""
    with transaction.atomic():
        data = {"contact": {"name": name}}
        return publish(workspace, event_type(type), data, contact_id=contact_id, request_id=request_id)


def run_pump(*, deadline: float = DEADLINE_SECONDS, seconds: float = 20.0) -> int:
    """Run one pump until nothing is due; returns how many deliveries were settled. If a receiver hangs, pass a shorter
    ``deadline`` for each post."""
    return Pump(lambda: OutboundClient(allow_private=True, deadline=deadline), seconds=seconds).run()
