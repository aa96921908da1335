"""The index of the files that retention looks at every hour. At first it has all, and the first run takes out those that a
message has."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0046_file_has_message")]

    operations = [
        AddIndexConcurrently(
            model_name="file",
            index=models.Index(
                condition=models.Q(("expires_at", None), ("has_message", False)), fields=["id"], name="file_review"
            ),
        ),
    ]
