"""The table of extension points in docs/architecture.md, and that apps add to them in one module each."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

from crmsolid.core.extension_points import declared

ROOT = Path(__file__).parents[2]


def test_the_table_lists_every_extension_point_and_its_module() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page[page.index("| extension point |") :].split("\n\n")[0]
    rows = re.findall(r"^\| ([a-z ]+) \| `([\w/.]+)` \|", table, re.MULTILINE)[0:]
    assert sorted(name for name, _ in rows) == sorted(declared)
    for name, path in rows:
        assert f'ExtensionPoint("{name}")' in (ROOT / path).read_text()


@pytest.mark.parametrize(
    "app", [each.name for each in apps.get_app_configs() if (ROOT / each.path).is_relative_to(ROOT)]
)
def test_an_app_only_imports_its_registrations_when_it_is_ready(app: str) -> None:
    folder = ROOT / app.replace(".", "/")
    tree = ast.parse((folder / "apps.py").read_text()) if (folder / "apps.py").exists() else ast.Module([], [])
    ready = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "ready"]
    statements = [ast.unparse(each) for node in ready for each in node.body]
    assert [each for each in statements if each != "super().ready()"] == (
        [f"from {app} import registrations"] if (folder / "registrations.py").exists() else []
    )
