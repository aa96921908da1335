from django.db import migrations

from crmsolid.workspaces.migration_operations import DropRedundantIndexes
from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0001_initial"),
    ]

    operations = [
        TenantForeignKey("contacttag", "contact"),
        DropRedundantIndexes("contact"),
        DropRedundantIndexes("contacttag"),
    ]
