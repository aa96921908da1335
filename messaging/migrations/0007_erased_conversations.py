from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_lean"),
    ]

    operations = [
        migrations.AddField(
            model_name="telegramsession",
            name="nothing_before",
            field=models.DateTimeField(blank=True, help_text="what is older is not looked through again", null=True),
        ),
    ]
