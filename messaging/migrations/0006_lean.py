from django.db import migrations

from crmsolid.workspaces.lean_tables import Lean


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_telegram_login"),
    ]

    operations = [
        Lean("thread"),
        Lean("message"),
        Lean("messageattempt"),
        Lean("sandboxdelivery"),
    ]
