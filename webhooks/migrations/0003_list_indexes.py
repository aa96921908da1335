"""Indexes for the lists of deliveries by status and by event type, built while others write."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("webhooks", "0002_tenant_keys"),
    ]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index(
                fields=["workspace", "status", "id"],
                name="delivery_by_status",
                condition=Q(status__in=["failed", "exhausted", "canceled"]),
            ),
        ),
        AddIndexConcurrently(
            "delivery",
            models.Index(fields=["endpoint", "event_type", "created_at", "id"], name="delivery_by_type"),
        ),
    ]
