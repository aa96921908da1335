"""What a migration may not do to a table with rows, because processes of the version before go on using it meanwhile.

The rules read the SQL that each operation would run on PostgreSQL. docs/development.md, "Change the database", says how
to make each change instead.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlparse
from django.db.migrations import AlterField, Migration, RemoveConstraint, RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.state import ProjectState
from django.db.models import UniqueConstraint

from crmsolid.workspaces.migration_operations import RunInBatches, TenantForeignKey

# Functions that PostgreSQL calls once for all rows, so that adding a column does not rewrite the table.
STABLE = {"statement_timestamp", "transaction_timestamp", "now"}
NAME = r'(?:"[^"]+"|[\w.]+)'

INDEX = "it blocks writes while it is built: AddIndexConcurrently with atomic = False"
UNIQUE = "it blocks everything while it is built: AddUniqueConcurrently with atomic = False"
NEEDS_VALUE = (
    "processes of the version before leave the column out, and their inserts fail: null=True, or db_default, and no"
    " default that is dropped"
)
REWRITE = (
    "it rewrites the table under a lock: add another column, AddField(null=True), fill it with RunInBatches, and read"
    " it in the next version"
)
NOT_NULL = (
    "it reads all rows under a lock: AddConstraintNotValid(column IS NOT NULL), ValidateConstraint in the next"
    " migration, then SET NOT NULL"
)
CHECK = "it reads all rows under a lock: AddConstraintNotValid, and ValidateConstraint in the next migration"
FOREIGN_KEY = (
    "it reads all rows under a lock: TenantForeignKey(not_valid=True), and ValidateConstraint in the next migration"
)
VALIDATE = "its transaction still has the lock of what else the migration does: ValidateConstraint in a migration alone"
BATCHES = "it locks rows of the whole table in one transaction: RunInBatches with atomic = False"
NOT_READ = "a block may do anything: write its statements out"
USED = (
    "the version before still uses it: stop using it (SeparateDatabaseAndState for the models), release that, and drop"
    " it in the version after, in a migration with unused_since = that release"
)
TENANT_KEY = (
    "the table has no key (workspace_id, id) yet, which blocks everything while it is built: AddUniqueConcurrently"
)

# What is refused in a statement about a table with rows, and what to do instead. Texts in it are empty by then.
REFUSED = [
    (rf"^CREATE INDEX (?!CONCURRENTLY).*? ON {NAME}", INDEX),
    (rf"^CREATE UNIQUE INDEX (?!CONCURRENTLY).*? ON {NAME}", UNIQUE),
    (r"^ALTER TABLE .*\bADD (CONSTRAINT \S+ )?(UNIQUE|PRIMARY KEY) (?!USING INDEX)", UNIQUE),
    (r"^ALTER TABLE .*\bADD (CONSTRAINT \S+ )?CHECK (?!.*NOT VALID$)", CHECK),
    (r"^ALTER TABLE .*\bADD (CONSTRAINT \S+ )?EXCLUDE ", UNIQUE),
    (r"^ALTER TABLE .*\bADD (CONSTRAINT \S+ )?FOREIGN KEY (?!.*NOT VALID$)", FOREIGN_KEY),
    (r"^(WITH .*)?\b(UPDATE|DELETE FROM) ", BATCHES),
    (r"^(REINDEX (?!.*CONCURRENTLY)|CLUSTER|VACUUM FULL|ALTER TABLE .*SET (TABLESPACE|LOGGED|UNLOGGED))", REWRITE),
]
CONTRACTION = (
    r"^(DROP TABLE|TRUNCATE|ALTER TABLE .*"
    r"(\bDROP COLUMN\b|\bRENAME (COLUMN\b|TO\b|(?!CONSTRAINT))|\bDROP DEFAULT\b))"
)


@dataclass
class Database:
    """What the walked migrations have made of the database so far."""

    connection: Any
    state: ProjectState
    # Tables that others refer to by ``(workspace_id, id)``.
    tenant_keys: set[str] = field(default_factory=set)
    _new_tables: set[str] = field(default_factory=set)
    _columns_checked: dict[str, str] = field(default_factory=dict)
    _never_null: set[str] = field(default_factory=set)

    def problems(self, migration: Migration) -> list[tuple[str, str]]:
        """Apply a migration to ``state``. Returns the statements that are wrong, each with why and what to do."""
        return [found for operation in migration.operations for found in self._judge(migration, operation)]

    def _judge(self, migration: Migration, operation: Any) -> Iterator[tuple[str, str]]:
        before = self.state.clone()
        if isinstance(operation, SeparateDatabaseAndState):
            for each in operation.database_operations:
                yield from self._judge(migration, each)
            self.state = before
            operation.state_forwards(migration.app_label, self.state)
            return
        operation.state_forwards(migration.app_label, self.state)
        unused = bool(getattr(migration, "unused_since", ""))
        if isinstance(operation, RunPython) and (migration.atomic or not isinstance(operation, RunInBatches)):
            yield operation.describe(), BATCHES
        if isinstance(operation, RemoveConstraint) and not unused:
            constraint = before.models[migration.app_label, operation.model_name_lower].get_constraint_by_name(
                operation.name
            )
            if isinstance(constraint, UniqueConstraint):  # which ON CONFLICT may name
                yield operation.describe(), USED
        if isinstance(operation, TenantForeignKey):
            yield from self._judge_tenant_key(migration.app_label, operation)
        added: dict[str, bool] = {}  # columns, and whether NULL is refused
        for statement in self._sql(migration.app_label, operation, before):
            shown = re.sub(r"\s+", " ", statement).rstrip("; ")
            bare = re.sub(r"'(?:[^']|'')*'", "''", shown)
            if created := re.match(rf"CREATE TABLE (?:IF NOT EXISTS )?({NAME})", bare, re.I):
                self._new_tables.add(created[1].strip('"'))
            if self._table(bare) in self._new_tables:
                continue
            for why in self._judge_statement(migration, operation, before, bare, added):
                yield shown, why
            if isinstance(operation, RunSQL) and re.match("DO ", bare, re.I):
                yield shown, NOT_READ
            if not unused and re.match(CONTRACTION, bare, re.I) and _column(bare, "ALTER") not in added:
                yield shown, USED

    def _sql(self, app_label: str, operation: Any, before: ProjectState) -> list[str]:
        if isinstance(operation, RunPython):
            return []
        with self.connection.schema_editor(collect_sql=True, atomic=False) as editor:
            operation.database_forwards(app_label, editor, before, self.state)
        texts = (sqlparse.format(text, strip_comments=True) for text in editor.collected_sql)
        return [statement for text in texts for statement in sqlparse.split(text)]

    def _table(self, statement: str) -> str:
        pattern = rf"^(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|UPDATE (?:ONLY )?|DELETE FROM (?:ONLY )?)({NAME})"
        found = re.match(pattern, statement, re.I) or re.match(
            rf"^CREATE .*?INDEX .*? ON (?:ONLY )?({NAME})", statement
        )
        return found[1].strip('"') if found else ""

    def _judge_statement(
        self, migration: Migration, operation: Any, before: ProjectState, statement: str, added: dict[str, bool]
    ) -> Iterator[str]:
        yield from (why for pattern, why in REFUSED if re.search(pattern, statement, re.I))
        if new := _column(statement, "ADD"):
            added[new] = bool(re.search(r"\bNOT NULL\b", statement, re.I))
            yield from _judge_new_column(statement)
        column = _column(statement, "ALTER")
        if re.search(r"\bDROP DEFAULT\b", statement, re.I) and added.get(column):
            yield NEEDS_VALUE
        changes_type = column and re.search(r"\bTYPE\b", statement, re.I)
        if changes_type and not self._is_longer_text(migration.app_label, operation, before):
            yield REWRITE
        if re.search(r"\bSET NOT NULL\b", statement, re.I) and column not in self._never_null:
            yield NOT_NULL
        yield from self._judge_validation(migration, statement)

    def _judge_validation(self, migration: Migration, statement: str) -> Iterator[str]:
        """Remembers which columns are known to have no NULL, so that SET NOT NULL need not read the rows."""
        table = self._table(statement)
        not_null = r'ADD CONSTRAINT "([^"]+)" CHECK \(+("[^"]+") IS NOT NULL\)+ NOT VALID$'
        if found := re.search(not_null, statement, re.I):
            self._columns_checked[found[1]] = f"{table}.{found[2]}"
        if found := re.search(r'VALIDATE CONSTRAINT "([^"]+)"', statement, re.I):
            self._never_null.add(self._columns_checked.get(found[1], ""))
            if migration.atomic and len(migration.operations) > 1:
                yield VALIDATE

    def _is_longer_text(self, app_label: str, operation: Any, before: ProjectState) -> bool:
        """PostgreSQL does not touch the rows when a text may become longer."""
        if not isinstance(operation, AlterField):
            return False
        old = before.models[app_label, operation.model_name_lower].get_field(operation.name)
        lengths = [
            int(found[1]) if (found := re.fullmatch(r"varchar\((\d+)\)", kind)) else 2**31 if kind == "text" else 0
            for kind in (str(each.db_type(self.connection)) for each in (old, operation.field))
        ]
        return 0 < lengths[0] <= lengths[1]

    def _judge_tenant_key(self, app_label: str, operation: TenantForeignKey) -> Iterator[tuple[str, str]]:
        target = tenant_key_of(self.state, app_label, operation)
        if target not in self.tenant_keys | self._new_tables:
            yield operation.describe(), TENANT_KEY
        self.tenant_keys.add(target)


def tenant_key_of(state: ProjectState, app_label: str, operation: TenantForeignKey) -> str:
    """The table that the foreign key refers to."""
    model = state.apps.get_model(app_label, operation.model)
    return str(model._meta.get_field(operation.field).related_model._meta.db_table)


def _column(statement: str, action: str) -> str:
    """``table."column"`` of an ``ADD COLUMN`` or ``ALTER COLUMN``."""
    found = re.search(rf"^ALTER TABLE ({NAME}) .*\b{action} COLUMN (?:IF NOT EXISTS )?({NAME})", statement, re.I)
    return f"{found[1]}.{found[2]}".replace('"', "", 2) if found else ""


def _judge_new_column(statement: str) -> Iterator[str]:
    kind = re.split(r"\bADD COLUMN (?:IF NOT EXISTS )?\S+ ", statement, maxsplit=1, flags=re.I)[1]
    default = re.search(r"\bDEFAULT (.*?)(?= NOT NULL| NULL| CONSTRAINT | CHECK | UNIQUE|$)", kind, re.I)
    if re.search(r"\bNOT NULL\b", kind, re.I) and default is None and "GENERATED" not in kind.upper():
        yield NEEDS_VALUE
    functions = {name.lower() for name in re.findall(r"(\w+)\s*\(", default[1])} if default else set()
    if functions - STABLE or re.search(r"\bGENERATED\b|\b(big|small)?serial\b", kind, re.I):
        yield REWRITE
    if re.search(r"\b(UNIQUE|PRIMARY KEY)\b", kind, re.I):
        yield UNIQUE
    if re.search(r"\bCHECK\b", kind, re.I):
        yield CHECK
    if default and re.search(r"\bREFERENCES\b", kind, re.I):
        yield FOREIGN_KEY
