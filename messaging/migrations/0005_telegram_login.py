from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_telegram")]

    operations = [
        migrations.AddField(
            model_name="telegramsession",
            name="phone",
            field=models.CharField(blank=True, default="", max_length=20),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="loginattempt",
            name="step_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
