"""Folded copies of tags and of custom fields that are text, which conditions compare."""

from typing import Any

from django.db import migrations, models

from contacts.normalization import fold, fold_texts

CHUNK = 500


def fold_stored_text(apps: Any, schema_editor: Any) -> None:
    tags = apps.get_model("contacts", "ContactTag")._base_manager
    _update(tags.all(), lambda row: {"folded": fold(row.name)})
    contacts = apps.get_model("contacts", "Contact")._base_manager
    _update(contacts.exclude(custom_fields={}), lambda row: {"folded_fields": fold_texts(row.custom_fields)})


def _update(rows: Any, values: Any) -> None:
    """Write the values of each row, a chunk of rows in one statement."""
    last: Any = None
    while chunk := list((rows if last is None else rows.filter(pk__gt=last)).order_by("pk")[:CHUNK]):
        for row in chunk:
            for name, value in values(row).items():
                setattr(row, name, value)
        rows.model._base_manager.bulk_update(chunk, list(values(chunk[0])))
        last = chunk[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0004_last_reply_at"),
    ]

    operations = [
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
        migrations.RunPython(fold_stored_text, migrations.RunPython.noop, elidable=True),
    ]
