"""The tables that most requests write to have no redundant index or foreign key, and still have those they need."""

import pytest
from django.db import IntegrityError, connection, transaction

from contacts.models import Contact, ContactTag
from crmsolid.workspaces.migration_operations import REDUNDANT_FOREIGN_KEYS, REDUNDANT_INDEXES
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


@pytest.mark.parametrize("table", WRITTEN_OFTEN)
def test_table_has_no_redundant_index_or_foreign_key(table: str) -> None:
    with connection.cursor() as cursor:
        for query in (REDUNDANT_FOREIGN_KEYS, REDUNDANT_INDEXES):
            cursor.execute(query.format(table=table))
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
