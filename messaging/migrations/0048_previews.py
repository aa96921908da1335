"""Previews of files that are at Telegram alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0047_file_review")]

    operations = [
        migrations.AddField(
            "telegramdownload", "preview", models.BinaryField(blank=True, max_length=2048, null=True)
        ),
    ]
