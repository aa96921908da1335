"""The index of the messages that others of their thread wait for, built while others write."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0021_frozen_accounts"),
    ]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["thread"],
                name="message_tried",
                condition=Q(status__in=["queued", "sending"], attempts__gt=0),
            ),
        ),
    ]
