"""Tables, colors and progress, without a server."""

import os
import pty
import subprocess
import sys

import pytest

from crmsolid_client.cli.jobs import print_errors
from crmsolid_client.cli.output import Column, clean, print_object, print_table, shown, width_of
from crmsolid_client.cli.transfer import RowCounter
from crmsolid_client.models import Job
from tests.sdk.cli.conftest import process_environment


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def table(capsys: pytest.CaptureFixture[str], rows: list[dict[str, object]], *columns: Column) -> list[str]:
    print_table(rows, columns)
    return capsys.readouterr().out.splitlines()


def test_the_widest_column_is_shortened_and_an_id_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    row: dict[str, object] = {"id": "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA", "name": "Sarah Miller"}
    lines = table(capsys, [row], Column("ID", "id", whole=True), Column("NAME", "name"))
    assert lines == ["ID                              NAME", "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA  Sarah M…"]


def test_an_optional_column_is_left_out_first(capsys: pytest.CaptureFixture[str]) -> None:
    row: dict[str, object] = {"id": "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA", "name": "Sarah", "step": "hello"}
    columns = (Column("ID", "id", whole=True), Column("NAME", "name"), Column("STEP", "step", optional=True))
    assert table(capsys, [row], *columns)[1] == "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA  Sarah"


LONG_NAME = "sarah_miller_of_the_northern_team"


def test_columns_that_may_be_shortened_give_way_to_identities(capsys: pytest.CaptureFixture[str]) -> None:
    row: dict[str, object] = {
        "id": "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA",
        "name": "Sarah",
        "username": "sarah",
        "stage": "new",
    }
    columns = (
        Column("ID", "id", whole=True),
        Column("NAME", "name"),
        Column("USERNAME", "username", whole=True),
        Column("STAGE", lambda row: "new"),
    )
    assert table(capsys, [row], *columns) == [
        "ID                              USERNAME",
        "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA  sarah",
    ]


def test_identities_that_do_not_fit_side_by_side_stand_on_lines_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row: dict[str, object] = {"id": "con_01K4ZC2V5E8QW3R7T9Y1N6M0XA", "username": LONG_NAME}
    columns = (Column("ID", "id", whole=True), Column("USERNAME", "username", whole=True))
    lines = table(capsys, [row], *columns)
    assert lines[1:] == ["con_01K4ZC2V5E8QW3R7T9Y1N6M0XA", f"  {LONG_NAME}"] and max(map(len, lines)) <= 40


@pytest.mark.parametrize("identity", [f"@{LONG_NAME}", "sarah.miller@northern.example.com"])
def test_identity_is_whole_in_every_column_and_later_rows_too(
    capsys: pytest.CaptureFixture[str], identity: str
) -> None:
    rows: list[dict[str, object]] = [{"text": "a text of some length", "about": "b"}] * 101
    rows[-1] = {**rows[-1], "about": identity}
    lines = table(capsys, rows, Column("TEXT", "text"), Column("ABOUT", "about"))
    assert identity in "\n".join(lines) and max(map(len, lines)) <= 40


@pytest.mark.parametrize("text, width", [("abc", 3), ("Привет", 6), ("日本", 4), ("e\u0301", 1), ("👋", 2)])
def test_width_is_that_of_the_terminal(text: str, width: int) -> None:
    assert width_of(text) == width


def test_columns_stay_aligned_with_wide_characters(capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, object]] = [{"name": "日本", "stage": "new"}, {"name": "Zoë", "stage": "won"}]
    lines = table(capsys, rows, Column("NAME", "name"), Column("STAGE", "stage"))
    assert lines == ["NAME  STAGE", "日本  new", "Zoë   won"]


@pytest.mark.parametrize(
    "text, cleaned",
    [
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m \x07", "\ufffd[31mred\ufffd[0m \ufffd"),
        ("\u202eright to left", "right to left"),
        ("\x9b2J", "\ufffd2J"),
    ],
)
def test_a_text_cannot_control_the_terminal(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_values_are_shown_in_one_line() -> None:
    assert [shown(value) for value in (None, "", [], {}, True, ["a", "b"], {"sent": 1})] == [
        "-",
        "-",
        "-",
        "-",
        "yes",
        "a, b",
        "sent: 1",
    ]


def test_json_has_texts_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_object({"text": "Привет\n\x1b"}, as_json=True)
    assert capsys.readouterr().out == '{\n  "text": "Привет\\n\\u001b"\n}\n'


def test_errors_of_a_job_change_nothing_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = {"line": 2, "field": "na\x1bme", "reason": "bad \x1b[2J value"}
    print_errors(Job.model_construct(errors=[error]))
    assert capsys.readouterr().err == "  line 2, na\ufffdme: bad \ufffd[2J value\n"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_rows_of_a_csv_file_are_counted_over_any_parts(size: int) -> None:
    text = 'name,city\r\n"Ben\r\nH ""B""",Oslo\r\nZoë,\r\n'.encode()
    counter = RowCounter(has_header=True)
    for start in range(0, len(text), size):
        counter.count(text[start : start + size])
    assert counter.rows == 2


def in_terminal(program: str, **environment: str) -> str:
    """What a program in Python prints on a terminal."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**process_environment(), **environment},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    output = b""
    while True:
        try:
            part = os.read(controller, 65536)
        except OSError:  # the process has ended and nothing is left to read
            break
        output += part
    os.close(controller)
    assert process.wait() == 0, output
    return output.decode()


PRINT = "from crmsolid_client.cli.output import print_object; print_object({'id': 1}, False)"


def test_colors_only_on_a_terminal_and_without_no_color() -> None:
    assert "\x1b[" in in_terminal(PRINT, NO_COLOR="")
    assert "\x1b[" not in in_terminal(PRINT, NO_COLOR="1")
    command = [sys.executable, "-c", PRINT]
    printed = subprocess.run(command, env=process_environment(), capture_output=True, text=True, check=True)
    assert (printed.stdout, printed.stderr) == ("id  1\n", "")


def test_progress_is_shown_on_a_terminal_alone() -> None:
    program = """
from crmsolid_client.cli.progress import Progress
with Progress("Importing") as progress:
    progress.show(1, 4)
    progress.finish(4)
"""
    output = in_terminal(program, COLUMNS="80")
    assert "[######------------------]  25 %  1 of 4 rows" in output
    assert output.endswith("100 %  4 of 4 rows\r\n")
    command = [sys.executable, "-c", program]
    printed = subprocess.run(command, env=process_environment(), capture_output=True, text=True, check=True)
    assert (printed.stdout, printed.stderr) == ("", "")
