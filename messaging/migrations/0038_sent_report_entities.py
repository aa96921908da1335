"""The formatted parts of the text of a kept report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0037_validate_reply_to")]

    operations = [
        migrations.AddField(
            model_name="sentreport",
            name="entities",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
    ]
