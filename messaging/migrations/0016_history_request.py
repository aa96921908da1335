import crmsolid.core.clock
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0015_inbox_indexes"),
        ("workspaces", "0004_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "Asked for"), ("done", "Done"), ("failed", "Failed")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("reached_id", models.BigIntegerField(blank=True, null=True)),
                ("is_complete", models.BooleanField(default=False)),
                ("requested_at", models.DateTimeField(default=crmsolid.core.clock.now)),
                ("not_before", models.DateTimeField(default=crmsolid.core.clock.now)),
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
                    "thread",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messaging.thread"
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["account", "not_before"],
                        name="historyrequest_asked",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "done", "failed"])), name="historyrequest_state"
                    )
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        TenantForeignKey("historyrequest", "account"),
        TenantForeignKey("historyrequest", "thread"),
    ]
