"""Who wrote a note, where, and whom it mentions."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contacts', '0016_last_read_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='contactnote',
            name='author_kind',
            field=models.CharField(db_default='user', default='user', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='contactnote',
            name='author_ref',
            field=models.CharField(db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='contactnote',
            name='edited_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='contactnote',
            name='mentioned',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), db_default=[], default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='contactnote',
            name='thread_id',
            field=models.CharField(db_default='', default='', editable=False, max_length=30),
        ),
    ]
