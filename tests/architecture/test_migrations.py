"""A migration of the next version lets processes of the version before go on: it blocks no table that can be big, and
takes nothing away that they use. The rules are in migration_rules.py."""

from functools import cache
from typing import Any

import pytest
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import F, Q
from django.db.models.functions import Now, Random

from crmsolid.workspaces.migration_operations import (
    AddGinIndex,
    AddIndexConcurrently,
    AddUniqueConcurrently,
    RunInBatches,
    TenantForeignKey,
)
from tests.architecture import migration_rules as rules
from tests.architecture.migration_rules import Database, tenant_key_of

pytestmark = pytest.mark.django_db

# The newest migration of each app in what has been released. Move it when a version is released.
BASELINE = {
    "apikeys": "0004_key_uses",
    "contacts": "0013_columns",
    "events": "0002_redundant_indexes",
    "limits": "",
    "messaging": "0017_mine_open_index",
    "oauth": "0001_initial",
    "sequences": "0006_reasons_in_words",
    "webhooks": "0002_tenant_keys",
    "workspaces": "0005_audit_about",
}


def baseline() -> list[tuple[str, str]]:
    """The last migration that is released of each app that has one."""
    return [(app, name) for app, name in BASELINE.items() if name]


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None)


@cache
def released() -> tuple[Any, set[str]]:
    """The models of the baseline, and the tables with a key for relations within a workspace."""
    state, tables = loader().project_state(baseline()), set()
    for node in released_nodes():
        for operation in loader().graph.nodes[node].operations:
            if isinstance(operation, TenantForeignKey):
                tables.add(tenant_key_of(state, node[0], operation))
    return state, tables


def released_nodes() -> list[tuple[str, str]]:
    """Those of the baseline and all before them, in the order in which they are applied."""
    nodes: dict[tuple[str, str], None] = {}
    for node in baseline():
        nodes.update(dict.fromkeys(loader().graph.forwards_plan(node)))
    return list(nodes)


def database() -> Database:
    state, tenant_keys = released()
    return Database(connection, state.clone(), set(tenant_keys))


def unreleased(graph: Any, known: list[tuple[str, str]]) -> list[Any]:
    """The migrations of the product after the known ones, in the order in which they are applied."""
    plan: dict[tuple[str, str], None] = {}
    for node in sorted(graph.leaf_nodes()):
        plan.update(dict.fromkeys(graph.forwards_plan(node)))
    return [graph.nodes[node] for node in plan if node not in set(known) and node[0] in BASELINE]


def test_unreleased_migrations_let_the_version_before_go_on() -> None:
    walked = database()
    found = {str(each): walked.problems(each) for each in unreleased(loader().graph, released_nodes())}
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_every_app_of_the_product_has_a_baseline() -> None:
    """An app that is newer than the last release has none of its migrations in it: ``"notes": ""``."""
    packages = {"apikeys", "contacts", "crmsolid", "messaging", "sequences", "webhooks"}
    nodes = loader().graph.nodes
    assert {label for label, name in nodes if nodes[label, name].__module__.split(".")[0] in packages} == set(BASELINE)


def test_migrations_after_the_baseline_are_found() -> None:
    without_last = [node for node in released_nodes() if node != ("contacts", "0013_columns")]
    (found,) = [each for each in unreleased(loader().graph, without_last) if each.app_label == "contacts"][:1]
    assert found.name == "0013_columns"


# --- made-up migrations ---------------------------------------------------------------------------------------------


def made_up(*operations: Any, atomic: bool = True, unused_since: str = "", name: str = "0099_made_up") -> Any:
    attributes = {"operations": list(operations), "atomic": atomic, "unused_since": unused_since}
    return type("Migration", (migrations.Migration,), attributes)(name, "contacts")


def add(field: Any, name: str = "mood") -> Any:
    return migrations.AddField("contact", name, field)


def change(*arguments: Any) -> None:
    raise AssertionError("the rules run nothing")


CALM = models.CheckConstraint(condition=Q(score__lt=1000), name="calm")
UNIQUE_NAME = models.UniqueConstraint(fields=["workspace", "name"], name="unique_name")
INDEX = models.Index(fields=["workspace", "name"], name="by_name")
FOREIGN_KEY = models.ForeignKey("workspaces.Workspace", models.CASCADE, null=True, related_name="+")

REFUSED = {
    "index": (migrations.AddIndex("contact", INDEX), rules.INDEX),
    "index of a field": (add(models.CharField(max_length=9, null=True, db_index=True)), rules.INDEX),
    "index of a foreign key": (add(FOREIGN_KEY), rules.INDEX),
    "GIN index": (migrations.AddIndex("contact", GinIndex(fields=["custom_fields"], name="by_gin")), rules.INDEX),
    "volatile default": (add(models.FloatField(db_default=Random())), rules.REWRITE),
    "generated column": (
        add(models.GeneratedField(expression=F("score") + 1, output_field=models.IntegerField(), db_persist=True)),
        rules.REWRITE,
    ),
    "required": (add(models.CharField(max_length=9, default="x")), rules.NEEDS_VALUE),
    "required, in SQL": (
        migrations.RunSQL('ALTER TABLE "contacts_contact" ADD COLUMN "mood" integer NOT NULL'),
        rules.NEEDS_VALUE,
    ),
    "unique column": (add(models.IntegerField(null=True, unique=True)), rules.UNIQUE),
    "column with a check": (add(models.PositiveIntegerField(null=True)), rules.CHECK),
    "other type": (migrations.AlterField("contact", "name", models.BinaryField()), rules.REWRITE),
    "shorter text": (migrations.AlterField("contact", "name", models.CharField(max_length=5)), rules.REWRITE),
    "SET NOT NULL": (
        migrations.AlterField("contact", "last_in_at", models.DateTimeField()),
        rules.NOT_NULL,
    ),
    "foreign key": (
        migrations.RunSQL(
            "ALTER TABLE contacts_contact ADD CONSTRAINT x FOREIGN KEY (name) REFERENCES workspaces_workspace (name)"
        ),
        rules.FOREIGN_KEY,
    ),
    "foreign key within the workspace": (TenantForeignKey("contacttag", "contact"), rules.FOREIGN_KEY),
    "check": (migrations.AddConstraint("contact", CALM), rules.CHECK),
    "unique constraint": (migrations.AddConstraint("contact", UNIQUE_NAME), rules.UNIQUE),
    "unique index": (
        migrations.AddConstraint(
            "contact", models.UniqueConstraint(fields=["name"], condition=Q(score=1), name="unique_name")
        ),
        rules.UNIQUE,
    ),
    "UPDATE": (migrations.RunSQL("UPDATE contacts_contact SET name = 'x'"), rules.BATCHES),
    "UPDATE as a second statement": (
        migrations.RunSQL("SELECT 1; -- comment\nUPDATE contacts_contact SET name = 'x;y';"),
        rules.BATCHES,
    ),
    "UPDATE of what a query finds": (
        migrations.RunSQL("WITH old AS (SELECT id FROM contacts_contact) UPDATE contacts_contact SET name = ''"),
        rules.BATCHES,
    ),
    "block": (migrations.RunSQL("DO $$ BEGIN PERFORM 1; END $$"), rules.NOT_READ),
    "code without models": (
        migrations.SeparateDatabaseAndState(database_operations=[migrations.RunPython(change)]),
        rules.BATCHES,
    ),
    "DELETE": (migrations.RunSQL("DELETE FROM contacts_contact"), rules.BATCHES),
    "code": (migrations.RunPython(change), rules.BATCHES),
    "batches in one transaction": (RunInBatches("contact", print), rules.BATCHES),
    "other name of a column": (migrations.RenameField("contact", "name", "full_name"), rules.USED),
    "other name of a table": (migrations.AlterModelTable("contact", "people"), rules.USED),
    "dropped column": (migrations.RemoveField("contact", "name"), rules.USED),
    "dropped table": (migrations.DeleteModel("ContactNote"), rules.USED),
    "dropped default": (
        migrations.RunSQL('ALTER TABLE "contacts_contact" ALTER COLUMN "score" DROP DEFAULT'),
        rules.USED,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_migration_that_would_stop_the_version_before_is_refused(case: str) -> None:
    operation, why = REFUSED[case]
    assert {reason for _, reason in database().problems(made_up(operation))} == {why}


HAS_LAST_IN = models.CheckConstraint(condition=Q(last_in_at__isnull=False), name="has_last_in")
NEW_TABLE = [
    migrations.CreateModel(
        "Mood",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("workspace", models.ForeignKey("workspaces.Workspace", models.CASCADE)),
            ("contact", models.ForeignKey("contacts.Contact", models.CASCADE)),
            ("name", models.CharField(max_length=9, unique=True)),
        ],
    ),
    migrations.AddField("mood", "strength", models.PositiveIntegerField(default=1)),
    migrations.AddIndex("mood", models.Index(fields=["strength"], name="by_strength")),
    TenantForeignKey("mood", "contact"),
]
ALLOWED: dict[str, list[Any]] = {
    "column": [made_up(add(models.CharField(max_length=9, null=True)))],
    "column with a default": [made_up(add(models.CharField(max_length=9, db_default="x NOT NULL, (UNIQUE")))],
    "column with a default that is stable": [made_up(add(models.DateTimeField(db_default=Now())))],
    "column for a relation": [
        made_up(add(models.ForeignKey("workspaces.User", models.CASCADE, null=True, db_index=False, related_name="+"))),
        made_up(AddIndexConcurrently("contact", models.Index(fields=["mood"], name="by_mood")), atomic=False),
    ],
    "relation within the workspace": [
        made_up(TenantForeignKey("contacttag", "contact", not_valid=True)),
        made_up(ValidateConstraint("contacttag", "contacts_contacttag_contact_id_tenant")),
    ],
    "longer text": [
        made_up(migrations.AlterField("contact", "name", models.CharField(max_length=300))),
        made_up(migrations.AlterField("contact", "name", models.TextField())),
    ],
    "more choices": [
        made_up(migrations.AlterField("contact", "stage", models.CharField(max_length=10, choices=[("a", "A")])))
    ],
    "indexes": [
        made_up(
            AddIndexConcurrently("contact", INDEX),
            AddGinIndex("contact", "by_gin", "custom_fields jsonb_path_ops"),
            AddUniqueConcurrently("contact", UNIQUE_NAME),
            atomic=False,
        )
    ],
    "check": [made_up(AddConstraintNotValid("contact", CALM)), made_up(ValidateConstraint("contact", "calm"))],
    "SET NOT NULL": [
        made_up(RunInBatches("contact", change), atomic=False),
        made_up(AddConstraintNotValid("contact", HAS_LAST_IN)),
        made_up(ValidateConstraint("contact", "has_last_in")),
        made_up(
            migrations.AlterField("contact", "last_in_at", models.DateTimeField()),
            migrations.RemoveConstraint("contact", "has_last_in"),
        ),
    ],
    "new table": [made_up(*NEW_TABLE)],
    "column that is no longer used": [
        made_up(migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("contact", "name")])),
        made_up(migrations.RunSQL("ALTER TABLE contacts_contact DROP COLUMN name"), unused_since="1.4"),
    ],
    "index that is no longer used": [made_up(migrations.RemoveIndex("contact", "contact_by_name"))],
}


@pytest.mark.parametrize("case", ALLOWED)
def test_change_that_lets_the_version_before_go_on_is_allowed(case: str) -> None:
    walked = database()
    assert [walked.problems(migration) for migration in ALLOWED[case]] == [[] for _ in ALLOWED[case]]


def test_constraint_is_not_validated_in_the_transaction_that_locks_the_table_for_it() -> None:
    both = made_up(AddConstraintNotValid("contact", CALM), ValidateConstraint("contact", "calm"))
    assert [why for _, why in database().problems(both)] == [rules.VALIDATE]


def test_relation_to_a_table_without_a_key_for_it_is_refused() -> None:
    add_author = migrations.AddField(
        "contact", "import_of", models.ForeignKey("contacts.ImportFailure", models.CASCADE, null=True, db_index=False)
    )
    relation = TenantForeignKey("contact", "import_of", not_valid=True)
    assert [why for _, why in database().problems(made_up(add_author, relation))] == [rules.TENANT_KEY]


def test_unique_constraint_goes_only_when_the_version_before_does_not_need_it() -> None:
    walked = database()
    assert walked.problems(made_up(AddUniqueConcurrently("contact", UNIQUE_NAME), atomic=False)) == []
    remove = migrations.RemoveConstraint("contact", "unique_name")
    assert [why for _, why in database_with(UNIQUE_NAME).problems(made_up(remove))] == [rules.USED]
    assert walked.problems(made_up(remove, unused_since="1.4")) == []


def database_with(constraint: Any) -> Database:
    walked = database()
    assert walked.problems(made_up(AddUniqueConcurrently("contact", constraint), atomic=False)) == []
    return walked
