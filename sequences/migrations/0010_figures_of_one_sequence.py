"""The index by which the page of a sequence counts what came of its messages."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies = [("sequences", "0009_stuck_index")]
    operations = [
        AddIndexConcurrently(
            "steprun",
            models.Index(
                fields=["workspace", "version", "step_key", "outcome", "replied_at", "auto_replied_at", "opted_out_at"],
                name="steprun_by_version",
                condition=Q(outcome__in=["sent", "failed"]),
            ),
        )
    ]
