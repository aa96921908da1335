import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey

KINDS = ["sent", "failed", "reply", "auto_reply"]


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0008_texts"),
        ("workspaces", "0002_jobs"),
    ]

    operations = [
        migrations.AddField("recipient", "replied_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("recipient", "auto_replied_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("recipient", "opted_out_at", models.DateTimeField(blank=True, null=True)),
        migrations.CreateModel(
            name="ErasedMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messaging.account",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "unscoped",
                "default_manager_name": "unscoped",
                "indexes": [models.Index(fields=["workspace", "at"], name="erasedmessage_stats")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", KINDS)), name="erasedmessage_kind")
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        TenantForeignKey("erasedmessage", "account"),
    ]
