"""Working hours, the capacity of members, when the next conversation opens, and the template of e-mails."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workspaces', '0013_single_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='membership',
            name='capacity',
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='on_duty',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='outgoingemail',
            name='template',
            field=models.CharField(db_default='', default='', max_length=30),
        ),
        migrations.AddField(
            model_name='user',
            name='opens_next',
            field=models.CharField(choices=[('never', 'Never'), ('close', 'After closing or snoozing'), ('answer', 'After answering, closing or snoozing')], db_default='close', default='close', max_length=10),
        ),
        migrations.AddField(
            model_name='workspace',
            name='unassigned_aim_minutes',
            field=models.SmallIntegerField(db_default=30, default=30),
        ),
        migrations.AddField(
            model_name='workspace',
            name='work_days',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), blank=True, db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='workspace',
            name='work_from',
            field=models.TimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='workspace',
            name='work_until',
            field=models.TimeField(blank=True, null=True),
        ),
    ]
