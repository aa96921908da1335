"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "sequences_sequence_id_e3893f19_like",
    "sequences_sequence_workspace_id_5ff7a78d",
    "sequences_sequenceversion_sequence_id_b48625bf",
    "sequences_sequenceversion_sequence_id_b48625bf_like",
    "sequences_sequenceversion_workspace_id_0d23fa34",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("sequences", "0007_frozen_accounts")]
    operations = [drop_indexes(*REDUNDANT)]
