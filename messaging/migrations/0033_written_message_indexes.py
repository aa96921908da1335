"""The indexes and foreign keys that the new table does not need."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0032_fill_written_messages'),
    ]

    operations = [
        DropRedundantIndexes("writtenmessage"),
    ]
