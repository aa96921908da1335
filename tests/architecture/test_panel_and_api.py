"""docs/panel-and-api.md has each service that the pages of the panel call, and its calls and tools exist."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.conf import settings

from crmsolid.tools import TOOLS
from crmsolid.urls import v1
from tests.architecture import PACKAGES
from tests.architecture.test_authority import ROWS as SERVICES

ROOT = Path(settings.BASE_DIR)
PAGE = ROOT / "docs" / "panel-and-api.md"
# What the pages call by a function that imports it when it is needed.
IMPORTED_LATER = "messaging.telegram.services"


@dataclass(frozen=True)
class Ability:
    """A row of the table."""

    services: list[str]
    calls: list[str]
    why: str
    tools: list[str]


def abilities() -> Iterator[Ability]:
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" |")]
        if line.startswith("| ") and len(cells) == 3 and cells[0] != "In the panel" and "---" not in cells[0]:
            what, rest, tools = cells
            calls = re.findall(r"`([A-Z]+ /v1/[^`]+)`", rest)
            why = re.sub(r"`[A-Z]+ /v1/[^`]+`,? ?", "", rest)
            yield Ability(re.findall(r"`(\w+\.\w+)`", what), calls, why, re.findall(r"`(\w+)`", tools))


def short(module: str, name: str) -> str:
    return f"{module.partition('.')[0]}.{name}"


@cache
def services() -> dict[str, str]:
    """Each service that has a row in ``test_authority``: its short name by the full one."""
    found = [(row.service.__module__, row.service.__name__) for row in SERVICES]
    return {f"{module}.{name}": short(module, name) for module, name in found}


def pages() -> Iterator[Path]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "panel" in path.relative_to(ROOT).parts or path.name in ("panel.py", "admin.py"):
                yield path


def called_in(path: Path) -> set[str]:
    """The full names of what a module names that was imported."""
    tree = ast.parse(path.read_text())
    imported = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }

    def name_of(node: Any) -> str:
        if isinstance(node, ast.Name):
            return imported.get(node.id, "")
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call):
            return f"{IMPORTED_LATER}.{node.attr}" if name_or_none(node.value.func) == "services" else ""
        if isinstance(node, ast.Attribute):
            base = name_of(node.value)
            return base and f"{base}.{node.attr}"
        return ""

    return {defined(name) for node in ast.walk(tree) if (name := name_of(node))}


def name_or_none(node: Any) -> str | None:
    return node.id if isinstance(node, ast.Name) else None


@cache
def defined(name: str) -> str:
    """The name under which it is defined, of what a package imports from one of its modules."""
    module, _, last = name.rpartition(".")
    try:
        found = getattr(import_module(module), last, None)
    except ImportError:
        return name
    return f"{getattr(found, '__module__', module)}.{getattr(found, '__name__', last)}"


def paths() -> list[tuple[Any, str]]:
    """The view of each route, and its path."""
    routes: list[Any] = v1
    return [(route.callback.view_class, re.sub(r"<\w+:(\w+)>", r"{\1}", f"/v1/{route.pattern}")) for route in routes]


def test_each_service_that_the_panel_calls_has_a_row() -> None:
    called = {services()[name] for path in pages() for name in called_in(path) if name in services()}
    assert len(called) > 150
    documented = [name for ability in abilities() for name in ability.services]
    assert sorted(called - set(documented)) == []
    assert sorted(set(documented) - set(services().values())) == [], "services that are gone"
    assert len(documented) == len(set(documented))


def test_short_names_are_of_one_service_each() -> None:
    documented = {name for ability in abilities() for name in ability.services}
    several = [name for name in documented if list(services().values()).count(name) > 1]
    assert several == []


def test_each_row_has_a_call_that_exists_or_says_why_there_is_none() -> None:
    calls = {f"{method} {path}" for view, path in paths() for method in view.endpoints}
    for ability in abilities():
        assert set(ability.calls) <= calls, ability
        assert ability.calls or ability.why.startswith("none: "), ability


def test_tools_exist_and_do_a_call_of_their_row() -> None:
    path_of = dict(reversed(paths()))
    tools = {tool.name: tool for tool in TOOLS}
    for ability in abilities():
        for name in ability.tools:
            path = path_of.get(tools[name].view)
            assert path is None or f"{tools[name].method} {path}" in ability.calls, (name, ability)
    shown = {name for ability in abilities() for name in ability.tools}
    assert sorted(tools.keys() - shown - NOT_OF_THE_PANEL) == []


# What the panel shows by itself, or does not ask for.
NOT_OF_THE_PANEL = {"whoami", "explain_segment", "list_sequences"}
