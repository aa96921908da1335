"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "django_session_session_key_c0390e0f_like",
    "workspaces_auditentry_workspace_id_f85fa331",
    "workspaces_heartbeat_name_1d97d594_like",
    "workspaces_invitation_digest_17121a52_like",
    "workspaces_invitation_workspace_id_5f5d7eee",
    "workspaces_job_id_0a76022d_like",
    "workspaces_job_workspace_id_38bd5ec1",
    "workspaces_membership_user_id_96a9ee37",
    "workspaces_recoverycode_user_id_82f83047",
    "workspaces_user_email_b817d139_like",
    "workspaces_usersession_session_key_7efe87a0_like",
    "workspaces_workspace_slug_c37054a2_like",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("sessions", "0001_initial"), ("workspaces", "0009_kept_forms")]
    operations = [drop_indexes(*REDUNDANT)]
