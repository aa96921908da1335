"""Telethon is spoken in one place, by the version it was read in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import telethon

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks")
PINNED = "1.45.0"


def imported_names(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def importers() -> set[str]:
    files = (file for app in PRODUCT for file in (ROOT / app).rglob("*.py"))
    return {
        str(file.relative_to(ROOT))
        for file in files
        if any(name.partition(".")[0] == "telethon" for name in imported_names(file))
    }


def test_only_the_telegram_package_imports_telethon() -> None:
    found = importers()
    assert "messaging/telegram/client.py" in found
    assert {file for file in found if not file.startswith("messaging/telegram/")} == set()


def test_its_private_names_are_used_in_one_module() -> None:
    """The next version is read there before it is taken."""
    private = ("_sender", "_updates_error", "_message_box", "_mb_entity_cache", "_transport_connected")
    users = {
        file.name
        for file in (ROOT / "messaging" / "telegram").glob("*.py")
        if any(f".{name}" in file.read_text() for name in private)
    }
    assert users == {"client.py"}


def test_the_version_is_the_one_it_was_written_for() -> None:
    assert telethon.__version__ == PINNED
    assert f"Telethon=={PINNED}" in (ROOT / "requirements.txt").read_text().replace("telethon", "Telethon")
