"""Threads get the times at which the contact last wrote and was last written to."""

from typing import Any

from django.db import connection, migrations

from crmsolid.workspaces.migration_operations import RunInBatches

FILL = """
UPDATE messaging_thread t SET
  last_in_at = greatest(t.last_in_at, (
    SELECT max(m.sent_at) FROM messaging_message m WHERE m.thread_id = t.id AND m.direction = 'in')),
  last_out_at = greatest(t.last_out_at, (
    SELECT max(m.sent_at) FROM messaging_message m
    WHERE m.thread_id = t.id AND m.direction = 'out' AND m.status = 'sent' AND NOT m.auto_reply))
WHERE t.id >= %s AND t.id <= %s
"""


def fill(threads: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [threads[0].pk, threads[-1].pk])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0042_receipts")]

    operations = [RunInBatches("Thread", fill)]
