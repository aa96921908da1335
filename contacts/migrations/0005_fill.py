"""Fills the columns of the migration before. What came in before this version counts as a person's reply."""

from typing import Any

from django.db import migrations, transaction

from contacts.normalization import fold, fold_texts

CHUNK = 500


def fill(apps: Any, schema_editor: Any) -> None:
    tags = apps.get_model("contacts", "ContactTag")._base_manager
    _update(tags.all(), lambda row: {"folded": fold(row.name)})
    contacts = apps.get_model("contacts", "Contact")._base_manager
    _update(contacts.exclude(custom_fields={}), lambda row: {"folded_fields": fold_texts(row.custom_fields)})
    unfilled = contacts.filter(last_in_at__isnull=False, last_reply_at=None)
    _update(unfilled, lambda row: {"last_reply_at": row.last_in_at})


def _update(rows: Any, values: Any) -> None:
    """Write the values of each row, a chunk of rows in one transaction: processes of the version before go on with
    their work meanwhile, and none waits for longer than a chunk takes."""
    last: Any = None
    while True:
        with transaction.atomic():
            remaining = rows if last is None else rows.filter(pk__gt=last)
            chunk = list(remaining.select_for_update(no_key=True).order_by("pk")[:CHUNK])
            if not chunk:
                return
            for row in chunk:
                for name, value in values(row).items():
                    setattr(row, name, value)
            rows.model._base_manager.bulk_update(chunk, list(values(chunk[0])))
            last = chunk[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0004_replies_and_folded_text"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
