"""The check of the kinds of erased messages, for the rows that were there before."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0033_written_message_indexes'),
    ]

    operations = [
        ValidateConstraint(model_name='erasedmessage', name='erasedmessage_kind'),
    ]
