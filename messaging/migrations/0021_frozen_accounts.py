"""A state of accounts that Telegram has frozen, and when the last connection of an account ended."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0020_account_health'),
        ('workspaces', '0009_kept_forms'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='account',
            name='account_state',
        ),
        migrations.AddField(
            model_name='telegramsession',
            name='disconnected_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='account',
            name='state',
            field=models.CharField(choices=[('connected', 'Connected'), ('paused', 'Paused'), ('frozen', 'Frozen'), ('needs_login', 'Needs login'), ('banned', 'Banned')], default='connected', max_length=12),
        ),
        migrations.AlterField(
            model_name='broadcast',
            name='waiting_for',
            field=models.CharField(blank=True, choices=[('eta', 'for its time'), ('per_hour', 'for its limit an hour'), ('daily_limit', 'for the daily limit of the accounts'), ('gap', 'for the time between two sends of an account'), ('account_paused', 'for an account that is paused'), ('account_frozen', 'for an account that is frozen'), ('account_needs_login', 'for an account that needs a login'), ('account_banned', 'for an account that is banned'), ('plan', 'for a plan that allows sending'), ('held', 'until whoever runs the server lets messages go out again')], max_length=20),
        ),
        AddConstraintNotValid(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['connected', 'paused', 'frozen', 'needs_login', 'banned'])), name='account_state'),
        ),
    ]
