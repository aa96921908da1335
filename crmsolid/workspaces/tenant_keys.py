"""A migration operation: a foreign key that cannot leave its workspace (PostgreSQL).

Django's own foreign key says that the target exists. This one says that it belongs to the same workspace:
``(workspace_id, x_id)`` references ``(workspace_id, id)`` of the target. Deferred, so that a transaction may
write in any order. On SQLite the operation does nothing; the services and the tests hold the rule there.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def unique_name(table: str) -> str:
    return f"{table}_tenant_key"


def foreign_name(table: str, column: str) -> str:
    return f"{table}_{column}_tenant"[:63]


class TenantForeignKey(migrations.operations.base.Operation):
    """Add the composite foreign key behind ``model.field``; reversible."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, field: str) -> None:
        self.model, self.field = model, field

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.model, self.field], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of Django's own state changes."""

    def _names(self, app_label: str, state: Any) -> tuple[str, str, str]:
        model = state.apps.get_model(app_label, self.model)
        field = model._meta.get_field(self.field)
        return model._meta.db_table, field.column, field.related_model._meta.db_table

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table, column, target = self._names(app_label, to_state)
        name = unique_name(target)
        schema_editor.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}' AND conrelid ="
            f" '\"{target}\"'::regclass) THEN"
            f' ALTER TABLE "{target}" ADD CONSTRAINT "{name}" UNIQUE (workspace_id, id); END IF; END $$'
        )
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{foreign_name(table, column)}" FOREIGN KEY (workspace_id,'
            f' "{column}") REFERENCES "{target}" (workspace_id, id) DEFERRABLE INITIALLY DEFERRED'
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table, column, target = self._names(app_label, from_state)
        name = unique_name(target)
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{foreign_name(table, column)}"')
        # The unique key serves every relation to the target: the last one to go takes it along.
        schema_editor.execute(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND confrelid ="
            f" '\"{target}\"'::regclass AND conindid = '\"{name}\"'::regclass) THEN"
            f' ALTER TABLE "{target}" DROP CONSTRAINT "{name}"; END IF; END $$'
        )

    def describe(self) -> str:
        return f"Bind {self.model}.{self.field} to its own workspace"
