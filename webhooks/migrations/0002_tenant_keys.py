from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
        ("events", "0002_redundant_indexes"),
    ]

    operations = [
        TenantForeignKey("delivery", "event"),
        TenantForeignKey("delivery", "endpoint"),
        TenantForeignKey("attempt", "delivery"),
        DropRedundantIndexes("delivery"),
        DropRedundantIndexes("attempt"),
    ]
