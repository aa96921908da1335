from django.db import migrations

from crmsolid.workspaces.redundant_indexes import DropRedundantIndexes


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0001_initial"),
    ]

    operations = [
        DropRedundantIndexes("event"),
    ]
