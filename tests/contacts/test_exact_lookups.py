"""GET /v1/contacts by username, e-mail address, phone number, ids and a filter; when somebody wrote last."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import Account
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.api.assertions import assert_problem
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import without_created
from tests.contacts.test_listing import names, names_on_all_pages
from tests.tenants import Api, Tenants

VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture
def people(upsert: Upsert) -> dict[str, Any]:
    sarah = {"username": "Sarah_Miller", "email": "Sarah@Exämple.com", "phone": "+49 (30) 5550-1234"}
    return {
        "Sarah": upsert(name="Sarah", tags=["vip"], **sarah),
        "Ada": upsert(name="Ada", username="ada_lovelace", email="ada@example.com", phone="0049 30 55501235"),
        "Tom": upsert(name="Tom", username="tom_jones", phone="call me"),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"username": "sarah_miller"}, ["Sarah"]),
        ({"username": "@SARAH_MILLER"}, ["Sarah"]),
        ({"username": "https://t.me/Sarah_Miller/"}, ["Sarah"]),
        ({"username": "sarah_mille"}, []),
        ({"email": "SARAH@exämple.com"}, ["Sarah"]),
        ({"email": "sarah@xn--exmple-cua.com"}, ["Sarah"]),
        ({"email": "arah@exämple.com"}, []),
        ({"phone": "+493055501234"}, ["Sarah"]),
        ({"phone": "0049-30-5550 1234"}, ["Sarah"]),
        ({"phone": "49 30 55501235"}, ["Ada"]),
        ({"phone": "3055501234"}, []),
        ({"email": "ada@example.com", "username": "ada_lovelace", "phone": "493055501235"}, ["Ada"]),
        ({"email": "ada@example.com", "username": "sarah_miller"}, []),
        ({"filter": json.dumps(VIP)}, ["Sarah"]),
        ({"filter": json.dumps({"not": VIP}), "search": "a"}, ["Ada"]),
        ({"filter": json.dumps({"not": VIP}), "email": "ada@example.com"}, ["Ada"]),
    ],
)
def test_contacts_are_found_exactly(
    ours: Api, theirs: Api, people: dict[str, Any], query: dict[str, str], found: list[str]
) -> None:
    assert names(ours.get("/v1/contacts", query)) == found
    exported = b"".join(ours.get("/v1/contacts/export", query).streaming_content).decode()
    assert [row["name"] for row in csv.DictReader(io.StringIO(exported))] == found
    assert names(theirs.get("/v1/contacts", query)) == []


def test_contacts_of_these_ids_come_in_the_order_of_the_list(ours: Api, theirs: Api, people: dict[str, Any]) -> None:
    wanted = ",".join(people[name]["id"] for name in ("Ada", "Sarah", "Tom"))
    unknown = "con_01J00000000000000000000000"
    assert names(ours.get("/v1/contacts", {"ids": f"{wanted},{unknown}"})) == ["Tom", "Ada", "Sarah"]
    assert names_on_all_pages(ours, ids=wanted, sort="name", limit=1) == ["Ada", "Sarah", "Tom"]
    assert names(ours.get("/v1/contacts", {"ids": wanted, "filter": json.dumps(VIP)})) == ["Sarah"]
    assert names(theirs.get("/v1/contacts", {"ids": wanted})) == []


def test_pages_by_a_filter_are_of_one_list(ours: Api, upsert: Upsert) -> None:
    for number in range(5):
        upsert(username=f"user{number}", name=str(number), tags=["vip"])
    upsert(username="other", name="other")
    assert names_on_all_pages(ours, filter=json.dumps(VIP), sort="name", limit=2) == ["0", "1", "2", "3", "4"]
    cursor = ours.get("/v1/contacts", {"limit": 1, "filter": json.dumps(VIP)}).json()["next_cursor"]
    other = {"filter": json.dumps({**VIP, "value": "trial"}), "cursor": cursor}
    assert_problem(ours.get("/v1/contacts", other), "invalid_cursor")


@pytest.mark.parametrize("path", ["/v1/contacts", "/v1/contacts/export"])
@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"username": "not a name"}, "username", "invalid_username"),
        ({"username": "con_01J00000000000000000000000"}, "username", "is_an_id"),
        ({"email": "sarah"}, "email", "invalid_email"),
        ({"phone": "call me"}, "phone", "pattern"),
        ({"phone": "000"}, "phone", "pattern"),
        ({"ids": ""}, "ids[0]", "blank"),
        ({"ids": "sarah_miller"}, "ids[0]", "pattern"),
        ({"ids": "con_1,seg_1"}, "ids[1]", "pattern"),
        ({"ids": ",".join(["con_1"] * 101)}, "ids", "max_length"),
        ({"filter": "{"}, "filter", "invalid"),
        ({"filter": '{"field": "tag", "op": "is", "value": "\\u0000"}'}, "filter", "invalid"),
        ({"filter": "1"}, "filter", "invalid"),
        ({"filter": json.dumps({"all": [VIP, {**VIP, "op": "gt"}]})}, "filter.all[1].op", "op_not_allowed"),
        ({"filter": json.dumps({"field": "custom.x", "op": "is", "value": 1})}, "filter.field", "unknown_field"),
    ],
)
def test_wrong_value_is_named(ours: Api, path: str, query: dict[str, str], field: str, code: str) -> None:
    problem = assert_problem(ours.get(path, query), "invalid_parameter")
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]


def test_filter_is_refused_as_the_preview_of_segments_refuses_it(ours: Api) -> None:
    wrong = {"any": [{"field": "nothing", "op": "is", "value": 1}, {"not": []}, {"field": "score", "op": "gt"}]}
    listed = ours.get("/v1/contacts", {"filter": json.dumps(wrong)}).json()["errors"]
    assert listed == ours.post("/v1/segments/preview", {"filter": wrong}).json()["errors"]


def test_filter_that_takes_too_long_is_refused(
    ours: Api, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("contacts.services._page", lambda *args: connection.cursor().execute("SELECT pg_sleep(60)"))
    monkeypatch.setattr("contacts.services.LIST_SECONDS", 0.01)
    assert_problem(ours.get("/v1/contacts", {"filter": json.dumps(VIP)}), "filter_too_costly")


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"username": "sarah"}, "contact_username"),
        ({"email": "s@example.com"}, "contact_email"),
        ({"phone": "493055501234"}, "contact_by_phone"),
    ],
)
def test_each_look_up_has_an_index(tenants: Tenants, filters: dict[str, str], index: str) -> None:
    Contact.objects.for_workspace(tenants.workspace).bulk_create(
        Contact(
            workspace=tenants.workspace,
            username_key=f"u{number}",
            email_key=f"{number}@x.com",
            phone=f"+49 30 {number}",
        )
        for number in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_contact")
    rows = Contact.objects.for_workspace(tenants.workspace).filtered(filters).order_by("-created_at", "-id")[:51]
    assert index in rows.explain()


def test_contact_says_who_wrote_last(api: Api, tenants: Tenants) -> None:
    account = Account.objects.for_workspace(tenants.twin).get()
    now = clock.now().replace(microsecond=0)
    times = [now - timedelta(minutes=minutes) for minutes in (3, 2, 1)]

    def said() -> list[str | None]:
        (contact,) = api(tenants.key(workspace=tenants.twin)).get("/v1/contacts").json()["data"]
        return [contact[name] for name in ("last_in_at", "last_out_at", "unanswered_since")]

    for number, at in enumerate(times[:2]):
        receive(account, Incoming(number, "Hi", at, username="anna", telegram_id=5, outgoing=True))
    assert said() == [None, clock.rfc3339(times[1]), clock.rfc3339(times[0])]
    receive(account, Incoming(3, "Hi", times[2], username="anna", telegram_id=5))
    assert said() == [clock.rfc3339(times[2]), clock.rfc3339(times[1]), None]


def test_times_cannot_be_set(ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    for name in ("last_in_at", "last_out_at", "unanswered_since"):
        problem = assert_problem(
            ours.patch(f"/v1/contacts/{contact['id']}", {name: "2026-06-04T09:00:00Z"}), "validation_failed"
        )
        assert [(error["field"], error["code"]) for error in problem["errors"]] == [(name, "read_only")]
    assert ours.get(f"/v1/contacts/{contact['id']}").json() == without_created(contact)
