"""An index of the open threads of each member, built while others write: most that were assigned are closed."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0016_history_request"),
    ]

    operations = [
        AddIndexConcurrently(
            "thread",
            models.Index(
                fields=["assignee", "workspace", "active_at", "id"],
                name="thread_mine_open",
                condition=Q(assignee__isnull=False, closed_at=None),
            ),
        ),
    ]
