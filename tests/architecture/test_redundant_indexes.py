"""No table has an index that another one replaces, and each has the indexes that its deletions need; the tables that
most requests write to have no redundant foreign key either, and still have those they need."""

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import Contact, ContactTag
from crmsolid.workspaces.migration_operations import REDUNDANT_FOREIGN_KEYS
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

WRITTEN_OFTEN = (
    "apikeys_idempotencyrecord",
    "contacts_contact",
    "contacts_contacttag",
    "messaging_message",
    "messaging_recipient",
    "messaging_messageattempt",
    "messaging_sandboxdelivery",
    "messaging_thread",
    "webhooks_attempt",
    "webhooks_delivery",
    "events_event",
)

# Tables of Django and its libraries to which nothing is written after the migrations.
NOT_WRITTEN = (
    *("auth_group", "auth_group_permissions", "auth_permission", "oauth2_provider_devicegrant"),
    *("workspaces_user_groups", "workspaces_user_user_permissions"),
)

# Indexes that answer nothing which another one of the same kind does not answer: those that it begins with, in columns,
# operator classes, orders and collations. A unique one also keeps rows out, and a partial one is smaller.
BEGINNINGS = """
    WITH indexes AS (
      SELECT i.*, c.relam, pg_get_expr(indexprs, indrelid) AS expressions, indkey::int2[] AS keys,
        indclass::oid[] AS classes, indoption::int2[] AS options, indcollation::oid[] AS collations
      FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = 'public'::regnamespace)
    SELECT a.indexrelid::regclass::text FROM indexes a JOIN indexes b
      ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid AND b.relam = a.relam
      AND b.indnkeyatts >= a.indnkeyatts AND b.expressions IS NOT DISTINCT FROM a.expressions
      AND b.keys[:a.indnkeyatts - 1] = a.keys[:a.indnkeyatts - 1]
      AND b.classes[:a.indnkeyatts - 1] = a.classes[:a.indnkeyatts - 1]
      AND b.options[:a.indnkeyatts - 1] = a.options[:a.indnkeyatts - 1]
      AND b.collations[:a.indnkeyatts - 1] = a.collations[:a.indnkeyatts - 1]
    WHERE NOT a.indisunique AND a.indpred IS NULL AND b.indpred IS NULL AND a.indrelid::regclass::text <> ALL(%s)
"""
# Django adds one to each key that is text, for LIKE 'x%', which nothing asks of a key.
FOR_LIKE = """
    SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_opclass o ON o.oid = ANY(i.indclass)
    WHERE o.opcname LIKE '%%pattern_ops' AND i.indrelid::regclass::text <> ALL(%s)
"""


@pytest.mark.parametrize("query", [BEGINNINGS, FOR_LIKE], ids=["beginnings", "for LIKE"])
def test_no_index_is_redundant(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, [list(NOT_WRITTEN)])
        assert sorted({name for (name,) in cursor.fetchall()}) == []


@pytest.mark.parametrize("table", WRITTEN_OFTEN)
def test_table_has_no_redundant_foreign_key(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REDUNDANT_FOREIGN_KEYS.format(table=table))
        assert cursor.fetchall() == []


# What refers to these tables needs no index for it, because their rows are not deleted: an account is logged out, a
# rule archived, and a version of a sequence kept with its history.
NEVER_DELETED = ("contacts_scoringrule", "messaging_account", "sequences_sequenceversion")

# Columns of foreign keys that no index begins with, perhaps after the workspace. A partial index without the NULLs
# serves too, because a deletion looks for a value.
WITHOUT_INDEX = """
    SELECT DISTINCT c.conrelid::regclass || '.' || a.attname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[cardinality(c.conkey)]
    WHERE c.contype = 'f' AND c.confrelid::regclass::text <> ALL(%s) AND NOT EXISTS (
      SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indisvalid
        AND (i.indkey[0] = a.attnum OR i.indkey[0] = c.conkey[1] AND i.indkey[1] = a.attnum)
        AND (i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))
"""


def test_whatever_refers_to_rows_that_can_be_deleted_is_found_by_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_INDEX, [list(NEVER_DELETED)])
        assert cursor.fetchall() == []


def test_tag_without_its_contact_is_refused(tenants: Tenants) -> None:
    tag = ContactTag(workspace=tenants.workspace, contact_id="con_01J00000000000000000000000", name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        tag.save()
        connection.check_constraints()


def test_contact_without_its_workspace_is_refused(tenants: Tenants) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact(workspace_id=2**40).save()
        connection.check_constraints()
