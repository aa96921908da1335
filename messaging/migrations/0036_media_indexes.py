"""The indexes of messages that the new columns need, and what the new tables do not need."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently, AddUniqueConcurrently, DropRedundantIndexes


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0035_media")]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('reply_to__isnull', False)), fields=['reply_to'], name='message_quoted'),
        ),
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(condition=models.Q(('direction', 'out'), ('read_at', None), ('status', 'sent'), ('telegram_message_id__isnull', False)), fields=['thread', 'telegram_message_id'], name='message_unread'),
        ),
        AddUniqueConcurrently(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('grouped_id__isnull', False)), fields=('thread', 'grouped_id'), name='message_album'),
        ),
        *(
            DropRedundantIndexes(model)
            for model in (
                *("attachment", "file", "messagechange", "storedobject"),
                *("telegramdownload", "telegramupload", "message"),
            )
        ),
    ]
