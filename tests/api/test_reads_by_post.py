"""Previews are reads that POST because they have a body: they need no Idempotency-Key, and honour one."""

from typing import Any

import pytest

from crmsolid.api.idempotency import IdempotencyRecord
from messaging.broadcasts.models import Broadcast
from messaging.models import Account
from tests.api.assertions import assert_problem
from tests.sequences.helpers import create
from tests.tenants import Api, Tenants

KEY = "5a1b8c1e-7a0c-4d6e-9a54-000000000001"
BROADCAST = {"name": "June", "text": "Hi {first_name|there}", "audience": {"tags": ["vip"]}}
FILTER = {"all": [{"field": "tag", "op": "is", "value": "vip"}]}
PREVIEWS = ["segment", "sequence", "broadcast", "broadcast with preview: true"]


@pytest.fixture
def account(tenants: Tenants) -> Account:
    return tenants.sandbox()


def post(client: Api, path: str, body: Any, **headers: str) -> Any:
    """POST without the Idempotency-Key that the client would make up."""
    return client._write("post", path, body, None, headers)


def preview_of(client: Api, account: Account, what: str) -> tuple[str, dict[str, Any]]:
    """The path and the body of a preview."""
    contact = client.post("/v1/contacts", {"username": "sarah", "tags": ["vip"]}).json()
    broadcast = {**BROADCAST, "account_ids": [account.pk]}
    match what:
        case "segment":
            return "/v1/segments/preview", {"filter": FILTER}
        case "sequence":
            return f"/v1/sequences/{create(account).pk}/preview", {"contact_id": contact["id"]}
        case "broadcast":
            return "/v1/broadcasts/preview", broadcast
        case _:
            return "/v1/broadcasts", {**broadcast, "preview": True}


@pytest.mark.parametrize("what", PREVIEWS)
def test_a_preview_needs_no_key_and_honours_one(api: Api, tenants: Tenants, account: Account, what: str) -> None:
    ours = api(tenants.key())
    path, body = preview_of(ours, account, what)
    stored = IdempotencyRecord.unscoped.count()
    without = post(ours, path, body)
    assert (without.status_code, IdempotencyRecord.unscoped.count()) == (200, stored)
    first, second = (ours.post(path, body, idempotency_key=KEY) for _ in range(2))
    assert set(first.json()) == set(without.json())
    assert (second.content, second.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert_problem(post(ours, path, body, Idempotency_Key="ключ"), "idempotency_key_invalid")


@pytest.mark.parametrize("preview", [{"preview": False}, {}])
def test_starting_a_broadcast_needs_a_key(
    api: Api, tenants: Tenants, account: Account, preview: dict[str, bool]
) -> None:
    ours = api(tenants.key())
    path, body = preview_of(ours, account, PREVIEWS[-1])
    del body["preview"]
    assert_problem(post(ours, path, {**body, **preview}), "idempotency_key_missing")
    assert not Broadcast.unscoped.exists()


def test_the_preview_of_a_broadcast_is_the_one_that_post_answers(api: Api, tenants: Tenants, account: Account) -> None:
    ours = api(tenants.key())
    path, body = preview_of(ours, account, "broadcast")
    answer, other = ours.post(path, body).json(), ours.post("/v1/broadcasts", {**body, "preview": True}).json()
    assert {**answer, "finishes_at": ""} == {**other, "finishes_at": ""}
    assert (answer["total"], answer["eligible"], answer["sample"][0]["text"]) == (1, 1, "Hi there")
    started = ours.post("/v1/broadcasts", {**body, "audience_hash": answer["audience_hash"]})
    assert started.status_code == 201
    assert_problem(ours.get(path), "method_not_allowed")


def test_the_document_calls_the_header_optional_for_reads_alone(api: Api) -> None:
    document = api.get("/openapi.json").json()
    optional = {
        path
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for parameter in operation["parameters"]
        if method in ("post", "patch") and parameter["name"] == "Idempotency-Key" and not parameter["required"]
    }
    assert optional == {
        "/v1/segments/preview",
        "/v1/sequences/{sequence_id}/preview",
        "/v1/broadcasts/preview",
        "/v1/broadcasts",
    }
