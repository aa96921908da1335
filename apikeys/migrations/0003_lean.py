from django.db import migrations

from crmsolid.workspaces.lean_tables import Lean


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0002_tenant_keys"),
    ]

    operations = [
        Lean("idempotencyrecord"),
    ]
