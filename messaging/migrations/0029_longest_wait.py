"""The inbox begins with whoever has waited longest, so this index replaces that of who waits by the latest activity."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently, drop_indexes


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0028_drop_redundant_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            "thread",
            models.Index(
                fields=["workspace", "waiting_since", "id"],
                include=["active_at"],
                name="thread_waiting_since",
                condition=Q(waiting_since__isnull=False, closed_at=None),
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[drop_indexes("thread_waiting")],
            state_operations=[migrations.RemoveIndex("thread", "thread_waiting")],
        ),
    ]
