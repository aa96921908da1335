"""Each of these is the beginning of a longer index, or serves ``LIKE 'x%'``, which nothing asks of its column."""

from django.db import migrations

from crmsolid.workspaces.migration_operations import drop_indexes

REDUNDANT = (
    "oauth_accesstoken_grant_id_30d94f68_like",
    "oauth_accesstoken_token_checksum_f8942397_like",
    "oauth_application_client_id_fb48309e_like",
    "oauth_application_client_secret_7c05defc_like",
    "oauth_authorizationcode_code_9f1d0da7_like",
    "oauth_authorizationcode_grant_id_81f9a501_like",
    "oauth_grant_id_653e9b2f_like",
    "oauth_grant_workspace_id_90a36ee1",
    "oauth_refreshtoken_grant_id_09476321_like",
)


class Migration(migrations.Migration):
    atomic = False  # DROP INDEX CONCURRENTLY waits for whoever uses the table, and holds up nobody
    dependencies = [("oauth", "0002_document_request")]
    operations = [drop_indexes(*REDUNDANT)]
