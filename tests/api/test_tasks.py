from datetime import timedelta

import pytest

from crmsolid.api import idempotency, tasks
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import clock
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
