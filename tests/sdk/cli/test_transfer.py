"""Import and export of contacts with the command line."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.sdk.cli.conftest import Crmsolid
from tests.sdk.live import Live

PEOPLE = """\
Telegram,Full name,city,tags
import_anna,Анна 🎈,Köln,imported;vip
x,Too short,Rome,
import_ben,"Ben
H",Oslo,imported
"""
MAPPING = [
    argument
    for pair in ("Telegram=username", "Full name=name", "city=city", "tags=tags")
    for argument in ("--mapping", pair)
]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE)
    return file


def test_a_dry_run_counts_and_changes_nothing(crmsolid: Crmsolid, people: Path) -> None:
    people.write_text(PEOPLE.replace("import_", "dry_"))
    ended = crmsolid("contacts", "import", str(people), *MAPPING, "--dry-run")
    assert ended.code == 1
    assert [line.split() for line in ended.output.splitlines()][1:] == [
        ["state", "done"],
        ["created", "2"],
        ["updated", "0"],
        ["unchanged", "0"],
        ["invalid", "1"],
    ]
    assert "Nothing was changed" in ended.errors
    assert crmsolid("contacts", "list", "--search", "dry_", "--json").lines == []


def test_rows_that_fail_are_shown_and_written_and_the_others_imported(
    crmsolid: Crmsolid, people: Path, tmp_path: Path
) -> None:
    failed = tmp_path / "failed.csv"
    ended = crmsolid("contacts", "import", str(people), *MAPPING, "--failed-rows", str(failed), "--json")
    result = ended.document["result"]
    assert (ended.code, result["created"] + result["updated"], result["invalid"]) == (1, 2, 1)
    assert "1 row failed" in ended.errors and "line 3, username: a username is" in ended.errors
    [row] = csv.DictReader(io.StringIO(failed.read_text()))
    assert (row["Telegram"], row["Full name"]) == ("x", "Too short")
    contacts = crmsolid("contacts", "list", "--tag", "imported", "--sort", "name", "--json").lines
    assert [(each["username"], each["custom_fields"]["city"]) for each in contacts] == [
        ("import_ben", "Oslo"),
        ("import_anna", "Köln"),
    ]


def test_standard_input_is_imported_without_waiting(crmsolid: Crmsolid) -> None:
    text = "username,name\nimport_stdin,x\n"
    job = crmsolid("contacts", "import", "-", "--no-wait", "--json", input=text).document
    ended = crmsolid("jobs", "wait", job["id"], "--json")
    assert (ended.code, ended.document["state"]) == (0, "done")
    refused = crmsolid("jobs", "cancel", job["id"])
    assert refused.code == 1 and "invalid_state (409)" in refused.errors


def test_columns_that_no_mapping_names_are_told(crmsolid: Crmsolid, people: Path) -> None:
    people.write_text("username,shoe size\nimport_shoe,44\n")
    ended = crmsolid("contacts", "import", str(people), "--mapping", "username=username")
    assert ended.code == 0
    assert "no --mapping names them: shoe size" in ended.errors


def test_an_export_is_a_file_or_standard_output(crmsolid: Crmsolid, tmp_path: Path) -> None:
    for name in ("export_one", "export_two"):
        crmsolid("contacts", "create", "--username", name, "--name", "Анна\u2028🎈", "--tag", "exported")
    file = tmp_path / "out.ndjson"
    ended = crmsolid("contacts", "export", str(file), "--tag", "exported")
    assert (ended.code, ended.output) == (0, "")
    assert f"Wrote 2 contacts to {file}." in ended.errors
    rows = [json.loads(line) for line in file.read_text().split("\n") if line]
    assert rows == crmsolid("contacts", "export", "--tag", "exported", "--json").lines
    assert [row["username"] for row in rows] == ["export_one", "export_two"]
    printed = crmsolid("contacts", "export", "--tag", "exported")
    assert printed.errors == ""
    assert [row["username"] for row in csv.DictReader(io.StringIO(printed.output))] == ["export_one", "export_two"]


def test_an_export_that_fails_leaves_no_file_and_keeps_the_old_one(
    live: Live, crmsolid: Crmsolid, tmp_path: Path
) -> None:
    file = tmp_path / "out.csv"
    file.write_text("old")
    assert crmsolid("contacts", "export", str(file), "--segment", "seg_unknown").code == 1
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
    assert file.read_text() == "old"
