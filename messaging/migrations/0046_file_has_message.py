"""Which files retention need not look at every hour."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0045_automatic_downloads")]

    operations = [
        migrations.AddField(
            "file", "has_message", models.BooleanField(db_default=False, default=False, editable=False)
        ),
    ]
