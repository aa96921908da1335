from datetime import timedelta

import pytest

from apikeys.models import ApiKey
from crmsolid.api import idempotency, tasks
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Tenants


def record(tenants: Tenants, key: str, age: timedelta) -> None:
    IdempotencyRecord.unscoped.create(
        workspace=tenants.workspace,
        key=key,
        fingerprint=b"x" * 32,
        status=200,
        body=b"{}",
        created_at=clock.now() - age,
    )


def remaining() -> list[str]:
    return sorted(IdempotencyRecord.unscoped.values_list("key", flat=True))


def test_records_older_than_a_day_are_deleted(tenants: Tenants) -> None:
    record(tenants, "old", timedelta(hours=24, seconds=1))
    record(tenants, "young", timedelta(hours=23, minutes=59))
    assert tasks.purge() == 1
    assert remaining() == ["young"]


def test_one_run_deletes_more_than_a_batch(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "PURGED_TOGETHER", 2)
    for number in range(5):
        record(tenants, f"old {number}", timedelta(days=2))
    assert tasks.purge() == 5
    assert remaining() == []


def test_an_expired_key_is_recorded_once(tenants: Tenants) -> None:
    tenants.key()
    ApiKey.unscoped.update(expires_at=clock.now() - timedelta(minutes=1))
    tasks.purge()
    tasks.purge()
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="key.expired").count() == 1
