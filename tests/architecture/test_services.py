"""Tests that start the product run on both databases, unless their module is listed here.

A test without one of the fixtures ``db``, ``transactional_db`` and ``services`` runs with SQLite only
(tests/conftest.py). For a test of a running product, that has to be a decision."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"

# What starts the product: functions of the tests, the making of a database for it, and programs in a command.
FUNCTIONS = {
    "running_product",
    "started_product",
    "live_product",
    "production",
    "Stack",
    "copy_migrated_sqlite",
    "create_migrated_database",
}
PROGRAMS = {"crmsolid.run", "manage.py", "tests.sdk.killed_server"}
BOTH_DATABASES = {"db", "transactional_db", "services"}

# Modules, and folders whose modules share a product, below tests/.
ON_SQLITE_ALONE = {
    "browser/": "they are about pages and scripts; tests of the views behind them run on both databases",
    "docs/test_commands.py": "it is about the text of the pages; the operations have tests on both databases",
    "integrations/": "they are about the examples' own programs and files",
    "mcp/clients/test_conformance.py": "it is about the protocol, which no database takes part in",
    "mcp/clients/test_inspector.py": "test_python_client.py calls the tools on both databases",
    "mcp/clients/test_mcp_remote.py": "it is about a program in front of /mcp",
    "mcp/clients/test_sign_in.py": "it is about a program in front of /mcp; tests/oauth runs on both databases",
    "sdk/cli/": "they are about what is printed; test_faults.py and test_scenario.py run the client on both",
    "sdk/dotnet/": "compiling takes a minute, and the client meets the same answers as the one in Python",
    "sdk/test_proxy.py": "it is about the faults that the proxy of the tests causes",
    "system/test_full_disk.py": "the disk of PostgreSQL is another one; test_read_only_database.py is about it",
    "test_checks.py": "the settings given are wrong, and the product does not start",
    "test_env.py": "the settings given are wrong, and the product does not start",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: ast.Module) -> list[Function]:
    return [node for node in module.body if isinstance(node, Function)]


def name_of(node: ast.expr) -> str:
    """``name`` for ``name``, ``something.name``, and a call of one of them."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def parameters(function: Function) -> set[str]:
    return {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}


def is_command(node: ast.AST) -> bool:
    """Whether this is a list with the words of a command that runs one of ``PROGRAMS`` with Python."""
    if not isinstance(node, ast.List):
        return False
    words = {element.value for element in node.elts if isinstance(element, ast.Constant)}
    runs_python = "-m" in words or any(name_of(element) == "executable" for element in node.elts)
    return runs_python and not words.isdisjoint(PROGRAMS)


@cache
def starts_product(tree: ast.AST) -> bool:
    return any(
        is_command(node) or (isinstance(node, ast.Call) and name_of(node) in FUNCTIONS) for node in ast.walk(tree)
    )


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def conftests(module: Path) -> list[Path]:
    folders = [folder for folder in module.parents if folder.is_relative_to(TESTS)]
    return [folder / "conftest.py" for folder in folders if (folder / "conftest.py").exists()]


@cache
def own_fixtures(file: Path) -> dict[str, Function]:
    return {
        function.name: function
        for function in functions(parsed(file))
        if any(name_of(decorator) == "fixture" for decorator in function.decorator_list)
    }


def fixtures(module: Path) -> dict[str, Function]:
    """Those that the tests of a module can use; the nearest of a name."""
    files = [*reversed(conftests(module)), module]
    return {name: function for file in files for name, function in own_fixtures(file).items()}


def used_names(module: Path) -> set[str]:
    """The fixtures that the tests and the fixtures of a module use, those that these use, and the marks for them."""
    text, known = module.read_text(), fixtures(module)
    waiting = {name for function in functions(parsed(module)) for name in parameters(function)}
    waiting |= {name for names in re.findall(r"usefixtures\(([^)]+)\)", text) for name in re.findall(r"\w+", names)}
    if "mark.django_db" in text:
        waiting.add("db")
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        used.add(name)
        if name in known:
            waiting |= parameters(known[name]) - used
    return used


def on_sqlite_alone() -> set[str]:
    found = set()
    for module in TESTS.rglob("test_*.py"):
        used, known = used_names(module), fixtures(module)
        if used & BOTH_DATABASES:
            continue
        used_fixtures = [known[name] for name in used if name in known]
        if any(starts_product(each) for each in [parsed(module), *used_fixtures]):
            found.add(str(module.relative_to(TESTS)))
    return found


def test_each_module_that_starts_the_product_on_sqlite_alone_has_a_reason() -> None:
    modules = on_sqlite_alone()
    assert [module for module in sorted(modules) if not module.startswith(tuple(ON_SQLITE_ALONE))] == []
    assert [entry for entry in ON_SQLITE_ALONE if not any(module.startswith(entry) for module in modules)] == []


def test_modules_that_start_the_product_are_found() -> None:
    assert starts_product(ast.parse("with running_product(folder) as product: pass"))
    assert starts_product(ast.parse('Popen([sys.executable, "-m", "crmsolid.run", "--port", "0"])'))
    assert not starts_product(ast.parse('assert shown == ["python", "manage.py"]'))
    assert "services" in used_names(TESTS / "sdk" / "test_faults.py")
    assert not used_names(TESTS / "sdk" / "test_proxy.py") & BOTH_DATABASES
    assert "db" in used_names(TESTS / "webhooks" / "delivery" / "test_pump.py")  # through the fixture "tenants"
