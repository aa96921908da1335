"""A block with a statement timeout of its own."""

import pytest
from django.db import connection, transaction

from contacts.models import Contact
from crmsolid.core.errors import unavailable
from crmsolid.core.postgresql.statement_timeout import StatementTimeout, statement_timeout
from tests.tenants import Tenants

SETTINGS = ("statement_timeout", "max_parallel_workers_per_gather")


def settings() -> list[str]:
    return [_row(f"SHOW {name}")[0] for name in SETTINGS]


def _row(sql: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return tuple(cursor.fetchone())


@pytest.mark.django_db(transaction=True)
def test_settings_hold_for_the_block_alone() -> None:
    before = settings()
    with statement_timeout(1.5):
        assert settings() == ["1500ms", "0"]
    assert settings() == before
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_settings_of_the_transaction_come_back_after_the_block_and_after_an_inner_one() -> None:
    before = settings()
    with statement_timeout(2):
        with statement_timeout(1):
            assert settings() == ["1s", "0"]
        assert settings() == ["2s", "0"]
    assert settings() == before


@pytest.mark.django_db
def test_statement_that_takes_longer_raises_and_leaves_the_transaction_usable(tenants: Tenants) -> None:
    before = settings()
    with pytest.raises(StatementTimeout), statement_timeout(0.05):
        Contact.unscoped.create(workspace=tenants.workspace, username="sarah")
        _row("SELECT pg_sleep(30)::text")
    assert settings() == before
    assert not Contact.objects.for_workspace(tenants.workspace).exists()


@pytest.mark.django_db(transaction=True)
def test_statement_that_takes_longer_raises_outside_a_transaction() -> None:
    before = settings()
    with pytest.raises(StatementTimeout) as raised, statement_timeout(0.05):
        _row("SELECT pg_sleep(30)::text")
    assert settings() == before
    assert unavailable(raised.value) is not None  # who does not handle it answers 503


@pytest.mark.django_db
def test_block_keeps_what_it_wrote_and_other_errors_pass(tenants: Tenants) -> None:
    with statement_timeout(20):
        Contact.unscoped.create(workspace=tenants.workspace, username="sarah")
    with pytest.raises(KeyError), statement_timeout(20), transaction.atomic():
        raise KeyError
    assert Contact.objects.for_workspace(tenants.workspace).count() == 1
