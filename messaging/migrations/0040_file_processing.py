"""How often the measures of a file were read, and which worker is at it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0039_message_uploading")]

    operations = [
        migrations.AddField(
            model_name="file",
            name="lease_until",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="file",
            name="tries",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
    ]
