"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "contacts_contactimport_id_091af8ef_like",
    "contacts_contactimport_workspace_id_bd5ef64e",
    "contacts_contactnote_id_d1c3257e_like",
    "contacts_customfield_workspace_id_ca297ef5",
    "contacts_importfailure_workspace_id_9c4d9434",
    "contacts_optout_workspace_id_ecf4fe3d",
    "contacts_scoringrule_workspace_id_879886ec",
    "contacts_segment_id_2dc77787_like",
    "contacts_segment_workspace_id_76ec1745",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("contacts", "0014_implied_stages")]
    operations = [drop_indexes(*REDUNDANT)]
