from datetime import timedelta

import pytest

from apikeys import tasks
from apikeys.models import ApiKey, IdempotencyRecord
from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry
from tests.cast import Cast


def record(cast: Cast, key: str, age: timedelta) -> None:
    IdempotencyRecord.unscoped.create(
        workspace=cast.workspace, key=key, fingerprint=b"x" * 32, status=200, body=b"{}", created_at=clock.now() - age
    )


def remaining() -> list[str]:
    return sorted(IdempotencyRecord.unscoped.values_list("key", flat=True))


def test_records_older_than_a_day_are_deleted(cast: Cast) -> None:
    record(cast, "old", timedelta(hours=24, seconds=1))
    record(cast, "young", timedelta(hours=23, minutes=59))
    assert tasks.purge() == 1
    assert remaining() == ["young"]


def test_one_run_deletes_more_than_a_batch(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    for number in range(5):
        record(cast, f"old {number}", timedelta(days=2))
    assert tasks.purge() == 5
    assert remaining() == []


def test_an_expired_key_is_recorded_once(cast: Cast) -> None:
    cast.key()
    ApiKey.unscoped.update(expires_at=clock.now() - timedelta(minutes=1))
    tasks.purge()
    tasks.purge()
    assert AuditEntry.objects.for_workspace(cast.workspace).filter(action="key.expired").count() == 1
