from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("messaging", "0011_peer_indexes"),
    ]

    operations = [
        AddIndexConcurrently(
            "thread",
            models.Index(
                fields=["workspace", "last_message_at", "id"], name="thread_unread", condition=Q(unread_count__gt=0)
            ),
        ),
    ]
