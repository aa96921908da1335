"""What a received message has that is neither a text nor a file, and the rest of a kept report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0040_file_processing")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="media_text",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="sentreport", name="details", field=models.JSONField(blank=True, db_default={}, default=dict)
        ),
    ]
