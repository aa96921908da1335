"""The search for a person in everything that is kept."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from contacts.erasing.finding import columns, identity_of, tables
from contacts.models import Contact
from crmsolid.core import crypto
from messaging.models import LoginAttempt
from tests.contacts.conftest import Upsert
from tests.panel import later
from tests.tenants import Api, Tenants


def test_every_column_of_every_table_is_searched_unless_its_type_holds_nobody(db: None) -> None:
    searched = {(model._meta.db_table, column.column) for model in tables() for column in columns(model)}
    known = {(model._meta.db_table, column.column) for model in tables() for column in model._meta.concrete_fields}
    with connection.cursor() as cursor:
        stored = {
            (table, column.name)
            for table in connection.introspection.table_names(cursor)
            for column in connection.introspection.get_table_description(cursor, table)
        }
    # No model has this time any more, and the next version drops it.
    left = {("workspaces_user", "date_joined")}
    assert {table for table, _ in stored - known - left} == {"django_migrations"}
    assert {
        ("contacts_contact", "phone"),
        ("contacts_contact", "telegram_id"),
        ("django_session", "session_data"),
    } < searched
    assert len(searched) > 200


@pytest.mark.parametrize(
    ("text", "found_in", "not_in"),
    [
        ("@Sarah_M", ["sarah_m", "Hi @SARAH_M!", "https://t.me/sarah_m"], ["sarah_m2", "xsarah_m"]),
        ("t.me/sarah_m", ["to Sarah_M."], ["sarah"]),
        (
            "S@Example.com",
            ["<s@example.com>", "at s%40example.com", "s@EXAMPLE.com."],
            ["as@example.com", "s@example.com.au"],
        ),
        ("s@müller.example", ["S@xn--mller-kva.example", "s@m\\u00fcller.example"], ["s@muller.example"]),
        ("+49 30 1234", ["0049301234", "+49 (30) 12-34", "tel:+49301234"], ["49301234500"]),
        ("7766554433", ['{"telegram_id":7766554433}'], ["77665544330"]),
        (
            "Мария Зебра",
            ["МАРИЯ ЗЕБРА", '"\\u041c\\u0430\\u0440\\u0438\\u044f \\u0417\\u0435\\u0431\\u0440\\u0430"'],
            ["Мария"],
        ),
    ],
)
def test_identity_is_found_however_it_is_written(text: str, found_in: list[str], not_in: list[str]) -> None:
    identity = identity_of(text)
    assert [each for each in found_in if not identity.is_in(each)] == []
    assert [each for each in not_in if identity.is_in(each)] == []


def test_command_lists_rows_and_files_and_says_when_there_is_nothing(
    ours: Api, theirs: Api, upsert: Upsert, tenants: Tenants, settings: Any, tmp_path: Path, client: Client
) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "old.csv").write_bytes(b"x" * 1_048_570 + b" sarah_m,")
    settings.LOCAL_SERVERS = ["DATABASE_URL"]
    for name in ("postgresql/data", "postgresql-17"):  # the tables of the first are searched, nobody's of the other
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "16384").write_bytes(b"sarah_m")
    contact = upsert(username="Sarah_M")
    theirs.post("/v1/contacts", {"username": "sarah_m", "name": "Other"})
    Contact.unscoped.filter(pk=contact["id"]).update(telegram_id=7766554433)
    attempt = LoginAttempt(workspace=tenants.twin, expires_at=later(1))
    attempt.encrypted_state = crypto.encrypt(attempt, "encrypted_state", b'{"phone": "+15550001"}')
    attempt.save()
    session = client.session
    session["note"] = "called sarah_m " * 20  # long enough to be compressed
    session.save()

    def run(*arguments: str) -> dict[str, Any]:
        out = io.StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("find_person", "--workspace", "acme", "--json", *arguments, stdout=out)
        result: dict[str, Any] = json.loads(out.getvalue())
        return result

    result = run("@sarah_m")
    hits = {f"{hit['table']}.{hit['column']}": hit["ids"] for hit in result["found"]}
    assert hits["contacts_contact.username_key"] == [contact["id"]]
    assert hits["django_session.session_data"] == [session.session_key]
    assert result["files"] == [str(tmp_path / "old.csv"), str(tmp_path / "postgresql-17/16384")]
    assert [(hit["table"], hit["rows"]) for hit in run("7766554433")["found"]] == [("contacts_contact", 1)]
    [hit] = run("+1 555 0001")["found"]
    assert (hit["table"], hit["ids"]) == ("messaging_loginattempt", [attempt.pk])
    settings.FIELD_ENCRYPTION_KEYS = ["A" * 43 + "="]
    assert run("nobody@example.com")["unreadable"] == ["messaging.LoginAttempt.encrypted_state"]
    LoginAttempt.unscoped.all().delete()
    out = io.StringIO()
    call_command("find_person", "nobody@example.com", stdout=out)
    assert out.getvalue().startswith("nothing found\n")
