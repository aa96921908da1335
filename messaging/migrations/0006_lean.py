from django.db import migrations

from crmsolid.workspaces.lean_tables import Lean


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_telegram"),
    ]

    operations = [
        Lean("thread"),
        Lean("message"),
        Lean("messageattempt"),
        Lean("sandboxdelivery"),
    ]
