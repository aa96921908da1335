"""A composite foreign key keeps each row from referring to a row of another workspace."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from apikeys.services import create_key
from contacts.models import Contact, ContactTag
from crmsolid.workspaces.actor import ALL_SCOPES
from crmsolid.workspaces.migration_operations import TenantForeignKey
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.models import Account, Thread
from tests.architecture import workspaced_models
from tests.tenants import Tenants

Relation = tuple[str, str, str]

CONSTRAINTS = """
    SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
    WHERE c.contype = 'f' AND cardinality(c.conkey) = 2 AND c.condeferrable AND c.condeferred
      AND (SELECT attname FROM pg_attribute WHERE attrelid = c.conrelid AND attnum = c.conkey[1]) = 'workspace_id'
      AND (SELECT attname FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = c.confkey[1]) = 'workspace_id'
      AND (SELECT attname FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = c.confkey[2]) = 'id'
"""


def foreign_keys() -> Iterator[tuple[type[WorkspaceModel], models.ForeignKey]]:  # type: ignore[type-arg]
    """Every relation from one tenant model to another, without ``WrittenMessage.episode``, which has no constraint:
    it is always the open episode of the message's own thread, and only counts read it."""
    for model in workspaced_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey) or not issubclass(field.related_model, WorkspaceModel):
                continue
            if field.db_constraint:  # type: ignore[attr-defined]
                yield model, field


def relations_in_models() -> set[Relation]:
    return {(model._meta.db_table, field.column, field.related_model._meta.db_table) for model, field in foreign_keys()}


def relations_in_database() -> set[Relation]:
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS)
        return set(cursor.fetchall())


def test_relations_between_tenant_models_are_found() -> None:
    assert ("messaging_message", "contact_id", "contacts_contact") in relations_in_models()


def test_no_relation_between_tenant_models_is_set_null() -> None:
    """A row is deleted with the row it refers to, or protects it. A key with one NULL column would not be checked.

    Exceptions are the rows that stay for statistics when a contact and the messages are erased.
    """
    set_null = {str(field) for _, field in foreign_keys() if field.remote_field.on_delete is models.SET_NULL}
    assert set_null == {
        "contacts.StageChange.contact",
        "messaging.Episode.thread",
        "messaging.Recipient.contact",
        "messaging.Recipient.message",
        "sequences.Enrollment.contact",
        "sequences.StepRun.message",
    }


def test_there_is_no_many_to_many_between_tenant_models() -> None:
    assert [str(field) for model in workspaced_models() for field in model._meta.local_many_to_many] == []


def test_every_relation_has_a_migration_for_its_composite_key() -> None:
    loader = MigrationLoader(None)
    migrated = {
        (key[0], operation.model, operation.field)
        for key, migration in loader.disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, TenantForeignKey)
    }
    assert migrated == {(model._meta.app_label, model._meta.model_name, field.name) for model, field in foreign_keys()}


@pytest.mark.django_db
def test_database_has_a_composite_key_for_each_relation_and_no_other() -> None:
    assert relations_in_database() == relations_in_models()


@pytest.mark.django_db(transaction=True)
def test_reference_to_another_workspace_is_refused_at_commit() -> None:
    tenants = Tenants()
    theirs = Contact.unscoped.create(workspace=tenants.other, name="Theirs")
    with pytest.raises(IntegrityError, match="contacts_contacttag_contact_id_tenant"), transaction.atomic():
        ContactTag.unscoped.create(workspace=tenants.workspace, contact=theirs, name="vip")
        assert ContactTag.unscoped.count() == 1  # the constraint is deferred to the commit
    assert ContactTag.unscoped.count() == 0
    ContactTag.unscoped.create(workspace=tenants.other, contact=theirs, name="vip")


@pytest.mark.django_db(transaction=True)
def test_moving_a_row_to_another_workspace_is_refused() -> None:
    tenants = Tenants()
    account = Account.unscoped.create(workspace=tenants.workspace, name="a", kind="sandbox")
    contact = Contact.unscoped.create(workspace=tenants.workspace, name="c")
    thread = Thread.unscoped.create(workspace=tenants.workspace, account=account, contact=contact)
    with pytest.raises(IntegrityError, match="_tenant"):
        Thread.unscoped.filter(pk=thread.pk).update(workspace=tenants.other)
    ours = create_key(tenants.actor(), name="ours", scopes=ALL_SCOPES).key
    theirs = create_key(tenants.actor(tenants.other), name="theirs", scopes=ALL_SCOPES).key
    assert ours.rotated_from is None  # NULL is not checked
    ours.rotated_from = theirs
    with pytest.raises(IntegrityError, match="apikeys_apikey_rotated_from_id_tenant"):
        ours.save()
    thread.refresh_from_db()
    assert thread.workspace_id == tenants.workspace.pk


@pytest.mark.django_db(transaction=True)
def test_migration_operation_is_reversible() -> None:
    loader = MigrationLoader(connection)
    operations = [
        (key[0], operation)
        for key, migration in loader.disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, TenantForeignKey)
    ]
    state = loader.project_state()
    try:
        for label, operation in reversed(operations):
            with connection.schema_editor() as editor:
                operation.database_backwards(label, editor, state, state)
        assert relations_in_database() == set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE '%%\\_tenant\\_key'")
            assert cursor.fetchall() == []
    finally:
        for label, operation in operations:
            with connection.schema_editor() as editor:
                operation.database_forwards(label, editor, state, state)
    assert relations_in_database() == relations_in_models()


def test_migration_operation_can_be_serialized() -> None:
    name, arguments, options = TenantForeignKey("message", "contact").deconstruct()
    again = TenantForeignKey(*arguments, **options)
    assert (name, again.model, again.field) == ("TenantForeignKey", "message", "contact")
    assert again.describe() == "Bind message.contact to its own workspace"
    assert apps.get_model("messaging", again.model)._meta.get_field(again.field).is_relation
