import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from crmsolid.local import services
from tests.servers import short_folder


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a newcomer's machine, whatever the tests run on."""
    for name in ("DATABASE_URL", "REDIS_URL", "CRMSOLID_DATA", "CRMSOLID_DEMO_PASSWORD", "CRMSOLID_ENV"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        yield made


@pytest.fixture
def system_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of /var/lib/crmsolid-local."""
    monkeypatch.setattr(services, "SYSTEM_FOLDER", folder / "system")
    return folder / "system"


@pytest.fixture
def data(folder: Path, system_folder: Path) -> Iterator[Path]:
    """A data folder in one that is closed to other users, as /root is."""
    (folder / "closed").mkdir(mode=0o700)
    made = folder / "closed" / "data"
    made.mkdir(mode=0o700)
    yield made
    for process in filter(None, (postmaster(made), valkey(made))):  # 0 would be every process of the tests
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def postmaster(data: Path) -> int:
    """Its process id, 0 if it has not been started."""
    path = data / "postgresql" / "data" / "postmaster.pid"
    return int(path.read_text().split()[0]) if path.exists() else 0


def valkey(data: Path) -> int:
    path = data / "valkey" / "pid"
    return int(path.read_text()) if path.exists() else 0
