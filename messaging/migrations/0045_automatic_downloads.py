"""Whether a file is fetched because it was received, not because somebody asked for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0044_deleted_parts")]

    operations = [
        migrations.AddField(
            "telegramdownload",
            "is_automatic",
            models.BooleanField(db_default=False, default=False, editable=False),
        ),
    ]
