from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
        ("contacts", "0002_tenant_keys"),
    ]

    operations = [
        TenantForeignKey("thread", "account"),
        TenantForeignKey("thread", "contact"),
        TenantForeignKey("message", "account"),
        TenantForeignKey("message", "thread"),
        TenantForeignKey("message", "contact"),
        TenantForeignKey("messageattempt", "message"),
        TenantForeignKey("sandboxdelivery", "account"),
        TenantForeignKey("sandboxdelivery", "message"),
        TenantForeignKey("spentslot", "account"),
        TenantForeignKey("telegramsession", "account"),
        TenantForeignKey("peerhash", "account"),
        TenantForeignKey("accountlease", "account"),
        DropRedundantIndexes("thread"),
        DropRedundantIndexes("message"),
        DropRedundantIndexes("messageattempt"),
        DropRedundantIndexes("sandboxdelivery"),
    ]
