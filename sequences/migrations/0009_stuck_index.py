"""The index by which Home finds the people who wait in sequences until somebody acts."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently

STUCK = ["account_paused", "account_frozen", "account_needs_login", "account_banned", "missing_value"]


class Migration(migrations.Migration):
    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies = [("sequences", "0008_drop_redundant_indexes")]
    operations = [
        AddIndexConcurrently(
            "enrollment",
            models.Index(
                fields=["workspace", "sequence", "reason"],
                name="enrollment_stuck",
                condition=Q(status="active", reason__in=STUCK),
            ),
        )
    ]
