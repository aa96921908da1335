from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("sequences", "0001_initial"),
        ("contacts", "0002_tenant_keys"),
        ("messaging", "0002_tenant_keys"),
    ]

    operations = [
        TenantForeignKey("sequenceversion", "sequence"),
        TenantForeignKey("step", "version"),
        TenantForeignKey("enrollment", "sequence"),
        TenantForeignKey("enrollment", "version"),
        TenantForeignKey("enrollment", "contact"),
        TenantForeignKey("enrollment", "account"),
        TenantForeignKey("steprun", "enrollment"),
        TenantForeignKey("steprun", "version"),
        TenantForeignKey("steprun", "message"),
        DropRedundantIndexes("step"),
        DropRedundantIndexes("enrollment"),
        DropRedundantIndexes("steprun"),
    ]
