"""Contacts that are there get a history of stages from what is known of them, and the time since when nobody answers.

Nobody knows when they came to their stage: the history says, when they were last changed.
"""

from typing import Any

from django.db import migrations, transaction

CHUNK = 500

_INSERT = (
    "INSERT INTO contacts_stagechange (workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause)"
    " SELECT workspace_id, id, {from_stage}, {stage}, TRUE, created_at, {at}, 'unknown' FROM contacts_contact c"
    " WHERE id >= %s AND id <= %s"
    " AND NOT EXISTS (SELECT 1 FROM contacts_stagechange s WHERE s.contact_id = c.id AND s.stage = {stage})"
)
_STATEMENTS = (
    _INSERT.format(from_stage="''", stage="'new'", at="created_at"),
    _INSERT.format(from_stage="'new'", stage="c.stage", at="updated_at"),
    "UPDATE contacts_contact SET unanswered_since = last_out_at WHERE id >= %s AND id <= %s"
    " AND last_out_at IS NOT NULL AND (last_reply_at IS NULL OR last_reply_at < last_out_at)",
)


def fill(apps: Any, schema_editor: Any) -> None:
    """A chunk of contacts in one transaction: processes of the version before go on with their work meanwhile, and
    none waits for longer than a chunk takes."""
    contacts = apps.get_model("contacts", "Contact")._base_manager.order_by("pk")
    last = ""
    while True:
        with transaction.atomic():
            chunk = contacts.filter(pk__gt=last).select_for_update(no_key=True)
            ids = list(chunk.values_list("pk", flat=True)[:CHUNK])
            if not ids:
                return
            with schema_editor.connection.cursor() as cursor:
                for statement in _STATEMENTS:
                    cursor.execute(statement, [ids[0], ids[-1]])
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0009_scoring"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
