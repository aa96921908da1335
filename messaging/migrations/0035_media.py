"""Files, what messages say beside their text, and changes to messages at Telegram."""

import crmsolid.core.clock
import crmsolid.core.ids
import django.db.models.deletion
import django.db.models.manager
import functools
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0015_drop_redundant_indexes'),
        ('messaging', '0034_validate_erased_kinds'),
        ('workspaces', '0013_single_keys'),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('video', 'Video'), ('voice', 'Voice message'), ('video_note', 'Video message'), ('audio', 'Audio'), ('document', 'File'), ('sticker', 'Sticker'), ('animation', 'GIF')], max_length=12)),
                ('random_id', models.BigIntegerField(editable=False)),
                ('telegram_message_id', models.BigIntegerField(blank=True, editable=False, null=True)),
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
            name='File',
            fields=[
                ('id', models.CharField(default=functools.partial(crmsolid.core.ids.new_id, *('fil',), **{}), editable=False, max_length=30, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=255)),
                ('type', models.CharField(max_length=100)),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('video', 'Video'), ('voice', 'Voice message'), ('video_note', 'Video message'), ('audio', 'Audio'), ('document', 'File'), ('sticker', 'Sticker'), ('animation', 'GIF')], max_length=12)),
                ('state', models.CharField(choices=[('stored', 'Stored'), ('on_demand', 'On demand'), ('too_large', 'Too large'), ('gone', 'Gone')], default='stored', max_length=10)),
                ('size', models.BigIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('width', models.PositiveIntegerField(blank=True, null=True)),
                ('height', models.PositiveIntegerField(blank=True, null=True)),
                ('duration', models.PositiveIntegerField(blank=True, null=True)),
                ('waveform', models.BinaryField(blank=True, null=True)),
                ('storage_name', models.CharField(blank=True, max_length=200)),
                ('thumbnail_name', models.CharField(blank=True, max_length=200)),
                ('processed_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now, editable=False)),
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
            name='MessageChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('edit', 'Edit'), ('delete', 'Delete'), ('react', 'React'), ('read', 'Read')], max_length=10)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('text', models.TextField(blank=True, default='')),
                ('entities', models.JSONField(blank=True, default=list)),
                ('emoji', models.CharField(blank=True, default='', max_length=40)),
                ('request_id', models.CharField(blank=True, max_length=128)),
                ('due_at', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('lease', models.CharField(blank=True, editable=False, max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('error_detail', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=crmsolid.core.clock.now, editable=False)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
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
            name='StoredObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('not_before', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('attempts', models.PositiveIntegerField(default=0)),
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
            name='TelegramDownload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('telegram_message_id', models.BigIntegerField()),
                ('dc_id', models.PositiveSmallIntegerField()),
                ('media_id', models.BigIntegerField()),
                ('access_hash', models.BigIntegerField()),
                ('file_reference', models.BinaryField()),
                ('thumb_size', models.CharField(blank=True, max_length=4)),
                ('fetched', models.BigIntegerField(default=0)),
                ('segments', models.JSONField(blank=True, default=list)),
                ('wanted_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('error', models.CharField(blank=True, max_length=40)),
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
            name='TelegramUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('video', 'Video'), ('voice', 'Voice message'), ('video_note', 'Video message'), ('audio', 'Audio'), ('document', 'File'), ('sticker', 'Sticker'), ('animation', 'GIF')], max_length=12)),
                ('state', models.CharField(choices=[('wanted', 'Wanted'), ('ready', 'Ready'), ('failed', 'Failed')], default='wanted', max_length=10)),
                ('upload_id', models.BigIntegerField(blank=True, null=True)),
                ('parts_sent', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('media_id', models.BigIntegerField(blank=True, null=True)),
                ('access_hash', models.BigIntegerField(blank=True, null=True)),
                ('file_reference', models.BinaryField(blank=True, null=True)),
                ('origin_message_id', models.BigIntegerField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('not_before', models.DateTimeField(default=crmsolid.core.clock.now)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('error_detail', models.CharField(blank=True, max_length=200)),
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
            model_name='broadcast',
            name='attachments',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='broadcast',
            name='format',
            field=models.CharField(db_default='plain', default='plain', max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='awaits_upload',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='deleted_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='entities',
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='format',
            field=models.CharField(choices=[('plain', 'Plain text'), ('markdown', 'Markdown'), ('html', 'HTML')], db_default='plain', default='plain', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='grouped_id',
            field=models.BigIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='link_preview',
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='quote',
            field=models.TextField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='reactions',
            field=models.JSONField(blank=True, db_default=[], default=list, editable=False),
        ),
        migrations.AddField(
            model_name='message',
            name='read_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='reply_to',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='template',
            name='attachments',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='template',
            name='format',
            field=models.CharField(blank=True, choices=[('plain', 'Plain text'), ('markdown', 'Markdown'), ('html', 'HTML')], db_default='plain', default='plain', max_length=10),
        ),
        migrations.AddField(
            model_name='thread',
            name='last_in_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='thread',
            name='last_out_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='thread',
            name='last_read_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='attachment',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.account'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='file',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='attachment',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='messaging.file'),
        ),
        migrations.AddField(
            model_name='messagechange',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='messaging.account'),
        ),
        migrations.AddField(
            model_name='messagechange',
            name='message',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='messaging.message'),
        ),
        migrations.AddField(
            model_name='messagechange',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='storedobject',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='telegramdownload',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.account'),
        ),
        migrations.AddField(
            model_name='telegramdownload',
            name='file',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='download', to='messaging.file'),
        ),
        migrations.AddField(
            model_name='telegramdownload',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddField(
            model_name='telegramupload',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.account'),
        ),
        migrations.AddField(
            model_name='telegramupload',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='messaging.file'),
        ),
        migrations.AddField(
            model_name='telegramupload',
            name='workspace',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace'),
        ),
        migrations.AddIndex(
            model_name='file',
            index=models.Index(condition=models.Q(('state', 'stored')), fields=['workspace'], include=('size',), name='file_sizes'),
        ),
        migrations.AddIndex(
            model_name='file',
            index=models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='file_expiry'),
        ),
        migrations.AddIndex(
            model_name='file',
            index=models.Index(condition=models.Q(('processed_at', None), ('state', 'stored')), fields=['created_at'], name='file_unprocessed'),
        ),
        migrations.AddConstraint(
            model_name='file',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['photo', 'video', 'voice', 'video_note', 'audio', 'document', 'sticker', 'animation'])), name='file_kind'),
        ),
        migrations.AddConstraint(
            model_name='file',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['stored', 'on_demand', 'too_large', 'gone'])), name='file_state'),
        ),
        migrations.AddConstraint(
            model_name='file',
            constraint=models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='file_size'),
        ),
        migrations.AddConstraint(
            model_name='file',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'stored'), _negated=True), models.Q(('storage_name', ''), _negated=True), _connector='OR'), name='file_stored'),
        ),
        migrations.AddIndex(
            model_name='attachment',
            index=models.Index(condition=models.Q(('telegram_message_id__isnull', False)), fields=['account', 'telegram_message_id'], name='attachment_of_telegram'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('message', 'position'), name='attachment_position'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.UniqueConstraint(fields=('account', 'random_id'), name='attachment_random_id'),
        ),
        migrations.AddConstraint(
            model_name='attachment',
            constraint=models.CheckConstraint(condition=models.Q(('position__lt', 10)), name='attachment_at_most_ten'),
        ),
        migrations.AddIndex(
            model_name='messagechange',
            index=models.Index(condition=models.Q(('status', 'queued')), fields=['account', 'due_at', 'id'], name='messagechange_due'),
        ),
        migrations.AddConstraint(
            model_name='messagechange',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['edit', 'delete', 'react', 'read'])), name='messagechange_kind'),
        ),
        migrations.AddConstraint(
            model_name='messagechange',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'done', 'failed'])), name='messagechange_status'),
        ),
        migrations.AddIndex(
            model_name='storedobject',
            index=models.Index(fields=['not_before'], name='storedobject_due'),
        ),
        migrations.AddIndex(
            model_name='telegramdownload',
            index=models.Index(condition=models.Q(('wanted_at__isnull', False)), fields=['account', 'not_before'], name='telegramdownload_due'),
        ),
        migrations.AddIndex(
            model_name='telegramupload',
            index=models.Index(condition=models.Q(('state', 'wanted')), fields=['account', 'not_before'], name='telegramupload_due'),
        ),
        migrations.AddConstraint(
            model_name='telegramupload',
            constraint=models.UniqueConstraint(fields=('account', 'file', 'kind'), name='telegramupload_once'),
        ),
        migrations.AddConstraint(
            model_name='telegramupload',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['wanted', 'ready', 'failed'])), name='telegramupload_state'),
        ),
        migrations.AddConstraint(
            model_name='telegramupload',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('access_hash__isnull', False), ('media_id__isnull', False)), _connector='OR'), name='telegramupload_ready'),
        ),
        TenantForeignKey("attachment", "account"),
        TenantForeignKey("attachment", "file"),
        TenantForeignKey("attachment", "message"),
        TenantForeignKey("messagechange", "account"),
        TenantForeignKey("messagechange", "message"),
        TenantForeignKey("telegramdownload", "account"),
        TenantForeignKey("telegramdownload", "file"),
        TenantForeignKey("telegramupload", "account"),
        TenantForeignKey("telegramupload", "file"),
        TenantForeignKey("message", "reply_to", not_valid=True),
    ]
