"""What limited keys and assistants were given to read, their budgets, and the writes that wait."""

import crmsolid.core.clock
import crmsolid.core.ids
import django.db.models.deletion
import django.db.models.manager
import functools
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('workspaces', '0015_job_authors'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BudgetUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(max_length=64)),
                ('at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('sends', models.PositiveIntegerField(default=0)),
                ('changes', models.PositiveIntegerField(default=0)),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['workspace', 'holder', 'at'], name='budgetuse_holder'), models.Index(fields=['at'], name='budgetuse_age')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='GivenText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('holder', models.CharField(max_length=64)),
                ('contact_id', models.CharField(blank=True, max_length=30)),
                ('given_at', models.DateTimeField(null=True)),
                ('address_changed_at', models.DateTimeField(null=True)),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(condition=models.Q(('contact_id', ''), _negated=True), fields=['workspace', 'contact_id'], name='giventext_contact')],
                'constraints': [models.UniqueConstraint(fields=('workspace', 'holder', 'contact_id'), name='giventext_once')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.CharField(default=functools.partial(crmsolid.core.ids.new_id, *('prp',), **{}), editable=False, max_length=30, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('pending', 'Waits'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('expired', 'Expired'), ('stale', 'Out of date'), ('failed', 'Failed')], default='pending', max_length=10)),
                ('holder', models.CharField(max_length=64)),
                ('asker_kind', models.CharField(help_text='key or grant', max_length=10)),
                ('asker_id', models.CharField(max_length=30)),
                ('asker_name', models.CharField(blank=True, max_length=254)),
                ('surface', models.CharField(max_length=10)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('operation', models.CharField(max_length=60)),
                ('arguments', models.JSONField(default=dict)),
                ('scopes', models.JSONField(default=list)),
                ('contact_id', models.CharField(blank=True, max_length=30)),
                ('reason', models.CharField(max_length=40)),
                ('because', models.JSONField(default=list)),
                ('state_seen', models.JSONField(default=dict)),
                ('edited_from', models.CharField(blank=True, help_text='the proposal that a member edited into this one', max_length=30)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('canceled', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True, help_text='of who decided, for the asker')),
                ('problem', models.TextField(blank=True, help_text='why it is stale or failed')),
                ('result', models.JSONField(blank=True, null=True)),
                ('run_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['workspace', '-created_at', '-id'], name='proposal_recent'), models.Index(fields=['workspace', 'status', '-created_at', '-id'], name='proposal_in_status'), models.Index(fields=['workspace', 'holder', '-created_at', '-id'], name='proposal_of_holder'), models.Index(condition=models.Q(('status', 'pending')), fields=['workspace', 'contact_id'], name='proposal_waiting'), models.Index(condition=models.Q(('status', 'pending')), fields=['expires_at'], name='proposal_expiring'), models.Index(condition=models.Q(('run_at__isnull', True), ('status', 'approved')), fields=['decided_at'], name='proposal_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'rejected', 'expired', 'stale', 'failed'])), name='proposal_status')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
    ]
