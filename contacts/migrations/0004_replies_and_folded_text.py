"""When a contact last replied, and folded copies of tags and of custom fields that are text, which conditions compare.

The next migration fills them, so that the locks of the tables are not held for as long as that takes.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0003_normal_tags"),
    ]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="last_reply_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="contact",
            name="folded_fields",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="contacttag",
            name="folded",
            field=models.TextField(db_default="", default="", editable=False),
        ),
    ]
