"""Private names of libraries are listed in docs/upgrades.md."""

import ast
import re
from pathlib import Path

from tests.architecture import PACKAGES

ROOT = Path(__file__).parents[2]
# Documented, although they begin with an underscore.
PUBLIC = {
    "_meta",
    "_state",
    "_base_manager",
    "_default_manager",
    "_asdict",
    "_make",
    "_replace",
    "_fields",
    "_value_",
    "_save",
}
# Of the product: annotations of a queryset, and a method of a base class of ours.
OURS = {"_held_since", "_held_reason", "_held_note", "_link"}


def test_private_names_of_libraries_are_on_the_page() -> None:
    used: dict[str, str] = {}
    ours: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    ours.add(node.name)
                elif isinstance(node, ast.Name | ast.AnnAssign):
                    ours.add(node.id if isinstance(node, ast.Name) else ast.unparse(node.target))
                elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__"):
                    if ast.unparse(node.value) in ("self", "cls"):
                        ours.add(node.attr)
                    elif ast.unparse(node.value) == "super()":
                        used[f"super {node.attr}"] = str(path)
                    else:
                        used[node.attr] = str(path)
                elif isinstance(node, ast.ImportFrom) and "._" in (node.module or ""):
                    used |= {alias.name: str(path) for alias in node.names}
    page = set(re.findall(r"`(\w+)`", (ROOT / "docs" / "upgrades.md").read_text()))
    listed = page | PUBLIC | OURS
    # A name that a class of ours overrides is in ``ours`` too, so a call of super() is looked for by itself.
    missing = {name: path for name, path in used.items() if name.removeprefix("super ") not in listed}
    assert {name: path for name, path in missing.items() if name not in ours} == {}
