"""Shared templates and those of each member have names of their own: see the constraints of 0050."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0050_authors")]

    # The version before keeps nothing by this constraint that template_shared_name does not keep: all its templates are
    # shared, and it says the same of both errors.
    unused_since = "1.0"

    operations = [migrations.RemoveConstraint("template", "template_name")]
