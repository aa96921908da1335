"""Fields that answers have and no body sets: bodies that make or change a resource say that they are read-only."""

from typing import Any

import pytest

from contacts.models import Contact, Segment
from crmsolid.urls import v1
from messaging.broadcasts.models import Broadcast
from messaging.models import Message
from sequences.models import Enrollment
from tests.mcp.helpers import refusal
from tests.tenants import Api, Tenants
from webhooks.models import Endpoint

FILTER = {"all": [{"field": "tag", "op": "is", "value": "vip"}]}
# The body of a call, and the read-only fields of what it makes or changes.
BODIES: dict[tuple[str, str], tuple[dict[str, Any], list[str]]] = {
    ("post", "/v1/contacts"): (
        {"username": "ada"},
        ["id", "telegram_id", "score", "created_at", "updated_at"],
    ),
    ("patch", "/v1/contacts/{contact}"): (
        {"name": "Ada"},
        ["id", "telegram_id", "score", "created_at", "updated_at"],
    ),
    ("post", "/v1/segments"): ({"name": "VIPs", "filter": FILTER}, ["id", "count", "created_at", "updated_at"]),
    ("patch", "/v1/segments/{segment}"): ({"name": "VIPs"}, ["id", "count", "created_at", "updated_at"]),
    ("post", "/v1/messages/send"): (
        {"account_id": 1, "to": "@ada", "text": "Hi"},
        ["id", "status", "thread_id", "sent_at", "created_at"],
    ),
    ("post", "/v1/broadcasts"): (
        {"name": "June", "text": "Hi", "account_ids": [1], "audience": {"tags": ["vip"]}},
        ["id", "status", "counts", "finishes_at", "created_at"],
    ),
    ("post", "/v1/sequences/seq_1/enroll"): ({"contact_id": "con_1"}, ["id", "status", "step", "next_run_at"]),
    ("post", "/v1/webhooks"): (
        {"url": "https://example.com/hook", "events": ["contact.created"]},
        ["id", "disabled_reason", "created_at", "updated_at"],
    ),
    ("patch", "/v1/webhooks/{endpoint}"): (
        {"enabled": False},
        ["id", "disabled_reason", "created_at", "updated_at"],
    ),
}


def rows() -> list[Any]:
    return [list(model.unscoped.values()) for model in (Contact, Segment, Message, Broadcast, Enrollment, Endpoint)]


@pytest.mark.parametrize(("method", "path"), BODIES)
def test_read_only_fields_are_called_so_and_nothing_is_changed(
    api: Api, tenants: Tenants, method: str, path: str
) -> None:
    ours, (body, names) = api(tenants.key()), BODIES[method, path]
    ids = {
        "contact": ours.post("/v1/contacts", {"username": "sarah"}).json()["id"],
        "segment": ours.post("/v1/segments", {"name": "Old", "filter": FILTER}).json()["id"],
        "endpoint": ours.post("/v1/webhooks", BODIES["post", "/v1/webhooks"][0]).json()["id"],
    }
    before = rows()
    response = getattr(ours, method)(path.format(**ids), {**body, **dict.fromkeys(names, 5)})
    errors = response.json()["errors"]
    assert response.status_code == 422
    assert [(error["field"], error["code"]) for error in errors] == [(name, "read_only") for name in names]
    assert all(error["detail"].startswith("this is read-only; the fields that can be set are: ") for error in errors)
    assert rows() == before


def test_the_fields_that_can_be_set_are_named(api: Api, tenants: Tenants) -> None:
    ours = api(tenants.key())
    contact_id = ours.post("/v1/contacts", {"username": "sarah"}).json()["id"]
    assert ours.patch(f"/v1/contacts/{contact_id}", {"score": 5, "scores": 5}).json()["errors"] == [
        {
            "field": "score",
            "code": "read_only",
            "detail": "this is read-only; the fields that can be set are: username, email, name, first_name, "
            "last_name, phone, time_zone, stage, opted_out, tags, custom_fields",
        }
    ]


def test_a_field_that_another_body_of_the_resource_sets_is_not_read_only(api: Api, tenants: Tenants) -> None:
    body = {**BODIES["post", "/v1/webhooks"][0], "enabled": False}
    errors = api(tenants.key()).post("/v1/webhooks", body).json()["errors"]
    assert [(error["field"], error["code"]) for error in errors] == [("enabled", "unknown_field")]


def test_tools_say_it_too(tenants: Tenants) -> None:
    problem = refusal(tenants.key(), "upsert_contact", username="ada", score=5)
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("score", "read_only")]
    assert not Contact.unscoped.exists()


def test_every_body_that_makes_or_changes_a_resource_names_it() -> None:
    """PATCH changes one, and 201 answers that one was made."""
    for route in v1:
        view: Any = route.callback
        for method, endpoint in view.view_class.endpoints.items():
            if endpoint.body is not None and (method == "PATCH" or 201 in endpoint.responses):
                assert endpoint.body.resource is not None, f"{method} {route.pattern}"
