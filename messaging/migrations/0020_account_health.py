"""What an account page says of its connection: since when it stands, when Telegram was heard, the latest error."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0019_list_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='telegramsession',
            name='appeal_url',
            field=models.URLField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='connected_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='frozen_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='heard_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='last_error_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='last_error_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=40),
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='last_error_message',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
    ]
