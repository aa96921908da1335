"""What a login by QR code keeps in its row: its state, the worker that holds it, and when its page last asked."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0024_history_since'),
    ]

    operations = [
        migrations.AddField(
            model_name='loginattempt',
            name='error',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='loginattempt',
            name='qr_state',
            field=models.CharField(blank=True, choices=[('waiting', 'Waiting for the scan'), ('scanned', 'Scanned'), ('password', 'Password needed'), ('connected', 'Connected'), ('failed', 'Failed')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='loginattempt',
            name='seen_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='loginattempt',
            name='worker',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
    ]
