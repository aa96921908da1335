"""What the busiest three tables need not carry (PostgreSQL): each insert and each new version of a row pays for it.

- foreign keys that the composite ones of 0003 imply: a delivery that refers to an event of its workspace refers to an
  event, and to the workspace which that event's own key holds;
- indexes on ``workspace_id`` alone, beside a longer one that starts with it, or (attempts) where nothing asks;
- the ``LIKE`` twins of the primary keys: nobody looks for ids by their beginning.
"""

from typing import Any

from django.db import migrations

FOREIGN_KEYS = [
    ("webhooks_delivery", "webhooks_delivery_event_id_b6f5af91_fk_webhooks_event_id", "event_id", "webhooks_event"),
    (
        "webhooks_delivery",
        "webhooks_delivery_endpoint_id_6cbee67d_fk_webhooks_endpoint_id",
        "endpoint_id",
        "webhooks_endpoint",
    ),
    (
        "webhooks_delivery",
        "webhooks_delivery_workspace_id_7d763746_fk_workspace",
        "workspace_id",
        "workspaces_workspace",
    ),
    (
        "webhooks_attempt",
        "webhooks_attempt_delivery_id_bb1708b1_fk_webhooks_delivery_id",
        "delivery_id",
        "webhooks_delivery",
    ),
    ("webhooks_attempt", "webhooks_attempt_workspace_id_4abf58cf_fk_workspace", "workspace_id", "workspaces_workspace"),
]
INDEXES = [
    ("webhooks_event", "webhooks_event_id_136b0861_like", "id varchar_pattern_ops"),
    ("webhooks_event", "webhooks_event_workspace_id_be348ac1", "workspace_id"),
    ("webhooks_delivery", "webhooks_delivery_id_b47d672f_like", "id varchar_pattern_ops"),
    ("webhooks_delivery", "webhooks_delivery_workspace_id_7d763746", "workspace_id"),
    ("webhooks_attempt", "webhooks_attempt_workspace_id_4abf58cf", "workspace_id"),
]


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, name, _, _ in FOREIGN_KEYS:
        schema_editor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for _, name, _ in INDEXES:
        schema_editor.execute(f'DROP INDEX "{name}"')


def restore(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, name, column, target in FOREIGN_KEYS:
        schema_editor.execute(
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" FOREIGN KEY ({column}) REFERENCES {target} (id)'
            " DEFERRABLE INITIALLY DEFERRED"
        )
    for table, name, columns in INDEXES:
        schema_editor.execute(f'CREATE INDEX "{name}" ON {table} ({columns})')


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_tenant_keys"),
    ]

    operations = [migrations.RunPython(drop, restore, elidable=False)]
