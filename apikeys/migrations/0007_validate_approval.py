"""The check of the approval, for the rows that were there before."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("apikeys", "0006_limits")]

    operations = [ValidateConstraint(model_name="apikey", name="apikey_approval")]
