"""An index for the event log of one type, built while others write."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("events", "0002_redundant_indexes"),
    ]

    operations = [
        AddIndexConcurrently("event", models.Index(fields=["workspace", "type", "position"], name="event_by_type")),
    ]
