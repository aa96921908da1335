"""The indexes for tags, custom fields and search: built while others write, and without the extension if need be."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import ProgrammingError, connection

from contacts.models import Contact, search_has
from contacts.segments.compilation import where
from contacts.segments.conditions import parse_condition
from crmsolid.core import clock
from tests.tenants import Tenants

Migration = import_module("contacts.migrations.0007_indexes").Migration
TRIGRAMS = Migration.operations[-1]


class Editor:
    """A schema editor of PostgreSQL that notes the statements and refuses some."""

    def __init__(self, refused: str = "nothing") -> None:
        self.refused, self.statements = refused, list[str]()

    def execute(self, statement: str) -> None:
        if self.refused in statement:
            raise ProgrammingError("permission denied to create extension")
        self.statements.append(statement)


def build(editor: Editor) -> list[str]:
    state: Any = SimpleNamespace(apps=apps)
    TRIGRAMS.database_forwards("contacts", editor, state, state)
    return editor.statements


def test_indexes_are_built_while_others_write() -> None:
    assert not Migration.atomic
    assert all("CONCURRENTLY" in each for each in build(Editor()) if "INDEX" in each)


def test_an_index_that_was_not_finished_is_built_again() -> None:
    drop, create = (each for each in build(Editor()) if "INDEX" in each)
    assert drop == 'DROP INDEX CONCURRENTLY IF EXISTS "contact_by_search"'
    assert create.startswith('CREATE INDEX CONCURRENTLY "contact_by_search"')


def test_without_the_extension_the_migration_goes_on_without_the_index() -> None:
    assert build(Editor(refused="CREATE EXTENSION")) == []


@pytest.mark.parametrize(
    ("index", "condition"),
    [
        ("contact_by_fields", {"field": "custom.seats", "op": "is", "value": 5}),
        ("contact_by_fields", {"field": "custom.company", "op": "in", "value": ["Acme", "Globex"]}),
        ("contact_by_search", None),
    ],
)
def test_each_index_answers_what_it_is_for(tenants: Tenants, custom_fields: None, index: str, condition: Any) -> None:
    """Whatever it costs, as the tables are empty; of all workspaces, as another index finds one of them."""
    if condition is None:
        rows = Contact.unscoped.filter(search_has("sarah miller"))
    else:
        rows = Contact.unscoped.filter(where(parse_condition(tenants.workspace, condition), clock.now()))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert index in rows.explain()


def test_check_says_that_search_has_no_index(db: None) -> None:
    assert run_checks(tags=["database"], databases=["default"]) == []
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX contact_by_search")
    [warning] = run_checks(tags=["database"], databases=["default"])
    assert (warning.id, warning.msg) == (
        "contacts.W001",
        "search reads all contacts of a workspace, because the database has no trigram index",
    )
