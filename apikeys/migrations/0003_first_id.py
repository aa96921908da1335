from typing import Any

from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    """A key was made after the one it replaces, so in this order the first id of that one is known."""
    keys = apps.get_model("apikeys", "ApiKey").unscoped
    first_ids: dict[str, str] = {}
    for key in keys.order_by("created_at", "id").only("id", "rotated_from_id"):
        first_ids[key.id] = first_ids.get(key.rotated_from_id, key.id)
        keys.filter(pk=key.id).update(first_id=first_ids[key.id])


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0002_tenant_keys"),
    ]

    operations = [
        migrations.AddField(
            "apikey",
            "first_id",
            models.CharField(
                default="",
                editable=False,
                help_text="the id of the first key of its rotations, or its own",
                max_length=30,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
