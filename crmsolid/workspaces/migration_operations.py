"""Migration operations for tables with a workspace, and for tables that others write to meanwhile."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction
from django.db.migrations import AddConstraint, AddIndex, RunPython, RunSQL
from django.db.migrations.operations.base import Operation

logger = logging.getLogger("crmsolid.migrations")


def drop_indexes(*names: str) -> RunSQL:
    """Drop indexes while others use their tables; for a migration with ``atomic = False``. Nothing makes them again."""
    return RunSQL([f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"' for name in names], RunSQL.noop)


class TableOperation(Operation):
    """Runs SQL. The state of the models, as Django knows it, stays the same."""

    def __init__(self, model: str, field: str = "") -> None:
        self.model, self.field = model, field

    def statements(self, model: Any) -> list[str]:
        raise NotImplementedError

    def reverse_statements(self, model: Any) -> list[str]:
        return []

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in self.statements(to_state.apps.get_model(app_label, self.model)):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for statement in self.reverse_statements(from_state.apps.get_model(app_label, self.model)):
            schema_editor.execute(statement)


class TenantForeignKey(TableOperation):
    """Add a foreign key that cannot leave its workspace; reversible.

    Django's own foreign key says that the target exists. This one, ``(workspace_id, x_id)`` to ``(workspace_id, id)``,
    says that the target belongs to the same workspace. It is deferred, so a transaction may write in any order.

    On a table that has rows, ``not_valid`` leaves them to a :class:`ValidateConstraint` of the next migration, because
    nobody can write while they are checked. Its name is that of the table and the column, then ``_tenant``.
    """

    def __init__(self, model: str, field: str, *, not_valid: bool = False) -> None:
        super().__init__(model, field)
        self.not_valid = not_valid

    def _names(self, model: Any) -> tuple[str, str, str, str, str]:
        """The table and the column, the table that it refers to, the names of the foreign key and of the unique key."""
        field, table = model._meta.get_field(self.field), model._meta.db_table
        target = field.related_model._meta.db_table
        return table, field.column, target, f"{table}_{field.column}_tenant"[:63], f"{target}_tenant_key"

    def statements(self, model: Any) -> list[str]:
        table, column, target, foreign_key, unique_key = self._names(model)
        return [
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{unique_key}' AND conrelid ="
            f" '\"{target}\"'::regclass) THEN"
            f' ALTER TABLE "{target}" ADD CONSTRAINT "{unique_key}" UNIQUE (workspace_id, id); END IF; END $$',
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{foreign_key}" FOREIGN KEY (workspace_id,'
            f' "{column}") REFERENCES "{target}" (workspace_id, id) DEFERRABLE INITIALLY DEFERRED'
            + " NOT VALID"
            * self.not_valid,
        ]

    def reverse_statements(self, model: Any) -> list[str]:
        table, _, target, foreign_key, unique_key = self._names(model)
        return [
            f'ALTER TABLE "{table}" DROP CONSTRAINT "{foreign_key}"',
            # The unique key serves every relation to the target, so it is dropped with the last of them.
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND confrelid ="
            f" '\"{target}\"'::regclass AND conindid = '\"{unique_key}\"'::regclass) THEN"
            f' ALTER TABLE "{target}" DROP CONSTRAINT "{unique_key}"; END IF; END $$',
        ]

    def describe(self) -> str:
        return f"Bind {self.model}.{self.field} to its own workspace"


# Foreign keys on one column that a composite one implies, on the table {table}: who refers to a contact of its
# workspace refers to a contact, and to the workspace that the contact's own foreign key refers to.
REDUNDANT_FOREIGN_KEYS = """
    SELECT c.conname FROM pg_constraint c
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = '"{table}"'::regclass AND cardinality(c.conkey) = 1 AND EXISTS (
      SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
      WHERE k.contype = 'f' AND k.conrelid = c.conrelid AND cardinality(k.conkey) = 2
        AND ((k.conkey[2] = c.conkey[1] AND k.confrelid = c.confrelid)
             OR (own.attname = 'workspace_id' AND a.attnotnull)))
"""
# Indexes on one column that a longer index starts with, and Django's second index for ``LIKE 'x%'`` on text keys.
REDUNDANT_INDEXES = """
    SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_opclass o ON o.oid = i.indclass[0]
    WHERE i.indrelid = '"{table}"'::regclass AND i.indnatts = 1 AND NOT i.indisunique AND i.indpred IS NULL
      AND (right(o.opcname::text, 11) = 'pattern_ops' OR EXISTS (
        SELECT 1 FROM pg_index j WHERE j.indrelid = i.indrelid AND j.indnatts > 1 AND j.indpred IS NULL
          AND j.indkey[0] = i.indkey[0] AND j.indclass[0] = i.indclass[0]))
"""


class DropRedundantIndexes(TableOperation):
    """Drop the foreign keys and indexes that a busy table does not need, because each insert pays for all of them.

    Going back does not create them again: older code works without them.
    """

    def statements(self, model: Any) -> list[str]:
        table = model._meta.db_table
        return [
            "DO $$ DECLARE redundant record; BEGIN"
            f" FOR redundant IN {REDUNDANT_FOREIGN_KEYS.format(table=table)} LOOP"
            f" EXECUTE 'ALTER TABLE \"{table}\" DROP CONSTRAINT ' || quote_ident(redundant.conname); END LOOP;"
            f" FOR redundant IN {REDUNDANT_INDEXES.format(table=table)} LOOP"
            " EXECUTE 'DROP INDEX ' || redundant.name; END LOOP; END $$"
        ]

    def describe(self) -> str:
        return f"Drop redundant foreign keys and indexes of {self.model}"


class AddIndexConcurrently(AddIndex):
    """Add an index of a model while others go on writing to its table. Needs a migration that is not atomic.

    If it is interrupted, PostgreSQL keeps an index that is not valid; running the migration again replaces it.
    """

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        schema_editor.execute(_drop_index(self.index.name))
        schema_editor.add_index(model, self.index, concurrently=True)


class AddUniqueConcurrently(AddConstraint):
    """Add a unique constraint as :class:`AddIndexConcurrently` adds an index. Running the migration again replaces a
    constraint that was added before the interruption."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        constraint: Any = self.constraint
        name, model = constraint.name, to_state.apps.get_model(app_label, self.model_name)
        table, create = model._meta.db_table, str(constraint.create_sql(model, schema_editor))
        added = f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" UNIQUE '
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"')
        schema_editor.execute(_drop_index(name))
        if create.startswith(added):  # PostgreSQL has a constraint only for one without a condition
            create = f'CREATE UNIQUE INDEX "{name}" ON "{table}" {create.removeprefix(added)}'
        schema_editor.execute(create.replace("UNIQUE INDEX", "UNIQUE INDEX CONCURRENTLY", 1))
        if constraint.condition is None and not constraint.expressions:
            schema_editor.execute(f'{added}USING INDEX "{name}"')


class RunInBatches(RunPython):
    """Call ``change(rows)`` with all rows of a model, at most ``size`` at a time in the order of their keys. Needs a
    migration that is not atomic.

    Each call is a transaction of its own, in which its rows are locked: processes of the version before go on with
    their work meanwhile, and none waits for longer than one call takes. If it is interrupted, running the migration
    again begins with the first row. Going back changes nothing.
    """

    def __init__(self, model: str, change: Callable[[list[Any]], None], *, size: int = 500) -> None:
        super().__init__(self._run, RunPython.noop, atomic=False, elidable=True)
        self.model, self.change, self.size = model, change, size

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.model, self.change], {"size": self.size}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self._app_label = app_label
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def _run(self, apps: Any, schema_editor: Any) -> None:
        using = schema_editor.connection.alias
        rows = apps.get_model(self._app_label, self.model)._base_manager.using(using).order_by("pk")
        last: Any = None
        while True:
            with transaction.atomic(using=using):
                remaining = rows if last is None else rows.filter(pk__gt=last)
                batch = list(remaining.select_for_update(no_key=True)[: self.size])
                if not batch:
                    return
                self.change(batch)
                last = batch[-1].pk


class AddGinIndex(TableOperation):
    """Add a GIN index as :class:`AddIndexConcurrently` does; reversible. ``columns`` have their operator classes."""

    def __init__(self, model: str, name: str, columns: str) -> None:
        super().__init__(model)
        self.name, self.columns = name, columns

    def statements(self, model: Any) -> list[str]:
        create = f'CREATE INDEX CONCURRENTLY "{self.name}" ON "{model._meta.db_table}" USING gin ({self.columns})'
        return [_drop_index(self.name), create]

    def reverse_statements(self, model: Any) -> list[str]:
        return [_drop_index(self.name)]

    def describe(self) -> str:
        return f"Add the GIN index {self.name} to {self.model}"


class AddTrigramIndex(AddGinIndex):
    """Add a trigram index on one column, if the extension pg_trgm is there or may be created; else add none.

    PostgreSQL lets the owner of a database create it. Nothing depends on the index but speed.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if self._create_extension(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def _create_extension(self, schema_editor: Any) -> bool:
        try:
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError as error:  # not installed on the server, or not allowed
            logger.warning("no trigram index: %s", error)
            return False
        return True

    def statements(self, model: Any) -> list[str]:
        drop, create = super().statements(model)
        # The extension may be in a schema that is not searched.
        return [drop, f"SELECT set_config('search_path', {_WITH_TRIGRAMS}, false)", create, "RESET search_path"]


_WITH_TRIGRAMS = (
    "concat(current_setting('search_path'), ', ', (SELECT quote_ident(nspname) FROM pg_extension"
    " JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'))"
)


def _drop_index(name: str) -> str:
    return f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"'
