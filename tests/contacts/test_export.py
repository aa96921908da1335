"""GET /v1/contacts/export."""

import csv
import io
import itertools
import json
import re
from typing import Any

import pytest
from django.db import OperationalError
from hypothesis import example, given
from hypothesis import strategies as st

from contacts import export, services
from contacts.models import Contact
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import SELECT_CONTACT, before_statement, without_created
from tests.fuzzing import examples
from tests.tenants import Api, Tenants


def body(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def csv_rows(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response), newline="")))


def fail() -> None:
    raise OperationalError("gone")


def test_csv_has_a_column_for_every_field(ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", name='Sarah "S" Müller, jr', tags=["b", "a"], seats=-5, vip=True, company="x\ny")
    response = ours.get("/v1/contacts/export")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="contacts.csv"'
    assert response.headers["X-RateLimit-Limit"] == "600"
    (row,) = csv_rows(response)
    assert list(row.items()) == [
        ("id", contact["id"]),
        ("name", 'Sarah "S" Müller, jr'),
        ("first_name", "Sarah"),
        ("last_name", ""),
        ("username", "sarah"),
        ("telegram_id", ""),
        ("email", ""),
        ("phone", ""),
        ("time_zone", ""),
        ("tags", "a;b"),
        ("stage", "new"),
        ("score", "0"),
        ("opted_out", "false"),
        ("last_in_at", ""),
        ("last_out_at", ""),
        ("unanswered_since", ""),
        ("created_at", contact["created_at"]),
        ("updated_at", contact["updated_at"]),
        ("company", "x\ny"),
        ("renews", ""),
        ("seats", "-5"),
        ("size", ""),
        ("vip", "true"),
    ]


def test_ndjson_has_one_contact_per_line_as_get_answers_it(ours: Api, upsert: Upsert) -> None:
    contacts = [without_created(upsert(username=f"user{n}", tags=["x"])) for n in range(3)]
    response = ours.get("/v1/contacts/export", {"format": "ndjson"})
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in body(response).splitlines()] == contacts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+49 170", "'+49 170"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        ("\r=1", "\r'=1"),
        ("\n=1", "\n'=1"),
        ("  =1", "'  =1"),
        ("＝1+1", "'＝1+1"),
        ("a=1", "a=1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        (" '=1", " '=1"),
        ("x;=1+1", "x;'=1+1"),
        ("x; =1+1;-2", "x;' =1+1;'-2"),
        ("x,@SUM(A1)", "x,'@SUM(A1)"),
        ("x\ty\t+1", "x\ty\t'+1"),
        ("x\r\n=1", "x\r\n'=1"),
        ('x;"=1+1&"', 'x;\'"=1+1&"'),
        ('"=1', "'\"=1"),
        ("a; b, c\nd\te = f; g-h@i", "a; b, c\nd\te = f; g-h@i"),
        ("it's; 'quoted'", "it's; 'quoted'"),
        ("", ""),
        (["b", "=cmd|' /C calc'!A0"], "b;'=cmd|' /C calc'!A0"),
        (["a;=1", "b"], "a;'=1;b"),
        ([], ""),
        (-5, "-5"),
        (-0.5, "-0.5"),
        (True, "true"),
        (None, ""),
    ],
)
def test_text_that_a_spreadsheet_would_run_as_a_formula_is_escaped(value: Any, text: str) -> None:
    assert export.cell(value) == text


SEPARATORS = ";,\t\r\n"
CELLS = st.text(alphabet=SEPARATORS + " '\"=+-@＝a1", max_size=12)


@given(CELLS)
@examples(100)
@example('a";"=1')
def test_no_part_of_a_cell_is_a_formula_wherever_it_is_split(text: str) -> None:
    exported = export.cell(text)
    for count in range(1, len(SEPARATORS) + 1):
        for separators in itertools.combinations(SEPARATORS, count):
            for part in re.split(f"[{''.join(separators)}]", exported):
                assert not part.lstrip(' "\t\r\n').startswith(("=", "+", "-", "@", "＝"))


@given(CELLS)
@examples(100)
def test_an_import_can_remove_the_apostrophes_that_an_export_adds(text: str) -> None:
    assert re.sub(r"""(\A|(?<=[;,\t\r\n]))'(?='*(?:[^\S\t\r\n]|")*[=+\-@＝＋－＠])""", "", export.cell(text)) == text


@pytest.mark.parametrize("name", [";=1+1;", 'x";=1+1', ';"=1+1&";', "a\n=1+1;"])
def test_spreadsheet_that_splits_at_semicolons_reads_no_formula(ours: Api, upsert: Upsert, name: str) -> None:
    upsert(username="sarah", name=name, tags=["=2;-3"])
    exported = body(ours.get("/v1/contacts/export"))
    rows = [*csv.reader(io.StringIO(exported, newline=""), delimiter=";"), re.split("[;\r\n]", exported)]
    parts = [part for row in rows for part in row]
    assert [part for part in parts if part.lstrip(' "').startswith(("=", "+", "-", "@"))] == []
    assert any("=1+1" in part for part in parts)


def test_export_takes_the_filters_of_the_list_and_nothing_else(ours: Api, upsert: Upsert) -> None:
    for letter in "abc":
        upsert(username=f"user{letter}", name=letter, tags=["x"] if letter != "b" else [])
    for query, expected in (({"tag": "x"}, ["a", "c"]), ({"search": "userb"}, ["b"]), ({"stage": "won"}, [])):
        assert [row["name"] for row in csv_rows(ours.get("/v1/contacts/export", query))] == expected
    for query in ({"format": "xlsx"}, {"sort": "name"}, {"limit": "5"}, {"cursor": "x"}):
        assert ours.get("/v1/contacts/export", query).json()["code"] == "invalid_parameter"


def test_export_ignores_the_accept_header(ours: Api, upsert: Upsert) -> None:
    upsert(username="sarah")
    assert len(csv_rows(ours.get("/v1/contacts/export", Accept="text/csv"))) == 1


def test_chunks_after_the_first_are_read_while_they_are_sent(
    ours: Api, upsert: Upsert, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(services, "EXPORT_CHUNK", 3)
    for number in range(7):
        upsert(username=f"user{number}", name=str(number))
    # Key, the first chunk with tags and commit horizon (crmsolid/api/pagination.py), audit entry, custom fields.
    with django_assert_num_queries(6):
        response = ours.get("/v1/contacts/export")
    with django_assert_num_queries(6):  # two chunks, each with its tags and its commit horizon
        assert [row["name"] for row in csv_rows(response)] == list("0123456")


def test_export_that_fails_midway_breaks_off(ours: Api, upsert: Upsert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "EXPORT_CHUNK", 2)
    for number in range(5):
        upsert(username=f"user{number}")
    response = ours.get("/v1/contacts/export", {"format": "ndjson"})
    assert response.status_code == 200
    content = iter(response.streaming_content)
    assert next(content).count(b"\n") == 2
    with before_statement(SELECT_CONTACT, fail), pytest.raises(OperationalError):
        next(content)


def test_export_that_fails_before_the_first_byte_is_answered_with_a_problem(ours: Api) -> None:
    with before_statement(SELECT_CONTACT, fail):
        response = ours.get("/v1/contacts/export")
    assert (response.status_code, response.headers["Content-Type"]) == (503, "application/problem+json")


def test_contacts_of_other_workspaces_are_not_exported(ours: Api, tenants: Tenants, upsert: Upsert) -> None:
    Contact.unscoped.create(workspace=tenants.other, name="theirs")
    upsert(username="sarah", name="ours")
    assert [row["name"] for row in csv_rows(ours.get("/v1/contacts/export"))] == ["ours"]
