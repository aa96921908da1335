"""From when on the conversations of an account are to be read, until they were."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0023_sent_reports'),
    ]

    operations = [
        migrations.AddField(
            model_name='telegramsession',
            name='history_since',
            field=models.DateTimeField(
                blank=True, help_text='messages since then may be missing, until the conversations were read', null=True
            ),
        ),
    ]
