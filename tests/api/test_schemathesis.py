"""The live server answers as its own document says: every check of Schemathesis, on every operation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from crmsolid.core import clock
from crmsolid.workspaces import audit
from messaging.services import create_sandbox_account, send_message
from tests.api import contract, demo
from tests.cast import Cast
from webhooks.replays import replay_failed
from webhooks.replays import test_endpoint as ping
from webhooks.services import create_endpoint

product = contract.load("crmsolid.urls").exclude(path=contract.STREAM)
demonstration = contract.load(demo.__name__)


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """A request that begins or ends must not close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def seeded(cast: Cast, kept_connection: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workspace with something in it, and the ids of what is there, by their collection."""
    monkeypatch.setattr("apikeys.authentication.DEFAULT_RATE_LIMIT", 1_000_000)  # also without a key: it is tried often
    contract.admit(cast)
    notes = [audit.record(cast.actor(), demo.ACTION, title=f"Note {number}") for number in range(3)]
    account = create_sandbox_account(cast.actor(), name="Sandbox")
    message = send_message(cast.actor(), account_id=account.pk, to="@sarah_miller", text="Hello")
    endpoint = create_endpoint(cast.actor(), url="https://hooks.example.com/crm", events=["message.sent"]).endpoint
    delivery = ping(cast.actor(), endpoint.pk)
    job = replay_failed(cast.actor(), endpoint.pk, since=clock.now())
    contract.SEEDS = {
        "notes": notes[0].pk,
        "accounts": account.pk,
        "messages": message.pk,
        "contacts": message.contact_id,
        "threads": message.thread_id,
        "webhooks": endpoint.pk,
        "deliveries": delivery.pk,
        "jobs": job.pk,
    }


@product.parametrize()  # type: ignore[untyped-decorator]
@pytest.mark.usefixtures("seeded")
def test_the_product_keeps_its_document(case: Any) -> None:
    contract.check(case)


@demonstration.parametrize()  # type: ignore[untyped-decorator]
@pytest.mark.urls(demo.__name__)
@pytest.mark.usefixtures("seeded")
def test_the_machinery_keeps_any_document(case: Any) -> None:
    contract.check(case)


@pytest.mark.usefixtures("seeded")
def test_what_one_call_answers_the_next_one_takes() -> None:
    """Create, change, delete, and look again: sequences along the links of the document."""
    contract.run_sequences("crmsolid.urls", 4 * contract.EXAMPLES)
