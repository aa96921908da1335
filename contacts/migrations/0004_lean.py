from django.db import migrations

from crmsolid.workspaces.lean_tables import Lean


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0003_optout"),
    ]

    operations = [
        Lean("contact"),
        Lean("contacttag"),
    ]
