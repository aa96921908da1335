"""Sessions that are to be ended at Telegram, and what a logout gives for the next login."""

import crmsolid.core.clock
import crmsolid.core.ids
import django.db.models.deletion
import django.db.models.manager
import functools
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0025_qr_login'),
        ('workspaces', '0009_kept_forms'),
    ]

    operations = [
        migrations.AddField(
            model_name='telegramsession',
            name='future_auth_token',
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='SessionToEnd',
            fields=[
                ('id', models.CharField(default=functools.partial(crmsolid.core.ids.new_id, *('log',), **{}), editable=False, max_length=30, primary_key=True, serialize=False)),
                ('lease_epoch', models.PositiveBigIntegerField(default=0)),
                ('dc_id', models.PositiveSmallIntegerField()),
                ('host', models.CharField(max_length=100)),
                ('port', models.PositiveIntegerField()),
                ('auth_key', models.BinaryField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.account')),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['not_before'], name='sessiontoend_due')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        TenantForeignKey("sessiontoend", "account"),
    ]
