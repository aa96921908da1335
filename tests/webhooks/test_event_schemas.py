"""Published and delivered events match the schemas of the catalogue."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crmsolid.core import clock
from crmsolid.events.catalogue import envelope_schema, event_types, subscribable_names
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.plans import change_plan
from crmsolid.workspaces.actor import Actor
from messaging import accounts
from messaging.sending import dispatch, sandbox
from sequences.services import pause_sequence
from tests.sequences import helpers
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import run_pump
from tests.webhooks.receiver import Receiver
from webhooks import replays
from webhooks.models import Endpoint

# What the fixture publishes. Events of changes of messages, conversations, broadcasts and accounts have others.
EMITTED = {
    "contact.created",
    "contact.updated",
    "contact.tagged",
    "contact.stage_changed",
    "contact.opted_out",
    "contact.opted_in",
    "contact.erased",
    "message.sent",
    "message.failed",
    "message.received",
    "sequence.started",
    "sequence.paused",
    "sequence.completed",
    "job.completed",
    "subscription.upgraded",
}


@pytest.fixture
def published(
    api: Api, tenants: Tenants, receiver: Receiver, make_endpoint: Callable[..., Endpoint]
) -> dict[str, bytes]:
    """One body of each type that is published, by type; an endpoint at ``/all`` subscribes to all of them."""
    account = accounts.create_sandbox_account(Actor.command(tenants.workspace, "tests"), name="ours")
    client = api(tenants.key())
    person = {"username": "@sarah", "name": "Сара 😀", "tags": ["trial"]}
    assert client.post("/v1/contacts", person).status_code == 201
    assert client.post("/v1/contacts", {"username": "@sarah", "name": "Sarah", "opted_out": True}).status_code == 200
    assert client.post("/v1/contacts", {"username": "@sarah", "opted_out": False}).status_code == 200
    gone = client.post("/v1/contacts", {"username": "@gone"}).json()["id"]
    assert client.delete(f"/v1/contacts/{gone}").status_code == 204
    for to in ("@reply_bob", "@fail_privacy"):
        body = {"account_id": account.pk, "to": to, "text": "Привет 😀"}
        assert client.post("/v1/messages/send", body).status_code == 200
    sequence = helpers.create(account, steps=[{"text": "Welcome"}])
    helpers.enroll(sequence, helpers.contact(tenants.workspace, "carol"))
    helpers.work()
    pause_sequence(tenants.actor(), sequence.pk)
    dispatch.dispatch()
    sandbox.send_pending_replies()
    replays.replay_failed(
        tenants.actor(),
        make_endpoint(receiver.url("/all"), subscribable_names()).pk,
        since=clock.now() - timedelta(days=1),
    )
    runner.run_due()
    for plan in ("pro", "business"):
        change_plan(tenants.actor(), plan)
    return {event.type: bytes(event.body) for event in Event.objects.for_workspace(tenants.workspace)}


def test_each_event_matches_its_schema(published: dict[str, bytes]) -> None:
    assert set(published) == EMITTED
    schemas = {each.name: envelope_schema(each) for each in event_types()}
    for type, body in published.items():
        Draft202012Validator(schemas[type]).validate(json.loads(body))


def test_each_delivery_matches_its_schema(tenants: Tenants, published: dict[str, bytes], receiver: Receiver) -> None:
    replays.send_ping(tenants.actor(), Endpoint.unscoped.get().pk)
    run_pump()
    schemas = {each.name: envelope_schema(each) for each in event_types()}
    bodies = [json.loads(post.body) for post in receiver.to("/all")]
    assert {body["event"] for body in bodies} == EMITTED | {"ping"}
    for body in bodies:
        if body["event"] in schemas:
            Draft202012Validator(schemas[body["event"]]).validate(body)
    assert published["job.completed"] in [post.body for post in receiver.posts]
    assert set(schemas) >= EMITTED


def test_the_schemas_refuse_incomplete_data(published: dict[str, bytes]) -> None:
    schemas = {each.name: envelope_schema(each) for each in event_types()}
    for type, body in published.items():
        broken = json.loads(body)
        (name, *_) = sorted(set(broken["data"]) - {"added", "enrollment"})
        if type == "subscription.upgraded":
            broken["data"][name] = "gold"
        else:
            del broken["data"]["contact" if "contact" in broken["data"] else name]["id"]
        assert not Draft202012Validator(schemas[type]).is_valid(broken)


def test_every_type_has_a_description_and_a_valid_schema() -> None:
    described = {each.name: (each.version, sorted(each.data_schema["required"])) for each in event_types()}
    assert described == {
        "message.sent": (1, ["message"]),
        "message.received": (1, ["message"]),
        "message.failed": (1, ["message"]),
        "message.edited": (1, ["message"]),
        "message.deleted": (1, ["message"]),
        "message.read": (1, ["message"]),
        "contact.created": (1, ["contact"]),
        "contact.tagged": (1, ["added", "contact"]),
        "contact.updated": (1, ["changed", "contact"]),
        "contact.stage_changed": (1, ["cause", "contact", "new_stage", "old_stage"]),
        "contact.opted_out": (1, ["contact"]),
        "contact.opted_in": (1, ["contact"]),
        "contact.erased": (1, ["contact"]),
        "lead.scored": (1, ["contact", "new_score", "old_score", "rules"]),
        "thread.assigned": (1, ["new_assignee", "old_assignee", "thread"]),
        "thread.closed": (1, ["thread"]),
        "thread.reopened": (1, ["thread"]),
        "broadcast.started": (1, ["broadcast"]),
        "broadcast.completed": (1, ["broadcast"]),
        "account.state_changed": (1, ["account", "new_state", "old_state"]),
        "sequence.started": (1, ["enrollment", "sequence"]),
        "sequence.paused": (1, ["enrollment", "sequence"]),
        "sequence.completed": (1, ["enrollment", "sequence"]),
        "job.completed": (1, ["job"]),
        "proposal.created": (1, ["proposal"]),
        "proposal.decided": (1, ["proposal"]),
        "proposal.ended": (1, ["proposal"]),
        "subscription.upgraded": (1, ["old_plan", "plan"]),
        "ping": (1, ["webhook"]),
    }
    for each in event_types():
        assert each.description
        Draft202012Validator.check_schema(envelope_schema(each))
