"""A process is killed (kill -9) at any point of an upload or of the processing: nothing is left, and nothing lost."""

import os
from pathlib import Path
from typing import Any

import pytest

from crmsolid.core import clock
from messaging.files import processing, storage
from messaging.files.models import File, StoredObject
from tests.crashing import kill_worker_at
from tests.messaging.files.crashing_worker import CONTENT_BYTES, PROCESSING, UPLOADS
from tests.messaging.files.helpers import picture, upload
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = "tests.messaging.files.crashing_worker"


@pytest.fixture
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "files"
    files = {"BACKEND": "messaging.files.folder.PrivateFolder", "OPTIONS": {"location": path}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    monkeypatch.setenv("CRMSOLID_TEST_FILES", str(path))
    return path


def contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def later() -> None:
    """Delete what is due two hours from now."""
    StoredObject.unscoped.update(not_before=clock.now())
    storage.delete_due()


@pytest.mark.parametrize("point", UPLOADS)
def test_a_killed_upload_leaves_a_whole_file_or_nothing(tenants: Tenants, folder: Path, point: str) -> None:
    kill_worker_at(WORKER, point)
    assert storage.delete_due() == 0  # it might still be written
    later()
    left = list(File.unscoped.all())
    assert len(left) == (1 if point == "committed" else 0)
    assert [path.stat().st_size for path in contents(folder)] == [CONTENT_BYTES] * len(left)
    assert StoredObject.unscoped.count() == 0


@pytest.mark.parametrize("point", PROCESSING)
def test_a_killed_worker_processes_a_file_once_in_the_end(tenants: Tenants, folder: Path, point: str) -> None:
    file = upload(tenants, picture(), "a.jpg")
    kill_worker_at(WORKER, point)
    File.unscoped.update(lease_until=None)
    assert processing.process_due() == (0 if point == "settled" else 1)
    later()
    file.refresh_from_db()
    assert (file.kind, file.width, file.processed_at is not None) == ("photo", 640, True)
    assert {os.path.relpath(path, folder) for path in contents(folder)} == {file.storage_name, file.thumbnail_name}
