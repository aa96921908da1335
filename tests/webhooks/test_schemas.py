"""What is published is what the catalogue says: real events of the pipeline against their schemas."""

import json

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crmsolid.workspaces.actor import Actor
from messaging import dispatch, sandbox, services
from tests.cast import Api, Cast
from webhooks.catalogue import envelope_schema, kinds
from webhooks.models import Event

EMITTED = {"contact.created", "contact.tagged", "message.sent", "message.failed", "message.received"}


@pytest.fixture
def published(api: Api, cast: Cast) -> dict[str, bytes]:
    """One body of each type, made by its cause."""
    account = services.create_sandbox_account(Actor.command(cast.workspace, "tests"), name="ours")
    client = api(cast.key())
    person = {"username": "@sarah", "name": "Сара 😀", "tags": ["trial"]}
    assert client.post("/v1/contacts", person).status_code == 201
    for to in ("@reply_bob", "@fail_privacy"):
        body = {"account_id": account.pk, "to": to, "text": "Привет 😀"}
        assert client.post("/v1/messages/send", body).status_code == 200
    dispatch.dispatch()
    sandbox.answer_pending()
    return {event.type: bytes(event.body) for event in Event.objects.for_workspace(cast.workspace)}


def test_each_event_matches_its_schema(published: dict[str, bytes]) -> None:
    assert set(published) == EMITTED
    schemas = {kind.type: envelope_schema(kind) for kind in kinds()}
    for type, body in published.items():
        Draft202012Validator(schemas[type]).validate(json.loads(body))


def test_the_schemas_say_something(published: dict[str, bytes]) -> None:
    schemas = {kind.type: envelope_schema(kind) for kind in kinds()}
    for type, body in published.items():
        broken = json.loads(body)
        (name,) = set(broken["data"]) - {"added"}
        del broken["data"][name]["id"]
        assert not Draft202012Validator(schemas[type]).is_valid(broken)
