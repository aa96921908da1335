"""Messages that people wrote before get their rows, and what people write an index."""

from typing import Any

from django.db import connection, migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently, RunInBatches

# The answers of each thread in their order, without what was loaded from Telegram from before the thread. A contact has
# waited since the first message between the answer before and this one. Of planned messages the time of sending counts, and those that are still planned get their row without one.
# The audit log knows which member has written in the panel.
FILL = """
INSERT INTO messaging_writtenmessage (workspace_id, message_id, author_id, via, at, waited)
SELECT w.workspace_id, w.id, users.id, CASE WHEN w.source = 'phone' THEN 'phone' ELSE coalesce(a.surface, 'rest') END,
  w.at, CASE WHEN w.at IS NOT NULL THEN floor(extract(epoch FROM w.at - (
    SELECT min(i.created_at) FROM messaging_message i
    WHERE i.thread_id = w.thread_id AND i.direction = 'in' AND NOT i.auto_reply
      AND greatest(i.created_at, i.sent_at) >= w.thread_created_at
      AND i.created_at > coalesce(w.before, '-infinity') AND i.created_at <= w.at)))::int END
FROM (
  SELECT m.*, lag(m.at) OVER (PARTITION BY m.thread_id ORDER BY m.at NULLS LAST, m.id) AS before
  FROM (
    SELECT o.id, o.workspace_id, o.thread_id, o.source, t.created_at AS thread_created_at,
      CASE WHEN o.source = 'phone' OR o.eta <= o.created_at THEN o.created_at ELSE o.sent_at END AS at
    FROM messaging_message o JOIN messaging_thread t ON t.id = o.thread_id
    WHERE o.thread_id >= %s AND o.thread_id <= %s AND o.direction = 'out' AND o.source IN ('direct', 'phone')
      AND o.status <> 'canceled' AND NOT o.auto_reply AND greatest(o.created_at, o.sent_at) >= t.created_at
  ) AS m
) AS w
LEFT JOIN LATERAL (
  SELECT subject_kind, subject_id, surface FROM workspaces_auditentry e
  WHERE e.workspace_id = w.workspace_id AND e.target = w.id AND e.action = 'message.accepted' LIMIT 1
) AS a ON w.source = 'direct'
LEFT JOIN workspaces_user AS users ON a.subject_kind = 'user' AND users.id::text = a.subject_id
WHERE w.at IS NOT NULL OR EXISTS (SELECT FROM messaging_message q WHERE q.id = w.id AND q.status IN ('queued', 'sending'))
ON CONFLICT (message_id) DO NOTHING
"""


def fill(threads: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [threads[0].pk, threads[-1].pk])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0031_written_messages"),
    ]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["workspace", "sent_at", "account"],
                name="message_received",
                condition=Q(direction="in", auto_reply=False),
            ),
        ),
        RunInBatches("Thread", fill),
    ]
