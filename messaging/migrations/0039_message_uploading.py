"""The index of the messages whose files are on their way to Telegram."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0038_sent_report_entities")]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('awaits_upload', True), ('status', 'queued')), fields=['thread'], name='message_uploading'),
        ),
    ]
