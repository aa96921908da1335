"""A call of a tool: the types of its arguments, pages and the size of its answer. `test_every_tool.py` has the rest."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from apikeys.models import ApiKey
from contacts.models import Contact, CustomField
from contacts.segments.services import create_segment, tag_segment
from crmsolid.jobs.runner import run_due
from crmsolid.mcp.calls import MAX_ANSWER_BYTES
from crmsolid.workspaces.actor import Scope
from messaging.models import Message
from messaging.texts import create_template
from tests.mcp.helpers import answer, contents, propose, refusal, write_in
from tests.mcp.test_tools import BY_NAME, LISTS, assert_fits
from tests.messaging.helpers import send
from tests.sequences.helpers import contact, create, enroll
from tests.tenants import Tenants


@pytest.fixture
def token(tenants: Tenants) -> str:
    return tenants.key()


def wrong(problem: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in problem["errors"]]


# --- Arguments ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("list_contacts", {"limit": "5"}, "limit"),
        ("list_contacts", {"limit": True}, "limit"),
        ("list_contacts", {"limit": 1.5}, "limit"),
        ("list_contacts", {"limit": 0}, "limit"),
        ("list_contacts", {"limit": 101}, "limit"),
        ("list_contacts", {"limit": None}, "limit"),
        ("list_contacts", {"tag": "vip"}, "tag"),
        ("list_contacts", {"search": 7}, "search"),
        ("list_contacts", {"stage": "cold"}, "stage"),
        ("list_contacts", {"updated_since": "yesterday"}, "updated_since"),
        ("list_conversations", {"unread": "true"}, "unread"),
        ("list_conversations", {"unread": 1}, "unread"),
        ("list_conversations", {"account_id": "7"}, "account_id"),
        ("get_contact", {"contact_id": 7}, "contact_id"),
        ("get_contact", {"contact_id": ["con_1"]}, "contact_id"),
        ("upsert_contact", {"username": "@dora", "opted_out": "true"}, "opted_out"),
        ("upsert_contact", {"username": "@dora", "tags": "vip"}, "tags"),
        ("upsert_contact", {"username": "@dora", "idempotency_key": 7}, "idempotency_key"),
        ("upsert_contact", {"username": "@dora", "idempotency_key": ""}, "idempotency_key"),
        ("upsert_contact", {"username": "@dora", "idempotency_key": "\t"}, "idempotency_key"),
        ("upsert_contact", {"username": "@dora", "idempotency_key": "k" * 256}, "idempotency_key"),
        ("send_message", {"account_id": "1", "to": "@dora", "text": "x"}, "account_id"),
        ("send_message", {"account_id": 1, "to": None, "text": "x"}, "to"),
        ("resume_sequence", {"sequence_id": "seq_1", "mode": "now"}, "mode"),
    ],
)
def test_value_of_a_wrong_type_is_refused(token: str, name: str, arguments: dict[str, Any], field: str) -> None:
    before = contents()
    problem = refusal(token, name, **arguments)
    assert (problem["code"], [error["field"] for error in problem["errors"]]) == ("validation_failed", [field])
    assert field in problem["text"]
    assert contents() == before


def test_contact_needs_a_username_or_an_email(token: str) -> None:
    problem = refusal(token, "upsert_contact", name="Dora")
    assert "username, email" in problem["text"]
    assert not Contact.unscoped.exists()


def test_integer_may_be_written_as_a_float(tenants: Tenants, token: str) -> None:
    for username in ("alice", "bobby", "carol"):
        contact(tenants.workspace, username)
    assert len(answer(token, "list_contacts", limit=2.0)["data"]) == 2


# --- Pages ----------------------------------------------------------------------------------------------------
def pages(token: str, name: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, str] = {}
    while True:
        page = answer(token, name, **arguments, **cursor)
        yield page["data"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def test_page_has_20_rows_unless_asked_for_up_to_100(tenants: Tenants, token: str) -> None:
    for number in range(101):
        contact(tenants.workspace, f"user_{number:03}")
    assert len(answer(token, "list_contacts")["data"]) == 20
    assert len(answer(token, "list_contacts", limit=100)["data"]) == 100


def test_pages_have_every_row_once(tenants: Tenants, token: str) -> None:
    account, alice = tenants.sandbox(), contact(tenants.workspace)
    for number in range(3):
        sequence = create(account, name=f"Sequence {number}")
        enroll(sequence, alice)
        tenants.sandbox(name=f"Account {number}")
        write_in(account, f"user_{number:03}")
        segment = create_segment(tenants.actor(), name=f"Segment {number}", filter={"all": []}).segment
        tag_segment(tenants.actor(), segment.pk, add=["vip"])
        create_template(tenants.actor(), name=f"Template {number}", text="Hello")
        propose(account, alice, holder=ApiKey.unscoped.get().first_id)
    found = {name: [row["id"] for page in pages(token, name, limit=1) for row in page] for name in LISTS}
    assert {name: len(ids) for name, ids in found.items()} == {
        "list_contacts": 4,
        "list_segments": 3,
        "list_conversations": 3,
        "list_messages": 3,
        "list_accounts": 4,
        "list_templates": 3,
        "list_sequences": 3,
        "list_enrollments": 3,
        "list_jobs": 3,
        "list_proposals": 3,
    }
    assert all(len(set(ids)) == len(ids) for ids in found.values())


@pytest.mark.parametrize("name", LISTS)
def test_cursor_that_nobody_gave_is_refused(token: str, name: str) -> None:
    for cursor in ("made-up", "", "ä", "x" * 5000, 7, None):
        problem = refusal(token, name, cursor=cursor)
        assert problem["code"] == "invalid_cursor"
        assert "without it" in problem["text"]


def test_cursor_belongs_to_its_list_filters_and_workspace(tenants: Tenants, token: str) -> None:
    for workspace in (tenants.workspace, tenants.other):
        for username in ("alice", "bobby"):
            contact(workspace, username)
    cursor = answer(token, "list_contacts", limit=1)["next_cursor"]
    theirs = tenants.key(workspace=tenants.other)
    assert refusal(token, "list_contacts", limit=1, cursor=cursor, stage="new")["code"] == "invalid_cursor"
    assert refusal(token, "list_messages", cursor=cursor)["code"] == "invalid_cursor"
    assert refusal(theirs, "list_contacts", limit=1, cursor=cursor)["code"] == "invalid_cursor"


# --- Size of an answer ----------------------------------------------------------------------------------------
def size(answered: dict[str, Any]) -> int:
    return len(json.dumps(answered, separators=(",", ":"), ensure_ascii=False).encode())


def write_many(tenants: Tenants, texts: list[str]) -> list[str]:
    """Messages with these texts; returns their ids."""
    first = write_in(tenants.sandbox(), "alice")
    common = {"workspace_id": first.workspace_id, "account_id": first.account_id, "thread_id": first.thread_id}
    rows = [
        Message(**common, contact_id=first.contact_id, direction="in", status="received", text=text) for text in texts
    ]
    Message.unscoped.bulk_create(rows)
    return [first.pk, *(row.pk for row in rows)]


@pytest.mark.parametrize("text", ["x" * 4096, "ш" * 4096, "\U0001f600" * 2048])
def test_large_rows_come_in_smaller_pages_that_lose_none(tenants: Tenants, token: str, text: str) -> None:
    ids = write_many(tenants, [text] * 100)
    seen: list[str] = []
    for page in pages(token, "list_messages", limit=100):
        assert size({"data": page}) < MAX_ANSWER_BYTES
        assert all(row["text"] in (text, "Hello") for row in page)
        seen += [row["id"] for row in page]
    assert sorted(seen) == sorted(ids)


def test_answer_is_as_large_as_it_may_be_and_no_larger(tenants: Tenants, token: str) -> None:
    """Also where the rows alone fit and their cursor does not."""
    for length in range(1440, 1500, 3):
        Message.unscoped.all().delete()
        write_many(tenants, ["x" * length] * 40)
        answered = answer(token, "list_messages", limit=30)
        assert size(answered) <= MAX_ANSWER_BYTES
        assert "shortened" not in answered
        assert len(answered["data"]) > 15


def test_row_that_is_too_large_alone_is_shortened_and_the_page_goes_on(tenants: Tenants, token: str) -> None:
    huge(tenants, "user_1", "y" * 1000), huge(tenants, "user_2", "y" * 1000)
    first = answer(token, "list_contacts")
    assert (len(first["data"]), first["shortened"]) == (1, True)
    assert size(first) <= MAX_ANSWER_BYTES
    second = answer(token, "list_contacts", cursor=first["next_cursor"])
    assert [first["data"][0]["username"], second["data"][0]["username"]] == ["user_2", "user_1"]
    assert second["next_cursor"] is None


def huge(tenants: Tenants, username: str, value: str) -> Contact:
    """A contact with as much text as one can have."""
    if not CustomField.unscoped.exists():
        fields = [
            CustomField(workspace=tenants.workspace, key=f"field_{n:034}", label=str(n), type="text")
            for n in range(200)
        ]
        CustomField.unscoped.bulk_create(fields)
    person = contact(tenants.workspace, username)
    values = {f"field_{n:034}": value for n in range(200)}
    Contact.unscoped.filter(pk=person.pk).update(custom_fields=values, name=value[:200])
    return person


@pytest.mark.parametrize("value", ["y" * 1000, "ш" * 1000, "\U0001f600" * 1000, "\x01" * 1000])
@pytest.mark.parametrize("name", ["get_contact", "upsert_contact"])
def test_object_that_is_too_large_is_shortened(tenants: Tenants, token: str, value: str, name: str) -> None:
    person = huge(tenants, "alice", value)
    arguments: dict[str, dict[str, Any]] = {
        "get_contact": {"contact_id": person.pk},
        "upsert_contact": {"username": "alice", "tags": ["vip"]},
    }
    answered = answer(token, name, **arguments[name])
    assert size(answered) <= MAX_ANSWER_BYTES
    assert (answered["id"], answered["username"], answered["shortened"]) == (person.pk, "alice", True)
    assert "(1000 characters)" in next(iter(answered["custom_fields"].values()))
    without_mark = {key: part for key, part in answered.items() if key != "shortened"}
    assert_fits(BY_NAME[name], without_mark)


def test_sequence_that_is_too_large_is_shortened(tenants: Tenants, token: str) -> None:
    leaves = [{"field": "username", "op": "is", "value": f"user_{number:025}"} for number in range(49)]
    step = {"text": "z" * 4000, "condition": {"any": leaves}, "if_not": "skip"}
    sequence = create(tenants.sandbox(), steps=[step] * 50)
    answered = answer(token, "get_sequence", sequence_id=sequence.pk)
    assert size(answered) <= MAX_ANSWER_BYTES
    assert (answered["id"], answered["shortened"]) == (sequence.pk, True)
    assert answered["steps"][0]["text"].endswith("(4000 characters)")


# --- One or many, and fields of the workspace's own -------------------------------------------------------------
def test_many_are_enrolled_by_a_job(tenants: Tenants, token: str) -> None:
    people = [contact(tenants.workspace, name, tags=["vip"]) for name in ("alice", "bobby")]
    sequence, vip = create(tenants.sandbox()), {"field": "tag", "op": "is", "value": "vip"}
    segment = create_segment(tenants.actor(), name="Vips", filter=vip).segment
    for whom in ({"contact_ids": [each.pk for each in people]}, {"segment_id": segment.pk}, {"filter": vip}):
        job = answer(token, "enroll_contact", sequence_id=sequence.pk, **whom)
        assert (job["state"], job["total"], job["object_id"]) == ("queued", 2, sequence.pk)
        while run_due():
            pass
        (listed,) = answer(token, "list_jobs", limit=1)["data"]
        assert (listed["id"], listed["state"]) == (job["id"], "done")
    assert listed["result"] == {"enrolled": 0, "skipped": {"already_enrolled": 2}}
    assert len(answer(token, "list_enrollments")["data"]) == 2


def test_enrolling_needs_one_way_to_say_whom_and_for_many_the_scope_to_read_them(tenants: Tenants, token: str) -> None:
    person, sequence = contact(tenants.workspace, "alice"), create(tenants.sandbox())
    before = contents()
    nobody = refusal(token, "enroll_contact", sequence_id=sequence.pk)
    twice = refusal(token, "enroll_contact", sequence_id=sequence.pk, contact_id=person.pk, contact_ids=[person.pk])
    for problem in (nobody, twice):
        assert "give exactly one of these: contact_id, contact_ids, segment_id, filter" in problem["text"]
    no_reader = tenants.key([Scope.MANAGE_SEQUENCES])
    problem = refusal(no_reader, "enroll_contact", sequence_id=sequence.pk, contact_ids=[person.pk])
    assert (problem["code"], problem["required_scope"]) == ("scope_missing", "read:contacts")
    assert contents() == before


@pytest.mark.parametrize("scopes", [None, [Scope.WRITE_CONTACTS]])
def test_custom_fields_are_written_and_an_error_names_their_keys(tenants: Tenants, scopes: list[Scope] | None) -> None:
    for key, type in (("company", "text"), ("seats", "number")):
        CustomField.unscoped.create(workspace=tenants.workspace, key=key, label=key.title(), type=type)
    token = tenants.key(scopes) if scopes else tenants.key()
    written = answer(token, "upsert_contact", username="alice", custom_fields={"company": "Acme", "seats": 5})
    assert written["custom_fields"] == {"company": "Acme", "seats": 5}
    answer(token, "upsert_contact", username="alice", custom_fields={"company": None})
    assert Contact.unscoped.get().custom_fields == {"seats": 5}
    before = contents()
    problem = refusal(token, "upsert_contact", username="alice", custom_fields={"seats": "5", "town": "Rome"})
    assert wrong(problem) == [("custom_fields.seats", "invalid"), ("custom_fields.town", "unknown_field")]
    assert "give a number" in problem["text"] and "custom fields: company, seats" in problem["text"]
    assert wrong(refusal(token, "upsert_contact", username="alice", seats=5)) == [("seats", "unknown_field")]
    assert contents() == before


# --- Limits and scopes ----------------------------------------------------------------------------------------
def test_daily_limit_of_an_account_says_when_to_go_on(tenants: Tenants, token: str) -> None:
    account = tenants.sandbox(daily_limit=1)
    send(account, "@alice")
    before = contents()
    problem = refusal(token, "send_message", account_id=account.pk, to="@bobby", text="Hello")
    assert problem["code"] == "account_daily_limit"
    assert re.search(r"next slot is in 8[56]\d\d\d s", problem["text"])
    assert contents() == before


def test_key_without_read_scope_sees_only_what_it_sent(tenants: Tenants) -> None:
    contact(tenants.workspace, "alice", email="alice@example.com", name="Alice", tags=["vip"])
    token = tenants.key([Scope.WRITE_CONTACTS, Scope.WRITE_MESSAGES])
    written = answer(token, "upsert_contact", username="@alice", phone="+1 555 0100")
    assert set(written) == {"id", "created", "username", "phone", "untrusted_fields"}
    sent = answer(token, "send_message", account_id=tenants.sandbox().pk, to="@alice", text="Hello {email}")
    assert set(sent) == {"id", "status", "eta"}
    for name in ("get_contact", "get_message"):
        argument = f"{name.removeprefix('get_')}_id"
        assert refusal(token, name, **{argument: written["id"]})["code"] == "scope_missing"
