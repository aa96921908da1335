"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "messaging_account_workspace_id_ca58eeb9",
    "messaging_broadcast_id_d00c4922_like",
    "messaging_broadcast_workspace_id_6bd901c5",
    "messaging_erasedmessage_workspace_id_b5a296d0",
    "messaging_historyrequest_thread_id_a3e7e603_like",
    "messaging_loginattempt_id_16ba4cdd_like",
    "messaging_optoutword_workspace_id_426ea582",
    "messaging_peerhash_account_id_1c530b96",
    "messaging_peerhash_workspace_id_0120875e",
    "messaging_sentreport_thread_id_264445d9_like",
    "messaging_sessiontoend_id_15157517_like",
    "messaging_spentslot_account_id_268843a4",
    "messaging_telegramsession_workspace_id_63ab6d10",
    "messaging_template_workspace_id_391b4d77",
    "messaging_workerheartbeat_id_76ec977c_like",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("messaging", "0027_validate_frozen_accounts")]
    operations = [drop_indexes(*REDUNDANT)]
