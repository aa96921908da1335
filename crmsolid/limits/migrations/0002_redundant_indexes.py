"""The indexes that Django makes at the end of 0001 and nothing needs."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes


class Migration(migrations.Migration):

    dependencies = [("limits", "0001_initial")]

    operations = [
        DropRedundantIndexes("giventext"),
        DropRedundantIndexes("budgetuse"),
        DropRedundantIndexes("proposal"),
    ]
