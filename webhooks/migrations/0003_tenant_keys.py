from django.db import migrations

from crmsolid.workspaces.tenant_keys import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0002_deliveries"),
    ]

    operations = [
        TenantForeignKey("delivery", "event"),
        TenantForeignKey("delivery", "endpoint"),
        TenantForeignKey("attempt", "delivery"),
    ]
