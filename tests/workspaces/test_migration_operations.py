"""The migration operations that change a table with rows."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from contacts.models import Contact
from crmsolid.workspaces.migration_operations import AddUniqueConcurrently, RunInBatches
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)

UNIQUE_NAME = models.UniqueConstraint(fields=["workspace", "name"], name="unique_name")


@pytest.fixture
def state() -> ProjectState:
    return MigrationLoader(connection).project_state()


def apply(state: ProjectState, *operations: Any, backwards: bool = False) -> None:
    """Apply a migration that is not atomic, or take it back; ``state`` is the one before it, and stays as it is."""
    migration = type("Migration", (migrations.Migration,), {"operations": operations, "atomic": False})
    applied = migration("0099_made_up", "contacts")
    with connection.schema_editor(atomic=False) as editor:
        (applied.unapply if backwards else applied.apply)(state.clone(), editor)


def add_contacts(tenants: Tenants, *names: str) -> None:
    for name in names:
        Contact(workspace=tenants.workspace, name=name).save()


def names() -> list[str]:
    return sorted(Contact.unscoped.values_list("name", flat=True))


def test_unique_constraint_is_kept_and_goes(tenants: Tenants, state: ProjectState) -> None:
    add_contacts(tenants, "Ann")
    apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME))
    with pytest.raises(IntegrityError), transaction.atomic():
        add_contacts(tenants, "Ann")
    apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME), backwards=True)
    add_contacts(tenants, "Ann")
    assert names() == ["Ann", "Ann"]


def test_unique_constraint_that_failed_can_be_added_again(tenants: Tenants, state: ProjectState) -> None:
    add_contacts(tenants, "Ann", "Ann")
    with pytest.raises(IntegrityError):
        apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME))
    Contact.unscoped.all().delete()
    apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME))
    with connection.cursor() as cursor:
        cursor.execute("SELECT convalidated, contype FROM pg_constraint WHERE conname = 'unique_name'")
        assert cursor.fetchall() == [(True, "u")]
    apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME))  # interrupted before it was recorded as applied
    add_contacts(tenants, "Ann")
    with pytest.raises(IntegrityError), transaction.atomic():
        add_contacts(tenants, "Ann")
    apply(state, AddUniqueConcurrently("contact", UNIQUE_NAME), backwards=True)


def test_rows_are_changed_a_batch_in_a_transaction(tenants: Tenants, state: ProjectState) -> None:
    """What was changed before an interruption stays, and all rows are changed by running it again."""
    add_contacts(tenants, *"abcde")
    sizes = []

    def change(rows: list[Any]) -> None:
        sizes.append(len(rows))
        for row in rows:
            row.name = row.name.upper()
            row.save(update_fields=["name"])
        if len(sizes) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        apply(state, RunInBatches("contact", change, size=2))
    assert sorted(name.isupper() for name in names()) == [False, False, False, True, True]
    apply(state, RunInBatches("contact", change, size=2))
    assert names() == ["A", "B", "C", "D", "E"]
    assert sizes == [2, 2, 2, 2, 1]
