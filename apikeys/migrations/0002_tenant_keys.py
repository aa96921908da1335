from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0001_initial"),
    ]

    operations = [
        TenantForeignKey("apikey", "rotated_from"),
        DropRedundantIndexes("idempotencyrecord"),
    ]
