from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        DropRedundantIndexes("event"),
    ]
