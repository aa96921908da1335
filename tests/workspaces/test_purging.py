"""What the installation deletes with time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from crmsolid.core import clock
from crmsolid.core.ids import first_id
from crmsolid.jobs.models import Job
from crmsolid.workspaces import purging
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Tenants
from tests.threads import in_background


def test_ended_jobs_are_deleted_after_their_retention(tenants: Tenants, settings: Any) -> None:
    settings.JOB_DAYS = 3
    now = clock.now()
    for days, state, ended in ((4, "done", 25), (4, "queued", None), (4, "canceled", 23), (2, "failed", 25)):
        id = first_id("job", now - timedelta(days=days))[:-1] + state[0].upper()
        times = {"next_run_at": now} if ended is None else {"finished_at": now - timedelta(hours=ended)}
        job = {"kind": "import", "scope": "x", "state": state, "next_run_at": None, **times}
        Job.unscoped.create(workspace=tenants.workspace, id=id, **job)
    assert purging.purge() == 1
    assert set(Job.unscoped.values_list("state", flat=True)) == {"queued", "canceled", "failed"}
    assert purging.purge() == 0


def test_audit_log_is_kept_for_ever_unless_it_has_a_retention(
    tenants: Tenants, settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(purging, "BATCH", 2)
    AuditEntry.unscoped.all().delete()
    for days in (500, 12, 11, 9):
        at = clock.now() - timedelta(days=days)
        AuditEntry.unscoped.create(
            workspace=tenants.workspace, at=at, action="x.y", subject_kind="user", surface="rest"
        )
    assert purging.purge() == 0
    settings.AUDIT_DAYS = 10
    assert purging.purge() == 3
    assert AuditEntry.unscoped.get().at > clock.now() - timedelta(days=10)


@pytest.mark.django_db(transaction=True)
def test_purge_waits_for_no_row_that_is_locked(tenants: Tenants, settings: Any) -> None:
    settings.AUDIT_DAYS = 10
    AuditEntry.unscoped.all().delete()
    at = clock.now() - timedelta(days=11)
    entry = {"at": at, "action": "x.y", "subject_kind": "user", "surface": "rest"}
    locked, _ = (AuditEntry.unscoped.create(workspace=tenants.workspace, **entry) for _ in range(2))
    with transaction.atomic():
        AuditEntry.unscoped.select_for_update().get(pk=locked.pk)
        with in_background(purging.purge) as purged:
            assert purged.result(10) == 1
    assert AuditEntry.unscoped.get() == locked
    assert purging.purge() == 1
