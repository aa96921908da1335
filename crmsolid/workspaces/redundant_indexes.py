"""A migration operation: drop the keys a busy table carries twice (PostgreSQL). Every insert pays for each of them.

- Foreign keys that a composite one (``tenant_keys``) implies: who refers to a contact of its workspace refers to a
  contact, and to the workspace that contact's own key holds.
- Indexes on one column that a longer index starts with.
- The twins Django makes for ``LIKE 'x%'`` on text keys: nobody looks for ids by their beginning.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FOREIGN_KEYS = """
    SELECT c.conname FROM pg_constraint c
    JOIN pg_attribute own ON own.attrelid = c.conrelid AND own.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = '"{table}"'::regclass AND cardinality(c.conkey) = 1 AND EXISTS (
      SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
      WHERE k.contype = 'f' AND k.conrelid = c.conrelid AND cardinality(k.conkey) = 2
        AND ((k.conkey[2] = c.conkey[1] AND k.confrelid = c.confrelid)
             OR (own.attname = 'workspace_id' AND a.attnotnull)))
"""
INDEXES = """
    SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_opclass o ON o.oid = i.indclass[0]
    WHERE i.indrelid = '"{table}"'::regclass AND i.indnatts = 1 AND NOT i.indisunique AND i.indpred IS NULL
      AND (right(o.opcname::text, 11) = 'pattern_ops' OR EXISTS (
        SELECT 1 FROM pg_index j WHERE j.indrelid = i.indrelid AND j.indnatts > 1 AND j.indpred IS NULL
          AND j.indkey[0] = i.indkey[0] AND j.indclass[0] = i.indclass[0]))
"""


class DropRedundantIndexes(migrations.operations.base.Operation):
    """Drop what the model's table carries twice. Going back leaves it so: the older code works without it."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str) -> None:
        self.model = model

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.model], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing of Django's own state changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(
            "DO $$ DECLARE twice record; BEGIN"
            f" FOR twice IN {FOREIGN_KEYS.format(table=table)} LOOP"
            f" EXECUTE 'ALTER TABLE \"{table}\" DROP CONSTRAINT ' || quote_ident(twice.conname); END LOOP;"
            f" FOR twice IN {INDEXES.format(table=table)} LOOP"
            " EXECUTE 'DROP INDEX ' || twice.name; END LOOP; END $$"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        """The keys are not missed."""

    def describe(self) -> str:
        return f"Drop the keys {self.model} carries twice"
