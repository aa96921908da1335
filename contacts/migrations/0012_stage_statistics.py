from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0011_erasures"),
    ]

    operations = [
        migrations.RemoveIndex("stagechange", "stagechange_entered"),
        AddIndexConcurrently(
            "stagechange",
            models.Index(
                fields=["workspace", "stage", "entered_at", "at"],
                name="stagechange_entered",
                condition=models.Q(is_first=True),
            ),
        ),
        AddIndexConcurrently(
            "stagechange",
            models.Index(
                fields=["workspace", "entered_at"], name="stagechange_added", condition=models.Q(from_stage="")
            ),
        ),
    ]
