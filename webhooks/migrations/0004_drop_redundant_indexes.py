"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "webhooks_endpoint_id_44a055d0_like",
    "webhooks_endpoint_workspace_id_7f5fbe8f",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("webhooks", "0003_list_indexes")]
    operations = [drop_indexes(*REDUNDANT)]
