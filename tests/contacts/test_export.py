"""GET /v1/contacts/export."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import OperationalError

from contacts import export, services
from contacts.models import Contact
from tests.cast import Api, Cast
from tests.contacts.conftest import Add


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def rows(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer), newline="")))


def test_csv_has_every_column(ours: Api, add: Add, fields: None) -> None:
    made = add(username="sarah", name='Sarah "S" Müller, jr', tags=["b", "a"], seats=-5, vip=True, company="x\ny")
    answer = ours.get("/v1/contacts/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    assert answer.headers["X-RateLimit-Limit"] == "600"
    (row,) = rows(answer)
    assert row == {
        "id": made["id"],
        "name": 'Sarah "S" Müller, jr',
        "first_name": "Sarah",
        "last_name": "",
        "username": "sarah",
        "telegram_id": "",
        "email": "",
        "phone": "",
        "time_zone": "",
        "tags": "a;b",
        "stage": "new",
        "score": "0",
        "opted_out": "false",
        "created_at": made["created_at"],
        "updated_at": made["updated_at"],
        "company": "x\ny",
        "renews": "",
        "seats": "-5",
        "size": "",
        "vip": "true",
    }


def test_ndjson_has_what_get_answers(ours: Api, add: Add) -> None:
    made = [add(username=f"user{n}", tags=["x"]) for n in range(3)]
    answer = ours.get("/v1/contacts/export", {"format": "ndjson"})
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = body(answer).splitlines()
    assert [{**json.loads(line), "created": True} for line in lines] == made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+49 170", "'+49 170"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("'=1", "'=1"),
        ("", ""),
        (["b", "=cmd|' /C calc'!A0"], "b;'=cmd|' /C calc'!A0"),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (True, "true"),
        (None, ""),
    ],
)
def test_a_formula_is_defused(text: Any, shown: str) -> None:
    assert export.cell(text) == shown


def test_the_same_filters_as_the_list(ours: Api, add: Add) -> None:
    for letter in "abc":
        add(username=f"user{letter}", name=letter, tags=["x"] if letter != "b" else [])
    assert [row["name"] for row in rows(ours.get("/v1/contacts/export", {"tag": "x"}))] == ["a", "c"]
    assert [row["name"] for row in rows(ours.get("/v1/contacts/export", {"search": "userb"}))] == ["b"]
    assert rows(ours.get("/v1/contacts/export", {"stage": "won"})) == []
    for query in ({"format": "xlsx"}, {"sort": "name"}, {"limit": "5"}, {"cursor": "x"}):
        assert ours.get("/v1/contacts/export", query).json()["code"] == "invalid_parameter"


def test_any_accept_header_will_do(ours: Api, add: Add) -> None:
    add(username="sarah")
    assert len(rows(ours.get("/v1/contacts/export", Accept="text/csv"))) == 1


def test_it_reads_in_chunks(
    ours: Api, add: Add, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(services, "EXPORT_CHUNK", 3)
    for number in range(7):
        add(username=f"user{number}", name=str(number))
    with django_assert_num_queries(4):  # key, custom fields, first chunk and its tags: nothing else is read ahead
        answer = ours.get("/v1/contacts/export")
    with django_assert_num_queries(4):
        assert [row["name"] for row in rows(answer)] == list("0123456")


def test_it_breaks_off_when_it_fails_midway(ours: Api, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "EXPORT_CHUNK", 2)
    for number in range(5):
        add(username=f"user{number}")
    answer = ours.get("/v1/contacts/export", {"format": "ndjson"})
    assert answer.status_code == 200

    def broken(*args: Any, **options: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(services, "page", broken)
    content = iter(answer.streaming_content)
    assert next(content).count(b"\n") == 2
    with pytest.raises(OperationalError):
        next(content)


def test_a_failure_before_the_first_byte_is_a_problem(ours: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **options: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(services, "page", broken)
    answer = ours.get("/v1/contacts/export")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")


def test_contacts_of_others_stay_out(ours: Api, cast: Cast, add: Add) -> None:
    Contact.unscoped.create(workspace=cast.other, name="theirs")
    add(username="sarah", name="ours")
    assert [row["name"] for row in rows(ours.get("/v1/contacts/export"))] == ["ours"]
