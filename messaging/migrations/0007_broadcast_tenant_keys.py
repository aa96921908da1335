from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_broadcasts"),
        ("contacts", "0002_tenant_keys"),
    ]

    operations = [
        TenantForeignKey("recipient", "broadcast"),
        TenantForeignKey("recipient", "contact"),
        TenantForeignKey("recipient", "account"),
        TenantForeignKey("recipient", "message"),
        DropRedundantIndexes("recipient"),
    ]
