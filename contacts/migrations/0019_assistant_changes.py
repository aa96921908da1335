"""What assistants and rules have changed on contacts, for a member to take back."""

import crmsolid.core.clock
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0018_phone_digits'),
        ('workspaces', '0015_job_authors'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssistantChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread_id', models.CharField(blank=True, default='', max_length=30)),
                ('author_kind', models.CharField(max_length=10)),
                ('author_ref', models.CharField(max_length=64)),
                ('author_name', models.CharField(max_length=254)),
                ('session', models.CharField(max_length=30)),
                ('field', models.CharField(max_length=80)),
                ('old', models.JSONField(null=True)),
                ('new', models.JSONField(null=True)),
                ('at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('undone_at', models.DateTimeField(null=True)),
                ('contact', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='contacts.contact')),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['workspace', '-at', '-id'], name='assistantchange_recent'), models.Index(fields=['workspace', 'author_ref', '-at'], name='assistantchange_author'), models.Index(fields=['workspace', 'session'], name='assistantchange_session'), models.Index(fields=['contact'], name='assistantchange_contact'), models.Index(fields=['at'], name='assistantchange_age'), models.Index(condition=models.Q(('undone_by__isnull', False)), fields=['undone_by'], name='assistantchange_member')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        TenantForeignKey("assistantchange", "contact"),
    ]
