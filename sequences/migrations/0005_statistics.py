"""The index that statistics are counted from, built while others write; and the answers to steps so far.

Opt-outs so far cannot be told from the messages, because the words may have changed since.
"""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently

# For each step run whose message was answered: the first answer of a person and of a machine.
FILL = """
UPDATE sequences_steprun SET
  replied_at = (SELECT min(m.sent_at) FROM messaging_message m
                WHERE m.in_reply_to_id = sequences_steprun.message_id AND m.auto_reply = false),
  auto_replied_at = (SELECT min(m.sent_at) FROM messaging_message m
                     WHERE m.in_reply_to_id = sequences_steprun.message_id AND m.auto_reply = true)
WHERE message_id IN (SELECT in_reply_to_id FROM messaging_message WHERE in_reply_to_id IS NOT NULL)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("sequences", "0004_answers"),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "steprun",
            models.Index(
                fields=[
                    *("workspace", "settled_at", "version", "step_key", "outcome"),
                    *("replied_at", "auto_replied_at", "opted_out_at"),
                ],
                name="steprun_stats",
                condition=models.Q(outcome__in=["sent", "failed"]),
            ),
        ),
    ]
