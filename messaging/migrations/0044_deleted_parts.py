"""When a part of an album was deleted at Telegram."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0043_fill_last_times")]

    operations = [
        migrations.AddField("attachment", "deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
    ]
