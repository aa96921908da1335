from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0012_answer_aim")]
    operations = [
        migrations.AddField("user", "single_keys", models.BooleanField(default=True, db_default=True)),
    ]
