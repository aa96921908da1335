"""The statements of the runner and of the lists use an index, however many contacts are in a sequence."""

from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from django.db import connection

from crmsolid.core import clock
from sequences import querysets, services, stats
from sequences.models import Enrollment, Sequence
from sequences.running import due_steps, runner
from sequences.versions import current_version
from tests.sequences.helpers import actor, create
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db
CONTACTS, DUE, PAUSED = 20_000, 50, 3

_CONTACTS = """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email, phone,
  time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
SELECT 'con_' || n, %s, '', '', '', 'user_' || n, 'user_' || n, '', '', '', 'new', 0, false, '{}', '{}', '', now(),
  now() FROM generate_series(1, %s) AS n
"""
_ENROLLMENTS = """
INSERT INTO sequences_enrollment (id, workspace_id, sequence_id, version_id, contact_id, account_id, status, reason,
  step_key, anchor_at, next_run_at, paused_at, request_id, created_at)
SELECT 'enr_' || n, %s, %s, %s, 'con_' || n, %s, CASE WHEN n <= %s THEN 'paused' ELSE 'active' END, '', 'again', %s,
  %s::timestamptz + CASE WHEN n %% %s = 0 THEN interval '-1 hour' ELSE interval '1 hour' END, NULL, '',
  %s::timestamptz + n * interval '1 second'
FROM generate_series(1, %s) AS n
"""
_STEP_RUNS = """
INSERT INTO sequences_steprun (workspace_id, enrollment_id, version_id, step_key, outcome, error, handled, created_at,
  settled_at)
SELECT workspace_id, id, version_id, 'hello', 'sent', '', right(id, 4) <> '7777', created_at, created_at
FROM sequences_enrollment
"""


@pytest.fixture(scope="module")
def sequence_once(rows_of_module: None) -> Sequence:
    account = Tenants().sandbox()
    row, now = create(account), clock.now()
    version, workspace_id = current_version(row), row.workspace_id
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [workspace_id, CONTACTS])
        cursor.execute(
            _ENROLLMENTS,
            [workspace_id, row.pk, version.id, account.pk, PAUSED, now, now, CONTACTS // DUE, now, CONTACTS],
        )
        cursor.execute(_STEP_RUNS)
        cursor.execute("ANALYZE contacts_contact, sequences_sequence, sequences_enrollment, sequences_steprun")
    connection.check_constraints()  # once, or every test would check all foreign keys at its end
    return row


@pytest.fixture
def sequence(sequence_once: Sequence) -> Sequence:
    """A sequence in which 20,000 contacts have got the first step; 50 of them are due, and 2 outcomes unhandled."""
    return deepcopy(sequence_once)


def plans_of(work: Callable[[], Any], *parts: str) -> list[str]:
    """The plans of those statements of the work that contain all these parts."""
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "UPDATE")) and all(part in sql for part in parts):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {sql}", params)
                plans.append("\n".join(row[0] for row in cursor.fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        work()
    assert plans
    return plans


def test_a_run_never_scans_the_enrollments_or_step_runs(sequence: Sequence) -> None:
    plans = plans_of(runner.run_due)
    assert Enrollment.unscoped.filter(status="active", next_run_at__lte=clock.now()).count() == 0
    for table in ("sequences_enrollment", "sequences_steprun"):
        assert not [plan for plan in plans if f"Seq Scan on {table}" in plan]


def test_the_claim_of_a_batch_reads_the_due_enrollments_in_index_order(sequence: Sequence) -> None:
    [plan] = plans_of(partial(due_steps.run_batch, sequence.pk), "sequences_enrollment", "SKIP LOCKED")
    assert "enrollment_due" in plan
    assert "Sort" not in plan


def test_due_sequences_are_found_by_the_index_of_due_enrollments(sequence: Sequence) -> None:
    [plan] = plans_of(querysets.due_sequences)
    assert "using enrollment_due" in plan


def test_outcomes_to_handle_are_found_by_their_index(sequence: Sequence) -> None:
    plan = plans_of(runner.handle_outcomes)[0]
    assert "steprun_unhandled" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("filters", "of_sequence", "of_all"),
    [
        ({}, "enrollment_by_created", "enrollment_by_workspace"),
        ({"status": "active"}, "enrollment_by_", "enrollment_by_"),
        ({"status": "paused"}, "enrollment_by_status", "enrollment_by_ws_status"),
        ({"status": "failed"}, "enrollment_by_status", "enrollment_by_ws_status"),
        ({"contact_id": "con_17"}, "enrollment", "sequences_enrollment_contact"),
    ],
)
@pytest.mark.parametrize("everywhere", [False, True])
def test_the_list_uses_an_index(
    sequence: Sequence, filters: dict[str, Any], of_sequence: str, of_all: str, everywhere: bool
) -> None:
    sequence_id = None if everywhere else sequence.pk

    def read(cursor: str | None = None) -> Any:
        by = actor(sequence.workspace)
        return services.list_enrollments(by, sequence_id=sequence_id, cursor=cursor, **filters)

    pages = [read()]
    plans = plans_of(read, 'FROM "sequences_enrollment"')
    if pages[0].next_cursor is not None:
        plans += plans_of(lambda: read(pages[0].next_cursor), 'FROM "sequences_enrollment"')
    for plan in plans:
        assert (of_all if everywhere else of_sequence) in plan
        assert "Seq Scan on sequences_enrollment" not in plan
        assert "Sort" not in plan or "contact_id" in filters


def test_the_figures_of_a_sequence_come_from_the_index_alone(sequence: Sequence) -> None:
    with connection.cursor() as cursor:  # as VACUUM does, which runs in no transaction
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = 'sequences_steprun'")
    [plan] = plans_of(partial(stats.step_outcomes, actor(sequence.workspace), sequence.pk), 'FROM "sequences_steprun"')
    assert "Index Only Scan using steprun_by_version" in plan
