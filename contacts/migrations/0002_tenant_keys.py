from django.db import migrations

from crmsolid.workspaces.redundant_indexes import DropRedundantIndexes
from crmsolid.workspaces.tenant_keys import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
    ]

    operations = [
        TenantForeignKey("contacttag", "contact"),
        DropRedundantIndexes("contact"),
        DropRedundantIndexes("contacttag"),
    ]
