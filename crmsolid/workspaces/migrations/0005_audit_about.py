"""The index of the entries about one row, for its page History. It is built while others write."""

from django.db import migrations, models

from crmsolid.workspaces.migration_operations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("workspaces", "0004_accounts"),
    ]

    operations = [
        AddIndexConcurrently("auditentry", models.Index(fields=["workspace", "target", "-at"], name="audit_about")),
    ]
