"""The events of a change of a contact: one for each way in which it can come about, by whoever has caused it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts import bulk
from contacts.lookup import find_or_create
from contacts.models import Contact, Segment
from contacts.segments import services as segments
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.services import cancel_job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, Role
from messaging.sending import dispatch
from messaging.threads.received import receive
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import published_events
from tests.contacts.imports.conftest import Import, import_csv
from tests.mcp.helpers import answer
from tests.messaging.test_inbox import incoming
from tests.panel import browser
from tests.sequences import helpers as sequences
from tests.tenants import Api, Tenants
from tests.webhooks.conftest import make_endpoint, private_addresses, receiver, run_pump
from tests.webhooks.receiver import Receiver
from webhooks import replays
from webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db
__all__ = ["import_csv", "make_endpoint", "private_addresses", "receiver"]

STAGE, OUT, IN, ERASED = (f"contact.{each}" for each in ("stage_changed", "opted_out", "opted_in", "erased"))
KEY, ASSISTANT, MEMBER = ("key", "tests"), ("assistant", "tests"), ("member", "owner")


def bodies(*types: str) -> list[dict[str, Any]]:
    rows = Event.unscoped.filter(type__in=types).order_by("created_at", "id")
    return [json.loads(bytes(row.body)) for row in rows]


def actors(*types: str) -> list[tuple[str, tuple[str, str | None] | None]]:
    """The type and the actor of each event of these types, oldest first."""
    return [
        (body["event"], body["actor"] and (body["actor"]["type"], body["actor"]["name"])) for body in bodies(*types)
    ]


def moves() -> list[tuple[str, str, str, tuple[str, str | None] | None]]:
    """Each change of a stage: from, to, cause and actor."""
    found = zip(bodies(STAGE), actors(STAGE), strict=True)
    return [(*(body["data"][each] for each in ("old_stage", "new_stage", "cause")), by) for body, (_, by) in found]


def member(tenants: Tenants) -> Actor:
    return Actor.member(Membership.unscoped.select_related("user").get(user=tenants.owner), tenants.workspace)


def run_jobs() -> None:
    while runner.run_due():
        pass


# --- contact.updated --------------------------------------------------------------------------------------------------
def test_every_field_that_has_changed_is_told_with_both_values(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", name="Sarah Miller", email="s@example.com", company="Acme", seats=3, tags=["a"])
    changes = {
        **{"username": "sally", "name": "Sally Miller", "last_name": "Miller", "email": None, "phone": "+49 30 1"},
        **{"time_zone": "Europe/Berlin", "company": None, "seats": 3, "vip": True, "tags": ["b"], "stage": "won"},
    }
    after = ours.patch(f"/v1/contacts/{contact['id']}", {**changes, "opted_out": True}).json()
    [body] = bodies("contact.updated")
    assert body["data"] == {
        "contact": after,
        "changed": {
            "name": {"old": "Sarah Miller", "new": "Sally Miller"},
            "first_name": {"old": "Sarah", "new": "Sally"},
            "last_name": {"old": "", "new": "Miller"},
            "username": {"old": "sarah", "new": "sally"},
            "email": {"old": "s@example.com", "new": None},
            "phone": {"old": None, "new": "+49 30 1"},
            "time_zone": {"old": None, "new": "Europe/Berlin"},
            "custom_fields.company": {"old": "Acme", "new": None},
            "custom_fields.vip": {"old": None, "new": True},
        },
    }
    assert [name for name, _ in published_events()[2:]] == ["contact.updated", OUT, STAGE, "contact.tagged"]
    assert all(data["contact"] == after for _, data in published_events()[2:])


def test_nothing_is_told_of_a_change_of_nothing_or_of_one_that_is_refused(ours: Api, upsert: Upsert) -> None:
    upsert(email="taken@example.com")
    contact = upsert(username="sarah", name="Sarah", stage="won", opted_out=True)
    before = published_events()
    path = f"/v1/contacts/{contact['id']}"
    same = {"username": "@sarah", "name": "Sarah", "stage": "won", "opted_out": True, "first_name": "Sarah"}
    assert ours.patch(path, same).status_code == 200
    wrong = {"email": "taken@example.com", "name": "Sally", "stage": "lost", "opted_out": False}
    assert ours.patch(path, wrong).status_code == 409
    assert published_events() == before


def test_what_telegram_tells_of_a_person_is_told(tenants: Tenants) -> None:
    steps: list[dict[str, Any]] = [
        {"username": "sarah"},
        {"username": "sarah", "telegram_id": 7},
        {"username": "sally", "telegram_id": 7, "name": "Sally Miller", "last_name": "Miller"},
        {"username": "sally", "telegram_id": 7, "name": "Other"},
        {"username": "sally", "telegram_id": 8},
    ]
    for step in steps:
        with unit_of_work():
            find_or_create(tenants.workspace, **step)
    told = [body["data"]["changed"] for body in bodies("contact.updated")]
    assert told == [
        {"telegram_id": {"old": None, "new": 7}},
        {"username": {"old": "sarah", "new": "sally"}},
        {
            "name": {"old": "", "new": "Sally Miller"},
            "first_name": {"old": "", "new": "Sally"},
            "last_name": {"old": "", "new": "Miller"},
        },
        {"username": {"old": "sally", "new": None}},
    ]
    assert {by for _, by in actors("contact.updated", "contact.created")} == {None}


def test_an_import_tells_of_each_row_that_changes_a_contact(
    tenants: Tenants, upsert: Upsert, import_csv: Import
) -> None:
    contact = upsert(username="sarah", name="Sarah")
    upsert(username="same", name="Same")
    rows = "sarah,Sally,won,yes", "same,Same,new,", "newer,New,won,yes"
    job = import_csv("username,name,stage,opted_out\n" + "\n".join(rows))
    assert job.result["updated"] == job.result["unchanged"] == job.result["created"] == 1
    [body] = bodies("contact.updated")
    assert body["data"]["changed"]["name"] == {"old": "Sarah", "new": "Sally"}
    assert body["data"]["contact"]["id"] == contact["id"] and body["data"]["contact"]["stage"] == "won"
    assert moves() == [("new", "won", "import", KEY)]
    told = actors("contact.created", "contact.updated", OUT, "job.completed")[2:]
    names = ["contact.updated", OUT, "contact.created", OUT, "job.completed"]
    assert told == [(name, KEY) for name in names]


# --- Stages -----------------------------------------------------------------------------------------------------------
def test_stage_that_is_changed_by_hand(ours: Api, tenants: Tenants, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    upsert(username="sarah", stage="qualified")
    answer(tenants.key(), "upsert_contact", username="sarah", stage="won")
    panel = browser(tenants.owner)
    panel.post(f"/panel/live/contacts/{contact['id']}/", {"do": "stage", "stage": "lost"})
    many = {"who": "chosen", "do": "stage", "id": [contact["id"]], "number": "1", "new_stage": "new"}
    panel.post("/panel/live/contacts/change/", many)
    run_jobs()
    assert moves() == [
        ("new", "qualified", "rest", KEY),
        ("qualified", "won", "mcp", ASSISTANT),
        ("won", "lost", "panel", MEMBER),
        ("lost", "new", "bulk", MEMBER),
    ]
    assert bodies(STAGE)[-1]["data"]["contact"] == ours.get(f"/v1/contacts/{contact['id']}").json()
    assert actors("job.completed") == [("job.completed", MEMBER)]


def test_stage_that_messages_change(ours: Api, tenants: Tenants) -> None:
    account = tenants.sandbox()
    ours.post("/v1/messages/send", {"account_id": account.pk, "to": "@bykey", "text": "Hello"}, X_Request_ID="req-1")
    sequences.enroll(sequences.create(account, name="Welcome"), sequences.contact(tenants.workspace, "bysequence"))
    sequences.work()
    dispatch.dispatch()
    assert sorted(moves()) == [
        ("new", "contacted", "message", KEY),
        ("new", "contacted", "message", ("sequence", "Welcome")),
    ]
    by_key = Event.unscoped.get(type=STAGE, contact_id=Contact.unscoped.get(username="bykey").pk)
    assert by_key.request_id == "req-1"
    Event.unscoped.all().delete()
    receive(account, incoming(1, username="phone", telegram_id=1, outgoing=True))
    receive(account, incoming(2, username="phone", telegram_id=1))
    receive(account, incoming(3, username="phone", telegram_id=1))
    receive(account, incoming(4, username="away", telegram_id=2, is_automatic=True))
    assert moves() == [
        ("new", "contacted", "message", ("telegram", None)),
        ("contacted", "replied", "reply", None),
    ]
    assert bodies(STAGE)[1]["data"]["contact"]["stage"] == "replied"


# --- Opt-outs ---------------------------------------------------------------------------------------------------------
def test_opt_out_and_opt_in_by_hand(ours: Api, tenants: Tenants, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    path = f"/v1/contacts/{contact['id']}"
    for value in (True, True, False):
        ours.patch(path, {"opted_out": value})
    for value in (True, False):
        answer(tenants.key(), "upsert_contact", username="sarah", opted_out=value)
    panel = browser(tenants.owner)
    for chosen in ("yes", "no"):
        panel.post(f"/panel/live/contacts/{contact['id']}/", {"do": "opt_out", "opted_out": chosen})
    pairs = [(name, by) for by in (KEY, ASSISTANT, MEMBER) for name in (OUT, IN)]
    assert actors(OUT, IN) == pairs
    assert bodies(IN)[-1]["data"] == {"contact": ours.get(path).json()}


def test_opt_out_word_opts_out_once_and_gives_no_points(tenants: Tenants) -> None:
    account = tenants.sandbox()
    for number, text in enumerate(("stop", "/stop"), 1):
        receive(account, incoming(number, text=text))
    assert [name for name, _ in published_events()] == [
        *("contact.created", "message.received", OUT, STAGE),
        "message.received",
    ]
    assert actors(OUT) == [(OUT, None)] and moves() == [("new", "replied", "opt_out", None)]
    assert bodies(OUT)[0]["data"]["contact"]["opted_out"] is True


def test_opt_out_that_is_kept_of_an_erased_person(ours: Api, upsert: Upsert, import_csv: Import) -> None:
    for name in ("sarah", "anna", "maria"):
        ours.delete(f"/v1/contacts/{upsert(username=name, opted_out=True)['id']}")
    upsert(email="m@example.com")
    Event.unscoped.all().delete()
    upsert(username="sarah")
    upsert(email="m@example.com", username="maria")
    import_csv("username\nanna\n")
    assert actors(OUT) == [(OUT, KEY)] * 3


# --- Erasure ----------------------------------------------------------------------------------------------------------
def test_erasure_is_told_by_the_id_alone_and_outlives_what_is_emptied(
    ours: Api,
    tenants: Tenants,
    upsert: Upsert,
    receiver: Receiver,
    make_endpoint: Callable[..., Endpoint],
) -> None:
    endpoint = make_endpoint(receiver.url("/"), ("contact.created", ERASED))
    contact = upsert(username="sarah", name="Sarah Miller")
    assert ours.delete(f"/v1/contacts/{contact['id']}").status_code == 204
    [body] = bodies(ERASED)
    assert body["data"] == {"contact": {"id": contact["id"]}} and actors(ERASED) == [(ERASED, KEY)]
    run_pump()
    assert [json.loads(post.body) for post in receiver.posts] == [body]
    replays.replay_delivery(tenants.actor(), Delivery.unscoped.get(endpoint=endpoint, status="succeeded").pk)
    run_pump()
    assert [json.loads(post.body) for post in receiver.posts] == [body, body]
    listed = ours.get("/v1/events", {"type": ERASED}).json()["data"]
    assert [each["data"] for each in listed] == [body["data"]]


def test_erasure_of_many_is_told_of_each_with_who_began_it(tenants: Tenants, upsert: Upsert) -> None:
    ids = {upsert(username=name)["id"] for name in ("anna", "boris")}
    bulk.start_bulk(member(tenants), bulk.ERASE, {}, expected=2)
    run_jobs()
    assert {body["data"]["contact"]["id"] for body in bodies(ERASED)} == ids
    assert actors(ERASED) == [(ERASED, MEMBER)] * 2


def test_erasure_that_is_refused_is_not_told(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    refused = ours.delete(f"/v1/contacts/{contact['id']}", If_Match='"other"')
    assert (refused.status_code, bodies(ERASED)) == (412, [])


# --- Jobs -------------------------------------------------------------------------------------------------------------
def test_what_a_job_does_is_by_whoever_began_it(tenants: Tenants, upsert: Upsert) -> None:
    agent = tenants.member(Role.AGENT)
    type(agent).objects.filter(pk=agent.pk).update(name="Vera")
    vera = Actor.member(Membership.unscoped.select_related("user").get(user=agent), tenants.workspace)
    upsert(username="sarah")
    vip = {"field": "username", "op": "is", "value": "sarah"}
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="Sarahs", filter=vip)
    segments.tag_segment(vera, segment.pk, add=["a"])
    bulk.start_bulk(vera, bulk.TAGS, {}, {"add": ["b"]})
    sequence = sequences.create(tenants.sandbox())
    bulk.start_bulk(vera, "enroll", {}, {"sequence": sequence.pk})
    run_jobs()
    by = ("member", "Vera")
    assert actors("contact.tagged") == [("contact.tagged", by)] * 2
    assert actors("job.completed") == [("job.completed", by)] * 3
    canceled = bulk.start_bulk(vera, bulk.TAGS, {}, {"add": ["c"]})
    cancel_job(member(tenants), canceled.pk)
    assert actors("job.completed")[-1] == ("job.completed", MEMBER)


@pytest.mark.parametrize("number", [1, 12])
def test_change_of_many_stages_takes_as_many_statements_for_any_number(
    tenants: Tenants, upsert: Upsert, number: int
) -> None:
    for index in range(number):
        upsert(username=f"user{index}")
    bulk.start_bulk(member(tenants), bulk.STAGE, {}, {"stage": "won"})
    with CaptureQueriesContext(
        connection,
    ) as statements:
        runner.run_due(seconds=0)
    assert (len(bodies(STAGE)), len(statements)) == (number, 26)


@pytest.mark.parametrize("number", [1, 12])
def test_import_that_changes_contacts_takes_as_many_statements_for_any_number(
    ours: Api, upsert: Upsert, number: int
) -> None:
    for index in range(number):
        upsert(username=f"user{index}")
    rows = "".join(f"user{index},New name,won,yes\n" for index in range(number))
    ours.post("/v1/contacts/import", f"username,name,stage,opted_out\n{rows}".encode(), Content_Type="text/csv")
    with CaptureQueriesContext(connection) as statements:
        runner.run_due(seconds=0)
    assert (len(bodies("contact.updated", OUT, STAGE)), len(statements)) == (3 * number, 29)
