"""The index of the search through the texts of messages. 100 MB for two million messages of 90 characters."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently

WORDS = SearchVector(
    models.Func(
        models.F("text"),
        models.Value("@./:_-+<>&"),
        models.Value("          "),
        function="TRANSLATE",
        output_field=models.TextField(),
    ),
    config="simple",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0029_longest_wait")]
    operations = [
        AddIndexConcurrently(
            "message", GinIndex(WORDS, name="message_words", condition=Q(status__in=["sent", "received"]))
        ),
    ]
