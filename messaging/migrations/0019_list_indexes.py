"""Indexes for the lists of messages by account and by a rare status, built while others write."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0018_held_broadcasts"),
    ]

    operations = [
        AddIndexConcurrently(
            "message", models.Index(fields=["account", "created_at", "id"], name="message_of_account")
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["workspace", "status", "created_at", "id"],
                name="message_unsent",
                condition=Q(status__in=["failed", "canceled"]),
            ),
        ),
    ]
