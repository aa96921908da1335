import django.db.models.deletion
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import DropRedundantIndexes, TenantForeignKey


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0004_replies_and_folded_text"),
        ("messaging", "0004_due_index"),
        ("workspaces", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="auto_reply",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="message",
            name="in_reply_to",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="messaging.message",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="text_digest",
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("in_reply_to__isnull", False)), fields=["in_reply_to"], name="message_replies"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("text_digest__isnull", False)),
                fields=["account", "text_digest", "sent_at"],
                name="message_same_text",
            ),
        ),
        TenantForeignKey("message", "in_reply_to"),
        DropRedundantIndexes("message"),
    ]
