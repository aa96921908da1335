"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "apikeys_apikey_id_dc543187_like",
    "apikeys_apikey_rotated_from_id_18d0e2e6_like",
    "apikeys_apikey_workspace_id_0236ef0d",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("apikeys", "0004_key_uses")]
    operations = [drop_indexes(*REDUNDANT)]
