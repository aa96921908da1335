"""The format and the files of a step's text."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sequences', '0010_figures_of_one_sequence'),
    ]

    operations = [
        migrations.AddField(
            model_name='step',
            name='attachments',
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name='step',
            name='format',
            field=models.CharField(db_default='plain', default='plain', max_length=10),
        ),
    ]
