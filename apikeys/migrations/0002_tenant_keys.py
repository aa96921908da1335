from django.db import migrations

from crmsolid.workspaces.redundant_indexes import DropRedundantIndexes
from crmsolid.workspaces.tenant_keys import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0001_initial"),
    ]

    operations = [
        TenantForeignKey("apikey", "rotated_from"),
        DropRedundantIndexes("idempotencyrecord"),
    ]
