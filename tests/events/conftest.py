from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import transaction

from crmsolid.events import positions
from crmsolid.events.publishing import publish
from messaging.representations import MESSAGE_SENT
from tests.tenants import Tenants

Publish = Callable[..., str]


@pytest.fixture
def publish_sent(tenants: Tenants) -> Publish:
    """Commit one ``message.sent`` with a number in it; returns its id."""

    def publish_one(number: int = 0) -> str:
        with transaction.atomic():
            return publish(tenants.workspace, MESSAGE_SENT, {"number": number})

    return publish_one


@pytest.fixture
def batches() -> Iterator[list[list[str]]]:
    """The ids of events in each batch that a listener was called with."""
    recorded: list[list[str]] = []

    def listen(batch: Sequence[positions.PositionedEvent]) -> None:
        recorded.append([event.id for event in batch])

    positions.listeners.register("tests", listen)
    yield recorded
    del positions.listeners["tests"]
