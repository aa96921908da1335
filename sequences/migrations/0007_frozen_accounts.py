"""A reason for an enrollment to wait: its account is frozen."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sequences', '0006_reasons_in_words'),
    ]

    operations = [
        migrations.AlterField(
            model_name='enrollment',
            name='reason',
            field=models.CharField(blank=True, choices=[('delay', 'Waits until its next step is due'), ('window', 'Waits for the sending hours'), ('daily_limit', 'The account has sent all it may for now'), ('account_paused', 'The account is paused'), ('account_frozen', 'The account is frozen'), ('account_needs_login', 'The account needs a login'), ('account_banned', 'The account is banned'), ('missing_value', 'The contact lacks a value that the text needs'), ('plan', 'The trial has ended'), ('sequence_paused', 'The sequence is paused'), ('reply', 'The contact replied'), ('tag', 'The contact has a tag that stops it'), ('stage', 'The contact is in a stage that stops it'), ('condition', 'The condition of a step was not met'), ('opted_out', 'The contact opted out'), ('erased', 'The contact was erased'), ('manual', 'Stopped by hand'), ('send_failed', 'A message could not be sent')], max_length=20),
        ),
    ]
