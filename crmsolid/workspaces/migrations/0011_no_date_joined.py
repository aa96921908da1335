"""Nothing reads when a user joined. The version before still writes the column; the next one drops it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0010_drop_redundant_indexes")]
    operations = [
        migrations.AlterField("user", "date_joined", models.DateTimeField(null=True)),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("user", "date_joined")]),
    ]
