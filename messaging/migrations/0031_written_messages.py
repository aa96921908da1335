"""What members write, for the statistics of the team; erased messages of people that answered none."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

from crmsolid.workspaces.migration_operations import TenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('messaging', '0030_message_words'),
        ('workspaces', '0009_kept_forms'),
    ]

    operations = [
        migrations.CreateModel(
            name='WrittenMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('via', models.CharField(max_length=10)),
                ('at', models.DateTimeField(null=True)),
                ('waited', models.PositiveIntegerField(null=True)),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='messaging.message')),
                ('workspace', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='workspaces.workspace')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'unscoped',
                'default_manager_name': 'unscoped',
                'indexes': [models.Index(fields=['workspace', 'at', 'author', 'via', 'waited'], name='writtenmessage_stats'), models.Index(condition=models.Q(('author__isnull', False)), fields=['author'], name='writtenmessage_author')],
            },
            managers=[
                ('unscoped', django.db.models.manager.Manager()),
            ],
        ),
        TenantForeignKey("writtenmessage", "message"),
        migrations.RemoveConstraint(
            model_name='erasedmessage',
            name='erasedmessage_kind',
        ),
        AddConstraintNotValid(
            model_name='erasedmessage',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sent', 'failed', 'reply', 'auto_reply', 'received'])), name='erasedmessage_kind'),
        ),
    ]
