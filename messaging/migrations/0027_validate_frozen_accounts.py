"""The check of account states, for the rows that were there before."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0026_sessions_to_end'),
    ]

    operations = [
        ValidateConstraint(model_name='account', name='account_state'),
    ]
