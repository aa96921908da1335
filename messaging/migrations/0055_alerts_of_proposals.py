from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0054_change_authors")]

    operations = [
        migrations.AddField(
            model_name="alertsettings",
            name="proposals",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AlterField(
            model_name="alert",
            name="kind",
            field=models.CharField(
                choices=[
                    ("message", "Message"),
                    ("mention", "Mention"),
                    ("assigned", "Assignment"),
                    ("proposal", "Approval"),
                ],
                max_length=10,
            ),
        ),
    ]
