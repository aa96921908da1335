"""What the inbox knows of a thread, and which message was sent again for which."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce, Greatest

from crmsolid.workspaces.migration_operations import DropRedundantIndexes, TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0011_erasures"),
        ("messaging", "0012_home_indexes"),
        ("workspaces", "0003_time_zone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            "thread",
            "assignee",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("thread", "snoozed_until", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("thread", "closed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("thread", "waiting_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("thread", "failed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "thread",
            "active_at",
            models.GeneratedField(
                db_persist=True,
                expression=Greatest(
                    "last_message_at", Coalesce(models.F("snoozed_until"), models.F("last_message_at"))
                ),
                output_field=models.DateTimeField(),
            ),
        ),
        migrations.AddField(
            "message",
            "retry_of",
            models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="messaging.message",
            ),
        ),
        TenantForeignKey("message", "retry_of"),
        DropRedundantIndexes("message"),
    ]
