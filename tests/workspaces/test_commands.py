"""What all commands of the product have in common."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder

from crmsolid.workspaces.commands import ServiceCommand


class Failing(ServiceCommand):
    def run(self, **options: Any) -> Any:
        raise DatabaseError("no such table: contacts_contact")


def test_a_database_that_was_not_migrated_is_named_with_the_next_step(db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="contacts").delete()
    with pytest.raises(CommandError, match=r"run `manage\.py migrate` first"):
        call_command(Failing())


def test_another_error_of_the_database_is_shown_as_it_is(db: None) -> None:
    with pytest.raises(DatabaseError, match="no such table: contacts_contact"):
        call_command(Failing())
