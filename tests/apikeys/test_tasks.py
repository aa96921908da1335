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


def kept() -> list[str]:
    return sorted(IdempotencyRecord.unscoped.values_list("key", flat=True))


def test_only_answers_older_than_a_day_go(cast: Cast) -> None:
    record(cast, "old", timedelta(hours=24, seconds=1))
    record(cast, "young", timedelta(hours=23, minutes=59))
    assert tasks.purge() == 1
    assert kept() == ["young"]


def test_more_than_a_batch_goes_in_one_run(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    for number in range(5):
        record(cast, f"old {number}", timedelta(days=2))
    assert tasks.purge() == 5
    assert kept() == []


def test_an_expired_key_is_noted_once(cast: Cast) -> None:
    cast.key()
    ApiKey.unscoped.update(expires_at=clock.now() - timedelta(minutes=1))
    tasks.purge()
    tasks.purge()
    assert AuditEntry.objects.for_workspace(cast.workspace).filter(action="key.expired").count() == 1
