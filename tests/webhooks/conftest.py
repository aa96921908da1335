from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from crmsolid.core.http.outbound import DEADLINE_SECONDS, OutboundClient
from crmsolid.events.catalogue import event_type
from crmsolid.events.publishing import publish
from crmsolid.workspaces.models import Workspace
from tests.cast import Cast
from tests.webhooks.receiver import Receiver
from webhooks import services
from webhooks.delivery.pump import Pump
from webhooks.models import Endpoint

SECRET = "s3cret-of-the-tests"


@pytest.fixture(autouse=True)
def private_addresses(settings: Any) -> None:
    """Receivers of the tests are on the loopback; what tests the guard sets this back."""
    settings.WEBHOOK_ALLOW_PRIVATE = True


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


@pytest.fixture
def endpoint(cast: Cast) -> Callable[..., Endpoint]:
    """Make an endpoint of ``workspace`` for contact.created, with a secret that the tests know."""

    def make(url: str, events: tuple[str, ...] = ("contact.created",), workspace: Workspace | None = None) -> Endpoint:
        actor = cast.actor(workspace)
        return services.create_endpoint(actor, url=url, events=events, secret=SECRET).endpoint

    return make


def emit(workspace: Workspace, name: str = "Мария 😀", type: str = "contact.created", contact_id: str = "") -> str:
    with transaction.atomic():
        return publish(workspace, event_type(type), {"contact": {"name": name}}, contact_id=contact_id)


def run_pump(*, deadline: float = DEADLINE_SECONDS, seconds: float = 20.0) -> int:
    """One pump over the whole queue. With a receiver that hangs, give each post a shorter deadline."""
    return Pump(lambda: OutboundClient(allow_private=True, deadline=deadline), seconds=seconds).run()
