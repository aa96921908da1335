"""Each test that docs/security-checklist.md names exists, and each of its rows names one or says why there is none."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGE = (ROOT / "docs" / "security-checklist.md").read_text()
ROWS = re.findall(r"^- \*\*(\d[^*]*)\*\* (.+(?:\n  .+)*)", PAGE, re.M)
TESTS = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
NAMED = sorted({found for row in ROWS for found in TESTS.findall(row[1])})


def functions(path: Path) -> set[str]:
    """The names of the tests of a module."""
    tree = ast.walk(ast.parse(path.read_text()))
    return {node.name for node in tree if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test_exists(file: str, name: str) -> None:
    places = [ROOT / "tests" / file, ROOT / file]  # the code itself, where no test can hold an item
    found = next((path for path in places if path.is_file()), None)
    assert found is not None, file
    assert not name or name in functions(found), f"{file} has no {name}"


# Rows about what no test can show: that something is not asked for, and what the operator does.
WITHOUT_A_TEST = {"2.1.10", "2.5.4", "7.3.4", "10.2.1", "10.2.2"}


def test_every_row_names_a_test_or_says_why_not() -> None:
    assert len(ROWS) > 100
    assert len(re.findall(r"^- ", PAGE, re.M)) == len(ROWS)
    met = [row for row in ROWS if "**not met**" not in row[1].lower()]
    assert {item for item, text in met if not TESTS.search(text)} == WITHOUT_A_TEST


def test_no_row_is_about_the_item_of_another() -> None:
    first = [re.split(r",| to ", item)[0] for item, _ in ROWS]
    assert sorted(first) == sorted(set(first))
