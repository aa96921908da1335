"""What narrows keys and grants, and which of their writes wait for an approval."""

from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('apikeys', '0005_drop_redundant_indexes'),
        ('workspaces', '0015_job_authors'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='apikey',
            name='account_ids',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='accounts; empty: all'),
        ),
        migrations.AddField(
            model_name='apikey',
            name='approval',
            field=models.CharField(choices=[('none', 'No write waits'), ('untrusted', 'Writes about others wait after reading what somebody wrote'), ('all', 'Every write waits')], db_default='none', default='none', max_length=10),
        ),
        migrations.AddField(
            model_name='apikey',
            name='daily_changes',
            field=models.IntegerField(blank=True, help_text='changes in 24 h; empty: any number', null=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='daily_sends',
            field=models.IntegerField(blank=True, help_text='messages in 24 h; empty: any number', null=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='segment_id',
            field=models.CharField(blank=True, db_default='', help_text='segment; empty: all contacts', max_length=30),
        ),
        AddConstraintNotValid(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('approval__in', ['none', 'untrusted', 'all'])), name='apikey_approval'),
        ),
    ]
