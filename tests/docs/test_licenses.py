"""docs/licenses.md is what scripts/licenses.py writes, and nothing has a licence that is not allowed."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def licenses() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licenses", ROOT / "scripts" / "licenses.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_current_and_every_licence_is_allowed(licenses: ModuleType) -> None:
    text, problems = licenses.page()
    assert problems == []
    assert (ROOT / "docs" / "licenses.md").read_text() == text, "run make licenses"
    for row in ("| django | BSD-3-Clause |", "| htmx.org | 0BSD |", "| xunit | Apache-2.0 |", "| `tests/mcp/"):
        assert row in text


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("BSD-3-Clause OR GPL-2.0", True),
        ("GPL-2.0 OR BSD-3-Clause AND MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("unknown", False),
    ],
)
def test_copyleft_of_the_whole_work_is_not_allowed(licenses: ModuleType, expression: str, allowed: bool) -> None:
    assert licenses.is_allowed(expression) is allowed
