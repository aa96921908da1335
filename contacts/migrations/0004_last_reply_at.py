"""When a contact last replied. What came in before this version counts as a person's."""

from typing import Any

from django.db import migrations, models
from django.db.models import F


def fill(apps: Any, schema_editor: Any) -> None:
    contacts = apps.get_model("contacts", "Contact")._base_manager
    contacts.filter(last_in_at__isnull=False).update(last_reply_at=F("last_in_at"))


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
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
