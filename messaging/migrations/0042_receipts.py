"""Up to which message the contact of a thread has read, and what is asked of Telegram about a message."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0041_received_media")]

    operations = [
        migrations.AddField("thread", "read_to", models.BigIntegerField(blank=True, editable=False, null=True)),
        migrations.AddField("message", "change", models.JSONField(blank=True, editable=False, null=True)),
    ]
