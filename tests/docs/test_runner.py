"""What runs the commands of the pages notices a command that fails and an answer that is not the one shown."""

import os
import shutil
from pathlib import Path

import pytest

from tests.docs.pages import parse
from tests.docs.session import bash
from tests.docs.shapes import differences, json_values, text_differs

ID, OTHER_ID = "con_01KVBQG4YP2X9Z0A1B2C3D4E5F", "con_01KVBQG4YP2X9Z0A1B2C3D4E5G"


@pytest.mark.parametrize(
    ("shown", "answered", "wrong"),
    [
        ({"id": ID}, {"id": OTHER_ID}, ""),
        ({"id": ID, "name": "Ann"}, {"id": OTHER_ID}, "$.name: not in the answer"),
        ({"id": ID}, {"id": OTHER_ID, "name": None}, "$.name: not in the page, the answer is null"),
        ({"id": ID, "…": "…"}, {"id": OTHER_ID, "name": None}, ""),
        ({"count": 1}, {"count": 2}, "$.count: the page shows 1, the answer is 2"),
        ({"rate": 0.5}, {"rate": 0.25}, "$.rate: the page shows 0.5, the answer is 0.25"),
        ({"created": False}, {"created": True}, "$.created: the page shows false, the answer is true"),
        ({"duration_ms": 5, "used_today": 1}, {"duration_ms": 6, "used_today": 2}, ""),
        ({"duration_ms": 5}, {"duration_ms": None}, "$.duration_ms: the page shows 5, the answer is null"),
        ({"count": "…"}, {"count": 2}, ""),
        ({"count": 1}, {"count": "1"}, '$.count: the page shows 1, the answer is "1"'),
        ({"count": 1}, {"count": True}, "$.count: the page shows 1, the answer is true"),
        ({"name": "Ann"}, {"name": None}, '$.name: the page shows "Ann", the answer is null'),
        ({"status": "sent"}, {"status": "failed"}, '$.status: the page shows "sent", the answer is "failed"'),
        ({"data": [{"id": ID}]}, {"data": [{"id": OTHER_ID}, {"id": OTHER_ID}]}, ""),
        ({"data": [{"a": 1}]}, {"data": [{"a": 1}, {"b": 3}]}, "$.data[1].a: not in the answer"),
        ({"data": [{"a": 1}, {"a": 2}]}, {"data": [{"a": 2}]}, ""),
        ({"data": [{"a": 1}]}, {"data": [{"a": 2}]}, "$.data[0].a: the page shows 1, the answer is 2"),
        ({"data": [{"a": 1}, "…"]}, {"data": [{"b": 2}, {"a": 1}]}, ""),
        ({"data": [{"a": 1}, "…"]}, {"data": [{"b": 2}]}, '$.data: no element of the answer is like {"a": 1}'),
        ({"data": []}, {"data": [1]}, "$.data: the page shows 0 elements, the answer has 1"),
        ({"data": [1]}, {"data": []}, "$.data: the page shows 1 elements, the answer has 0"),
    ],
)
def test_an_answer_of_another_shape_is_noticed(shown: object, answered: object, wrong: str) -> None:
    assert (differences(shown, answered) or [""])[0] == wrong


def test_numbers_may_differ_in_a_page_that_counts_over_the_whole_workspace() -> None:
    assert differences({"data": [{"sent": 1}]}, {"data": [{"sent": 2}]}, numbers_vary=True) == []
    assert differences({"data": [{"all": True}]}, {"data": [{"all": False}]}, numbers_vary=True) != []


def test_json_is_found_in_an_output() -> None:
    assert json_values('HTTP/1.1 200 OK\r\nx: {no\r\n\r\n{"a": [1]}{"b": 2}[3]\n') == [{"a": [1]}, {"b": 2}, [3]]


@pytest.mark.parametrize(
    ("shown", "output", "differs"),
    [
        (f"created {ID} in 3 s", f"created {OTHER_ID} in 12.5 s\n", False),
        ("one\n…\nfour", "one\ntwo\nthree\nfour\n", False),
        ("one\n…\nfour", "one\ntwo\nthree\n", True),
        ("x-ratelimit-limit: 600", "x-ratelimit-limit: 600\r\n", False),
        ("x-ratelimit-limit: 600", "x-ratelimit-limit: 100000\r\n", False),
        ("limit: 600", "limit: 60", True),
        ("HTTP/1.1 204 No Content", "HTTP/1.1 500 No Content\r\n", True),
        ("done {'changed': 2}", "done {'changed': 0}", True),
        ("exit code 1", "exit code 0", True),
        ("listening on 3000", "listening on 41234", False),
        ("id: 39", "id: 7", False),
        ("searched … tables", "searched 72 tables", False),
        ("at …, done", "at 2026-06-04T09:00:00Z and later, done", False),
        ("one", "one\ntwo\n", True),
    ],
)
def test_other_lines_are_noticed(shown: str, output: str, differs: bool) -> None:
    assert text_differs(shown, output) is differs


def test_a_block_has_the_answer_below_it_unless_a_heading_comes_first() -> None:
    page = "```sh\none\n```\nIt prints:\n```json\n{}\n```\n```sh\n# two\n```\n## A file\n```json\n[]\n```\n"
    blocks = parse("page.md", page)
    assert [(block.line, block.text) for block in blocks if block.language == "sh"] == [(2, "one\n"), (9, "# two\n")]
    answers = [block.answer and block.answer.text for block in blocks if block.language == "sh"]
    assert answers == ["{}\n", None]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_blocks_share_a_shell_and_a_failure_is_noticed(tmp_path: Path) -> None:
    text = "```sh\nA=1\nexport B=2\n```\n```sh\necho $A-$B\n```\n```text\n1-2\n```\n```sh\nC=$(false | cat) # -X\n```\n"
    folder = tmp_path / "here"
    folder.mkdir()
    with bash(folder, os.environ) as session:
        problems = [session.check(block, block.text) for block in parse("page.md", text) if block.language == "sh"]
    assert problems[:2] == ["", ""]
    assert problems[2].startswith("page.md:12: failed: cat; C=$(false | cat)\n")
