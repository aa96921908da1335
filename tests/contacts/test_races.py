"""Calls at the same instant, with real threads, on PostgreSQL: SQLite has one writer at a time anyway."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from apikeys.models import IdempotencyRecord
from contacts.models import Contact
from crmsolid.events.models import Event
from tests.cast import Api, Cast

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="threads that write at once need PostgreSQL"),
]

THREADS = 24


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in a thread each, all released together."""
    gate = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()  # opening one takes longer than the calls, and would put them in a row
            gate.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def poster(token: str, path: str, body: dict[str, Any], key: str | None = None) -> Callable[[], Any]:
    api = Api(token, Client(raise_request_exception=False))
    return lambda: api.post(path, body, idempotency_key=key) if key else api.post(path, body)


def test_many_upserts_of_one_person_are_one_contact(cast: Cast) -> None:
    token, spellings = cast.key(), ("@Sarah_M", "sarah_m", "https://t.me/SARAH_M")
    bodies = [{"username": spellings[n % 3], "tags": [f"t{n:02d}", "all"], "name": f"N{n}"} for n in range(THREADS)]
    answers = at_once([poster(token, "/v1/contacts", body) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [200] * (THREADS - 1) + [201]
    contact = Contact.unscoped.get()
    assert {answer.json()["id"] for answer in answers} == {contact.id}
    expected = sorted(["all", *(f"t{n:02d}" for n in range(THREADS))])
    assert Api(token).get(f"/v1/contacts/{contact.id}").json()["tags"] == expected
    assert Event.unscoped.filter(type="contact.created").count() == 1
    assert Event.unscoped.filter(type="contact.tagged").count() == THREADS
    assert max(len(answer.json()["tags"]) for answer in answers) == THREADS + 1


def test_two_identities_of_one_person_never_become_two(cast: Cast) -> None:
    """Some know the username, some the address, some both: whoever loses is told so, nobody is doubled."""
    token = cast.key()
    bodies: list[dict[str, Any]] = [{"username": "sarah"}, {"email": "s@x.example"}]
    bodies.append({"username": "sarah", "email": "s@x.example"})
    answers = at_once([poster(token, "/v1/contacts", bodies[n % 3]) for n in range(THREADS)])
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert Contact.unscoped.filter(username_key="sarah").count() == 1
    assert Contact.unscoped.filter(email_key="s@x.example").count() == 1
    conflicts = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    assert conflicts == ({"contact_conflict"} if Contact.unscoped.count() == 2 else set())


def test_two_contacts_that_want_one_address_do_not_both_get_it(cast: Cast) -> None:
    token = cast.key()
    for number in range(8):
        Api(token).post("/v1/contacts", {"username": f"user{number}"})
    answers = at_once(
        [poster(token, "/v1/contacts", {"username": f"user{n}", "email": "s@x.example"}) for n in range(8)]
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert Contact.unscoped.filter(email_key="s@x.example").count() == 1
    assert Contact.unscoped.count() == 8


def test_tags_added_and_removed_at_once_are_all_counted(cast: Cast) -> None:
    token = cast.key()
    made = Api(token).post("/v1/contacts", {"username": "sarah", "tags": [f"old{n}" for n in range(12)]}).json()
    path = f"/v1/contacts/{made['id']}/tags"
    calls = [poster(token, path, {"add": [f"new{n:02d}"], "remove": [f"old{n}"]}) for n in range(12)]
    assert {answer.status_code for answer in at_once(calls)} == {200}
    assert Api(token).get(f"/v1/contacts/{made['id']}").json()["tags"] == [f"new{n:02d}" for n in range(12)]


def test_one_version_is_changed_once(cast: Cast) -> None:
    token = cast.key()
    answer = Api(token).post("/v1/contacts", {"username": "sarah"})
    path, version = f"/v1/contacts/{answer.json()['id']}", answer.headers["ETag"]

    def change(number: int) -> Callable[[], Any]:
        api = Api(token, Client(raise_request_exception=False))
        return lambda: api.patch(path, {"name": f"N{number}"}, If_Match=version)

    answers = at_once([change(n) for n in range(8)])
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7
    (won,) = [answer.json()["name"] for answer in answers if answer.status_code == 200]
    assert Contact.unscoped.get().name == won


def test_an_erasure_among_upserts_leaves_no_trace_of_the_first(cast: Cast) -> None:
    token = cast.key()
    first = Api(token).post("/v1/contacts", {"username": "sarah", "name": "Secret"}).json()["id"]
    eraser = Api(token, Client(raise_request_exception=False))
    calls: list[Callable[[], Any]] = [
        poster(token, "/v1/contacts", {"username": "sarah", "tags": [f"t{n}"]}) for n in range(11)
    ]
    answers = at_once([*calls, lambda: eraser.delete(f"/v1/contacts/{first}")])
    assert answers[-1].status_code == 204
    assert {answer.status_code for answer in answers[:-1]} <= {200, 201}
    assert not Contact.unscoped.filter(pk=first).exists()
    assert {bytes(body) for body in Event.unscoped.filter(contact_id=first).values_list("body", flat=True)} == {b""}
    assert Contact.unscoped.count() <= 1


def test_twenty_equal_upserts_under_one_idempotency_key_are_one(cast: Cast) -> None:
    """The one statement that writes a new contact takes no lock beforehand; the record's unique key decides."""
    token, body = cast.key(), {"username": "sarah", "tags": ["a", "b"]}
    answers = at_once([poster(token, "/v1/contacts", body, "one-key") for _ in range(20)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
    assert Contact.unscoped.count() == 1
    assert Event.unscoped.count() == 2


def test_an_upsert_waits_two_seconds_for_the_same_key_and_then_says_so(cast: Cast) -> None:
    """Somebody holds the record of the same key uncommitted: neither a wait without end nor a double."""
    token, body = cast.key(), {"username": "sarah"}
    values = {"workspace_id": cast.workspace.pk, "key": "one-key", "fingerprint": b"x" * 32, "status": 200, "body": b""}
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        IdempotencyRecord(**values).save()
        began = time.monotonic()
        answer = pool.submit(in_a_thread, poster(token, "/v1/contacts", body, "one-key")).result(30)
        waited = time.monotonic() - began
        transaction.set_rollback(True)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_in_progress")
    assert 1.5 < waited < 10
    assert Contact.unscoped.count() == Event.unscoped.count() == 0
    assert Api(token).post("/v1/contacts", body, idempotency_key="one-key").status_code == 201


def in_a_thread(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connection.close()
