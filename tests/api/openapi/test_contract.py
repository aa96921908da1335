"""The server responds as its OpenAPI document says: all checks of Schemathesis on every operation."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from contacts import notes
from contacts.segments.services import create_segment
from contacts.services import tag_contact
from crmsolid.core import clock
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ALL_SCOPES, Actor, Subject
from messaging.accounts import create_sandbox_account
from messaging.files.services import upload
from messaging.services import send_message
from messaging.texts import create_template
from tests.api import example_api
from tests.api.openapi import contract
from tests.sequences import helpers
from tests.tenants import Tenants
from webhooks.replays import replay_failed
from webhooks.replays import send_ping as ping_endpoint
from webhooks.services import create_endpoint

product_schema = contract.load_schema("crmsolid.urls").exclude(path=contract.NOT_GENERATED)
example_schema = contract.load_schema(example_api.__name__)


@pytest.fixture
def connection_stays_open() -> Iterator[None]:
    """A request must not close the connection that holds the test's transaction when it begins or ends."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def existing_objects(
    tenants: Tenants, connection_stays_open: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """A workspace with an object of each kind, which generated requests refer to."""
    # Schemathesis also tries each operation without a key, more than 600 times a minute.
    monkeypatch.setattr("apikeys.authentication.DEFAULT_RATE_LIMIT", 1_000_000)
    # Otherwise it depends on the host whether an address is accepted, which no schema can say.
    settings.WEBHOOK_ALLOW_PRIVATE = True
    key = contract.create_key_for_token(tenants)
    by_key = Actor(tenants.workspace, Subject("key", key.id, key.name), ALL_SCOPES, None, "rest")
    examples = [audit.record(tenants.actor(), example_api.NOTE_ACTION, title=f"Note {number}") for number in range(3)]
    account = create_sandbox_account(tenants.actor(), name="Sandbox")
    message = send_message(tenants.actor(), account_id=account.pk, to="@sarah_miller", text="Hello")
    tag_contact(tenants.actor(), message.contact_id, add=["vip"])
    endpoint = create_endpoint(tenants.actor(), url="https://hooks.example.com/crm", events=["message.sent"]).endpoint
    delivery = ping_endpoint(tenants.actor(), endpoint.pk)
    job = replay_failed(tenants.actor(), endpoint.pk, since=clock.now())
    condition = {"not": {"field": "tag", "op": "is", "value": "vip"}}
    window = {"days": ["mon", "sun"], "from": "09:00", "to": "18:00"}
    sequence = helpers.create(account, window=window, steps=[{"text": "Hello", "condition": condition}])
    enrollment = helpers.enroll(sequence, helpers.contact(tenants.workspace, "enrolled"))
    segment = create_segment(tenants.actor(), name="Vips", filter={"field": "tag", "op": "is", "value": "vip"}).segment
    written = notes.add_note(by_key, message.contact_id, text="Called")
    contract.existing_ids.update(
        notes=examples[0].pk if example_api.__name__ == settings.ROOT_URLCONF else written.pk,
        accounts=account.pk,
        messages=message.pk,
        contacts=message.contact_id,
        templates=create_template(tenants.actor(), name="Welcome", text="Hello").pk,
        threads=message.thread_id,
        files=upload(tenants.actor(), BytesIO(b"Hello"), "hello.txt").pk,
        webhooks=endpoint.pk,
        deliveries=delivery.pk,
        jobs=job.pk,
        segments=segment.pk,
        tags="vip",
        sequences=sequence.pk,
        enrollments=enrollment.pk,
    )


@product_schema.parametrize()  # type: ignore[untyped-decorator]
@pytest.mark.usefixtures("existing_objects")
def test_product_responds_as_documented(case: Any) -> None:
    contract.call_and_check(case)


@example_schema.parametrize()  # type: ignore[untyped-decorator]
@pytest.mark.urls(example_api.__name__)
@pytest.mark.usefixtures("existing_objects")
def test_example_api_responds_as_documented(case: Any) -> None:
    contract.call_and_check(case)
