"""The indexes that statistics are counted from, built while others write; and the answers of recipients so far.

Opt-outs so far cannot be told from the messages, because the words may have changed since.
"""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently

# For each recipient whose message was answered: the first answer of a person and of a machine.
FILL = """
UPDATE messaging_recipient SET
  replied_at = (SELECT min(m.sent_at) FROM messaging_message m
                WHERE m.in_reply_to_id = messaging_recipient.message_id AND m.auto_reply = false),
  auto_replied_at = (SELECT min(m.sent_at) FROM messaging_message m
                     WHERE m.in_reply_to_id = messaging_recipient.message_id AND m.auto_reply = true)
WHERE message_id IN (SELECT in_reply_to_id FROM messaging_message WHERE in_reply_to_id IS NOT NULL)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0009_answers"),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "sent_at"], name="message_sent", condition=models.Q(direction="out", status="sent")
            ),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(fields=["account", "eta"], name="message_failed", condition=models.Q(status="failed")),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "auto_reply", "sent_at"],
                name="message_answers",
                condition=models.Q(direction="in", in_reply_to__isnull=False),
            ),
        ),
        AddIndexConcurrently(
            "recipient",
            models.Index(
                fields=[
                    *("workspace", "settled_at", "broadcast", "status"),
                    *("replied_at", "auto_replied_at", "opted_out_at"),
                ],
                name="recipient_stats",
                condition=models.Q(status__in=["sent", "failed"]),
            ),
        ),
    ]
