"""The indexes that Django makes at the end of 0019 and nothing needs."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes


class Migration(migrations.Migration):

    dependencies = [("contacts", "0019_assistant_changes")]

    operations = [DropRedundantIndexes("assistantchange")]
