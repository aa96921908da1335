"""Threads that are there get what the inbox knows of them."""

from typing import Any

from django.db import migrations, transaction

CHUNK = 500

# The first message of the contact after the latest answer; and when the latest outgoing message failed, if it did.
FILL = """
UPDATE messaging_thread SET
  waiting_since = CASE WHEN EXISTS (
    SELECT 1 FROM contacts_contact c WHERE c.id = messaging_thread.contact_id AND c.opted_out = true
  ) THEN NULL ELSE (
    SELECT min(m.created_at) FROM messaging_message m
    WHERE m.thread_id = messaging_thread.id AND m.direction = 'in' AND m.auto_reply = false
      AND m.created_at > coalesce(
        (SELECT max(o.created_at) FROM messaging_message o WHERE o.thread_id = messaging_thread.id
         AND o.direction = 'out' AND o.source IN ('direct', 'phone') AND o.status <> 'canceled'),
        '0001-01-01 00:00:00+00')
  ) END,
  failed_at = (
    SELECT CASE WHEN m.status = 'failed' THEN m.created_at END FROM messaging_message m
    WHERE m.thread_id = messaging_thread.id AND m.direction = 'out' AND m.status <> 'canceled'
    ORDER BY m.created_at DESC, m.id DESC LIMIT 1)
WHERE id >= %s AND id <= %s
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """A chunk of threads in one transaction: processes of the version before go on with their work meanwhile, and
    none waits for longer than a chunk takes."""
    threads = apps.get_model("messaging", "Thread")._base_manager.order_by("pk")
    last = ""
    while True:
        with transaction.atomic():
            chunk = threads.filter(pk__gt=last).select_for_update(no_key=True)
            ids = list(chunk.values_list("pk", flat=True)[:CHUNK])
            if not ids:
                return
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(FILL, [ids[0], ids[-1]])
            last = ids[-1]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0013_thread_state"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
