from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sequences", "0002_tenant_keys"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="enrollment",
            index=models.Index(fields=["workspace", "created_at", "id"], name="enrollment_by_workspace"),
        ),
    ]
