"""The import rules of docs/architecture.md, and the one package that may use Telethon's private attributes."""

import re
import subprocess
import sys
import tomllib

import grimp
import telethon
from django.conf import settings

from tests.architecture import PACKAGES, ROOT

# messaging/telegram/client.py uses private attributes of Telethon: check it before you take another version.
TELETHON_VERSION = "1.45.0"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
# The names on each line, from the highest layer to the lowest.
LAYERS: list[list[str]] = [line.split(" : ") for contract in CONTRACTS for line in contract.get("layers", ())]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def test_contracts_in_pyproject_are_kept() -> None:
    """In a process of its own, because import-linter replaces the configuration of logging."""
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    lint = subprocess.run([*command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_every_module_of_the_product_is_in_a_layer() -> None:
    layers = tuple(name for line in LAYERS for name in line)
    modules = grimp.build_graph(*PACKAGES, cache_dir=None).modules
    assert [name for name in layers if name not in modules] == []
    outside = {name for name in modules if not any(f"{name}.".startswith(f"{layer}.") for layer in layers)}
    assert outside == {"crmsolid", "crmsolid.panel"}


def test_every_app_of_the_product_is_under_the_contracts() -> None:
    apps = {app.partition(".")[0] for app in settings.INSTALLED_APPS}
    assert set(PACKAGES) == {app for app in apps if (ROOT / app).is_dir()}
    (telethon_contract,) = [contract for contract in CONTRACTS if contract["id"] == "telethon"]
    assert telethon_contract["source_modules"] == PACKAGES


def test_layers_of_the_page_are_those_of_the_contract() -> None:
    diagram = ARCHITECTURE.split("## Layers")[1].split("```")[1].strip()
    assert [re.sub(r" \(.*\)", "", line).split(", ") for line in diagram.splitlines()] == LAYERS


def test_page_says_what_is_in_each_layer() -> None:
    packages = ARCHITECTURE.split("## Packages")[1].split("## ")[0]
    for name in (name for line in LAYERS for name in line):
        path = name.replace(".", "/")
        shown = f"| `{path}/` |" if (ROOT / path).is_dir() else f"`{path.removeprefix('crmsolid/')}.py`"
        assert shown in packages, name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside functions count; imports for type checkers only do not."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    assert len(graph.modules) > 200
    circles = {
        " -> ".join([module, *way_back])
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if (way_back := graph.find_shortest_chain(importer=imported, imported=module))
    }
    assert circles == set()


def test_telethons_private_attributes_are_used_in_one_module() -> None:
    private = ("_sender", "_updates_error", "_message_box", "_mb_entity_cache", "_transport_connected")
    users = {
        file.name
        for file in (ROOT / "messaging" / "telegram").glob("*.py")
        if any(f".{name}" in file.read_text() for name in private)
    }
    assert users == {"client.py"}


def test_telethon_has_the_version_the_code_was_written_for() -> None:
    assert telethon.__version__ == TELETHON_VERSION
    assert f"telethon=={TELETHON_VERSION}" in (ROOT / "requirements.txt").read_text()


def test_folders_of_an_app_do_not_import_each_other() -> None:
    """A folder and the modules of its own app beside it may: the app's ``models``, ``urls``, ``admin`` and
    ``registrations`` name what is inside."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    folders = {name for name in graph.modules if (ROOT / name.replace(".", "/")).is_dir()}

    def folder(module: str) -> str:
        return (module if module in folders else module.rpartition(".")[0]).removesuffix(".models")

    imports = {
        (folder(module), folder(imported))
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    }
    circles = {
        frozenset(pair)
        for pair in imports
        if pair[::-1] in imports and not any(f"{a}.".startswith(f"{b}.") for a, b in (pair, pair[::-1]))
    }
    assert circles <= {frozenset({"messaging.sending", "messaging.threads"})}


def test_models_of_messaging_are_imported_from_their_package() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    modules = graph.find_children("messaging.models")
    assert len(modules) > 5
    users = {user for module in modules for user in graph.find_modules_that_directly_import(module)}
    assert users - modules == {"messaging.models"}


def test_hand_written_sql_is_in_the_modules_of_its_page() -> None:
    """docs/sql.md lists the modules that import ``crmsolid.core.sql``, and why."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    sql = {"crmsolid.core.sql", *graph.find_descendants("crmsolid.core.sql")}
    users = {user for module in sql for user in graph.find_modules_that_directly_import(module)}
    users = {f"{user.replace('.', '/')}.py" for user in users if not user.startswith("crmsolid.core.")}
    table = (ROOT / "docs" / "sql.md").read_text().split("## Who uses it")[1].split("## ")[0]
    assert users == set(re.findall(r"`([\w/]+\.py)`", table))
    assert len(users) <= 16
