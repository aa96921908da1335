"""When a contact last read a message of ours."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0015_drop_redundant_indexes")]

    operations = [
        migrations.AddField("contact", "last_read_at", models.DateTimeField(blank=True, editable=False, null=True)),
    ]
