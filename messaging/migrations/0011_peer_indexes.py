from django.db import migrations, models
from django.db.models.functions import Upper

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("messaging", "0010_statistics"),
    ]

    operations = [
        AddIndexConcurrently("peerhash", models.Index(fields=["workspace", "peer_id"], name="peerhash_peer")),
        AddIndexConcurrently("peerhash", models.Index(Upper("username"), "workspace", name="peerhash_username")),
    ]
