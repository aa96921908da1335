"""Drafts, alerts, episodes, personal templates, and who wrote a message."""

import crmsolid.core.clock
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0048_previews'),
        ('workspaces', '0014_conversations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('message', 'Message'), ('mention', 'Mention'), ('assigned', 'Assignment')], max_length=10)),
                ('about', models.CharField(max_length=30)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('told_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('seen_at', models.DateTimeField(null=True)),
                ('pushed_at', models.DateTimeField(null=True)),
                ('emailed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='AlertSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mine', models.BooleanField(default=True)),
                ('unassigned', models.BooleanField(default=True)),
                ('mentions', models.BooleanField(default=True)),
                ('everything', models.BooleanField(default=False)),
                ('sound', models.BooleanField(default=True)),
                ('texts', models.BooleanField(default=True)),
                ('quiet_from', models.TimeField(blank=True, null=True)),
                ('quiet_until', models.TimeField(blank=True, null=True)),
                ('email_after', models.PositiveSmallIntegerField(blank=True, default=15, null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Episode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_first', models.BooleanField(default=False)),
                ('opened_at', models.DateTimeField()),
                ('first_answer_at', models.DateTimeField(null=True)),
                ('first_answer_via', models.CharField(blank=True, max_length=10)),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='PushKey',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('private_key', models.BinaryField(help_text='encrypted')),
                ('public_key', models.CharField(help_text='uncompressed point, base64url', max_length=100)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name='PushSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('subscription', models.BinaryField(help_text='encrypted')),
                ('browser', models.CharField(blank=True, help_text='the User-Agent, shortened', max_length=200)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('last_sent_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='ThreadDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=30)),
                ('content', models.JSONField()),
                ('revision', models.CharField(max_length=60)),
                ('updated_at', models.DateTimeField(default=crmsolid.core.clock.now)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='message',
            name='author_kind',
            field=models.CharField(db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='author_name',
            field=models.CharField(db_default='', default='', editable=False, max_length=254),
        ),
        migrations.AddField(
            model_name='message',
            name='author_ref',
            field=models.CharField(db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='template',
            name='owner',
            field=models.ForeignKey(db_index=False, blank=True, editable=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='template',
            name='used_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='template',
            name='uses',
            field=models.IntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='alert',
            name='thread',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.thread'),
        ),
        migrations.AddField(
            model_name='alert',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alert',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='alertsettings',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alertsettings',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='episode',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.account'),
        ),
        migrations.AddField(
            model_name='episode',
            name='closed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='episode',
            name='first_answer_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='episode',
            name='thread',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='messaging.thread'),
        ),
        migrations.AddField(
            model_name='episode',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='writtenmessage',
            name='episode',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.episode'),
        ),
        migrations.AddField(
            model_name='pushsubscription',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.usersession'),
        ),
        migrations.AddField(
            model_name='pushsubscription',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='threaddraft',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.thread'),
        ),
        migrations.AddField(
            model_name='threaddraft',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='threaddraft',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('seen_at', None)), fields=['user', 'told_at'], name='alert_unseen'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('pushed_at', None), ('seen_at', None)), fields=['told_at'], name='alert_unpushed'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('emailed_at', None), ('seen_at', None)), fields=['created_at'], name='alert_unmailed'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(fields=['created_at'], name='alert_created'),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('thread__isnull', False)), fields=['thread'], name='alert_of_thread'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('user', 'kind', 'about'), name='alert_once'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['message', 'assigned']), ('seen_at', None)), fields=('user', 'thread', 'kind'), name='alert_unseen_once'),
        ),
        migrations.AddConstraint(
            model_name='pushsubscription',
            constraint=models.UniqueConstraint(fields=('digest',), name='pushsubscription_once'),
        ),
        migrations.AddConstraint(
            model_name='alertsettings',
            constraint=models.UniqueConstraint(fields=('user', 'workspace'), name='alertsettings_once'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('thread__isnull', False)), fields=['thread'], name='episode_of_thread'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(fields=['workspace', 'opened_at'], name='episode_opened'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(fields=['workspace', 'first_answer_at'], name='episode_answered'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(fields=['workspace', 'closed_at'], name='episode_closed'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('first_answer_by__isnull', False)), fields=['first_answer_by'], name='episode_answerer'),
        ),
        migrations.AddIndex(
            model_name='episode',
            index=models.Index(condition=models.Q(('closed_by__isnull', False)), fields=['closed_by'], name='episode_closer'),
        ),
        migrations.AddConstraint(
            model_name='episode',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None), ('thread__isnull', False)), fields=('thread',), name='episode_open'),
        ),
        migrations.AddIndex(
            model_name='threaddraft',
            index=models.Index(fields=['user', 'workspace'], name='threaddraft_of_user'),
        ),
        migrations.AddConstraint(
            model_name='threaddraft',
            constraint=models.UniqueConstraint(fields=('thread', 'user'), name='threaddraft_once'),
        ),
        TenantForeignKey("threaddraft", "thread"),
        TenantForeignKey("alert", "thread"),
        TenantForeignKey("episode", "thread"),
        TenantForeignKey("episode", "account"),
    ]
