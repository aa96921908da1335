"""Names of templates are unique among the shared ones, and among those of each member; who wrote the messages so far."""

from typing import Any

from django.db import connection, migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import (
    AddIndexConcurrently,
    AddUniqueConcurrently,
    DropRedundantIndexes,
    RunInBatches,
)

FILL = """
UPDATE messaging_message AS m SET
  author_kind = CASE WHEN m.source = 'phone' THEN 'telegram' WHEN m.source IN ('sequence', 'broadcast') THEN m.source
    WHEN w.author_id IS NOT NULL THEN 'member' WHEN w.via = 'mcp' THEN 'assistant' WHEN w.via = 'rest' THEN 'key' ELSE '' END,
  author_ref = coalesce(w.author_id::text, ''),
  author_name = coalesce(nullif(u.name, ''), split_part(u.email, '@', 1), '')
FROM messaging_message AS o
LEFT JOIN messaging_writtenmessage AS w ON w.message_id = o.id
LEFT JOIN workspaces_user AS u ON u.id = w.author_id
WHERE m.id = o.id AND o.thread_id >= %s AND o.thread_id <= %s AND o.direction = 'out' AND o.author_kind = ''
"""


def fill(threads: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [threads[0].pk, threads[-1].pk])


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0049_conversations")]

    operations = [
        # Django adds its own indexes at the end of the migration that adds the tables.
        *(DropRedundantIndexes(model) for model in ("threaddraft", "alert", "alertsettings", "episode")),
        AddIndexConcurrently("template", models.Index(fields=["workspace", "name"], name="template_by_name")),
        AddIndexConcurrently(
            "template", models.Index(fields=["owner"], name="template_owner", condition=Q(owner__isnull=False))
        ),
        AddUniqueConcurrently(
            "template",
            models.UniqueConstraint(
                fields=["workspace", "name"], name="template_shared_name", condition=Q(owner=None)
            ),
        ),
        AddUniqueConcurrently(
            "template",
            models.UniqueConstraint(
                fields=["workspace", "owner", "name"], name="template_own_name", condition=Q(owner__isnull=False)
            ),
        ),
        AddIndexConcurrently(
            "thread",
            models.Index(
                fields=["workspace", "last_message_at", "id"], name="thread_open_recent", condition=Q(closed_at=None)
            ),
        ),
        RunInBatches("Thread", fill),
    ]
