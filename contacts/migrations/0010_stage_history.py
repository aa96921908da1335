"""Contacts that are there get a history of stages from what is known of them, and the time since when nobody answers."""

from django.db import migrations

_INSERT = (
    "INSERT INTO contacts_stagechange (workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause)"
    " SELECT workspace_id, id, {from_stage}, {stage}, TRUE, created_at, {at}, 'unknown' FROM contacts_contact"
)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0009_scoring"),
    ]

    operations = [
        migrations.RunSQL(
            [
                _INSERT.format(from_stage="''", stage="'new'", at="created_at"),
                _INSERT.format(from_stage="'new'", stage="stage", at="updated_at") + " WHERE stage <> 'new'",
                "UPDATE contacts_contact SET unanswered_since = last_out_at"
                " WHERE last_out_at IS NOT NULL AND (last_reply_at IS NULL OR last_reply_at < last_out_at)",
            ],
            migrations.RunSQL.noop,
        )
    ]
