from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0009_answers"),
        ("sequences", "0003_enrollment_by_ws_status"),
    ]

    operations = [
        migrations.AddField("steprun", "replied_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("steprun", "auto_replied_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("steprun", "opted_out_at", models.DateTimeField(blank=True, null=True)),
    ]
