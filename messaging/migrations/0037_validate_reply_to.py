"""The foreign key of quoted messages, for the rows that were there before."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0036_media_indexes")]

    operations = [ValidateConstraint("message", "messaging_message_reply_to_id_tenant")]
