"""Concurrent calls from real threads."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from contacts.lookup import find_or_create
from contacts.models import Contact
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.models import Event
from tests.tenants import Api, Tenants
from tests.threads import run_together

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 24


def new_client(token: str) -> Api:
    return Api(token, Client(raise_request_exception=False))


def post(token: str, path: str, body: dict[str, Any], **options: Any) -> Callable[[], Any]:
    api = new_client(token)
    return lambda: api.post(path, body, **options)


def test_concurrent_upserts_of_one_username_create_one_contact_with_all_tags(tenants: Tenants) -> None:
    token, spellings = tenants.key(), ("@Sarah_M", "sarah_m", "https://t.me/SARAH_M")
    bodies = [{"username": spellings[n % 3], "tags": [f"t{n:02d}", "all"], "name": f"N{n}"} for n in range(THREADS)]
    responses = run_together([post(token, "/v1/contacts", body) for body in bodies])
    assert sorted(response.status_code for response in responses) == [200] * (THREADS - 1) + [201]
    contact = Contact.unscoped.get()
    assert {response.json()["id"] for response in responses} == {contact.id}
    all_tags = sorted(["all", *(f"t{n:02d}" for n in range(THREADS))])
    assert Api(token).get(f"/v1/contacts/{contact.id}").json()["tags"] == all_tags
    assert Event.unscoped.filter(type="contact.created").count() == 1
    assert Event.unscoped.filter(type="contact.tagged").count() == THREADS
    assert max(len(response.json()["tags"]) for response in responses) == THREADS + 1


def test_one_of_many_upserts_that_only_create_succeeds(tenants: Tenants) -> None:
    token, headers = tenants.key(), {"If_None_Match": "*"}
    calls = [post(token, "/v1/contacts", {"username": "sarah", "name": f"N{n}"}, **headers) for n in range(8)]
    responses = run_together(calls)
    assert sorted(response.status_code for response in responses) == [201] + [412] * 7
    (name,) = [response.json()["name"] for response in responses if response.status_code == 201]
    assert Contact.unscoped.get().name == name
    assert Event.unscoped.count() == 1


def test_concurrent_upserts_by_username_by_email_and_by_both_never_duplicate_an_identity(tenants: Tenants) -> None:
    token = tenants.key()
    bodies: list[dict[str, Any]] = [{"username": "sarah"}, {"email": "s@x.example"}]
    bodies.append({"username": "sarah", "email": "s@x.example"})
    responses = run_together([post(token, "/v1/contacts", bodies[n % 3]) for n in range(THREADS)])
    assert {response.status_code for response in responses} <= {200, 201, 409}
    assert Contact.unscoped.filter(username_key="sarah").count() == 1
    assert Contact.unscoped.filter(email_key="s@x.example").count() == 1
    conflicts = {response.json()["code"] for response in responses if response.status_code == 409}
    assert conflicts == ({"contact_conflict"} if Contact.unscoped.count() == 2 else set())


def test_one_address_goes_to_one_of_the_contacts_that_want_it(tenants: Tenants) -> None:
    token = tenants.key()
    for number in range(8):
        Api(token).post("/v1/contacts", {"username": f"user{number}"})
    bodies = [{"username": f"user{number}", "email": "s@x.example"} for number in range(8)]
    responses = run_together([post(token, "/v1/contacts", body) for body in bodies])
    assert sorted(response.status_code for response in responses) == [200] + [409] * 7
    assert Contact.unscoped.filter(email_key="s@x.example").count() == 1
    assert Contact.unscoped.count() == 8


def test_concurrent_lookups_of_one_telegram_user_create_one_contact(tenants: Tenants) -> None:
    def lookup() -> str:
        with unit_of_work():
            return find_or_create(tenants.workspace, username="Sarah", telegram_id=7, name="Sarah").id

    ids = run_together([lookup] * THREADS)
    assert set(ids) == {Contact.unscoped.get().id}
    assert Event.unscoped.count() == 1


def test_tags_added_and_removed_concurrently_are_all_applied(tenants: Tenants) -> None:
    token = tenants.key()
    contact = Api(token).post("/v1/contacts", {"username": "sarah", "tags": [f"old{n}" for n in range(12)]}).json()
    path = f"/v1/contacts/{contact['id']}/tags"
    calls = [post(token, path, {"add": [f"new{n:02d}"], "remove": [f"old{n}"]}) for n in range(12)]
    assert {response.status_code for response in run_together(calls)} == {200}
    tags = Api(token).get(f"/v1/contacts/{contact['id']}").json()["tags"]
    assert tags == [f"new{n:02d}" for n in range(12)]


def test_one_of_many_patches_of_the_same_version_succeeds(tenants: Tenants) -> None:
    token = tenants.key()
    created = Api(token).post("/v1/contacts", {"username": "sarah"})
    path, version = f"/v1/contacts/{created.json()['id']}", created.headers["ETag"]

    def patch(number: int) -> Callable[[], Any]:
        api = new_client(token)
        return lambda: api.patch(path, {"name": f"N{number}"}, If_Match=version)

    responses = run_together([patch(number) for number in range(8)])
    assert sorted(response.status_code for response in responses) == [200] + [412] * 7
    (name,) = [response.json()["name"] for response in responses if response.status_code == 200]
    assert Contact.unscoped.get().name == name


def test_erasure_during_upserts_leaves_nothing_about_the_erased_contact(tenants: Tenants) -> None:
    token = tenants.key()
    erased_id = Api(token).post("/v1/contacts", {"username": "sarah", "name": "Secret"}).json()["id"]
    api = new_client(token)
    calls: list[Callable[[], Any]] = [
        post(token, "/v1/contacts", {"username": "sarah", "tags": [f"t{n}"]}) for n in range(11)
    ]
    *upserts, erasure = run_together([*calls, lambda: api.delete(f"/v1/contacts/{erased_id}")])
    assert erasure.status_code == 204
    assert {response.status_code for response in upserts} <= {200, 201}
    assert not Contact.unscoped.filter(pk=erased_id).exists()
    bodies = Event.unscoped.filter(contact_id=erased_id).values_list("body", flat=True)
    assert {bytes(body) for body in bodies} == {b""}
    assert Contact.unscoped.count() <= 1


def test_concurrent_requests_with_one_idempotency_key_are_one_upsert(tenants: Tenants) -> None:
    token, body = tenants.key(), {"username": "sarah", "tags": ["a", "b"]}
    calls = [post(token, "/v1/contacts", body, idempotency_key="one-key") for _ in range(20)]
    responses = run_together(calls)
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" in response.headers for response in responses) == 19
    assert Contact.unscoped.count() == 1
    assert Event.unscoped.count() == 2


def test_upsert_waits_two_seconds_for_another_with_the_same_key(tenants: Tenants) -> None:
    """The other one has stored its answer but not committed."""
    token, body = tenants.key(), {"username": "sarah"}
    upsert = post(token, "/v1/contacts", body, idempotency_key="one-key")
    values = {
        "workspace_id": tenants.workspace.pk,
        "key": "one-key",
        "fingerprint": b"x" * 32,
        "status": 200,
        "body": b"",
    }
    with transaction.atomic():
        IdempotencyRecord(**values).save()
        started = time.monotonic()
        (response,) = run_together([upsert])
        waited = time.monotonic() - started
        transaction.set_rollback(True)
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_in_progress")
    assert 1.5 < waited < 10
    assert Contact.unscoped.count() == Event.unscoped.count() == 0
    assert upsert().status_code == 201
