from typing import Any

from django.db import migrations

from crmsolid.workspaces.lean_tables import Lean


def drop_index_of_attempts(apps: Any, schema_editor: Any) -> None:
    """Nothing asks for the attempts of a workspace: they are found by their delivery."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX webhooks_attempt_workspace_id_4abf58cf")


def restore_index_of_attempts(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX webhooks_attempt_workspace_id_4abf58cf ON webhooks_attempt (workspace_id)")


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_tenant_keys"),
    ]

    operations = [
        Lean("event"),
        Lean("delivery"),
        Lean("attempt"),
        migrations.RunPython(drop_index_of_attempts, restore_index_of_attempts),
    ]
