import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsolid.local import services
from crmsolid.local.services import Processes, processes_in
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


@pytest.fixture(scope="session")
def copied_programs() -> Iterator[Path | None]:
    """What root's first start copies."""
    with short_folder() as made:
        if os.geteuid() == 0:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(services, "SYSTEM_FOLDER", made)
                services._copy_for_all(services.programs())
        yield next(made.iterdir(), None)


@pytest.fixture
def system_folder(folder: Path, copied_programs: Path | None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """In place of /var/lib/crmsolid-local."""
    made = folder / "system"
    made.mkdir(mode=0o700)
    if copied_programs:
        (made / copied_programs.name).symlink_to(copied_programs)
    monkeypatch.setattr(services, "SYSTEM_FOLDER", made)
    return made


@pytest.fixture
def data(folder: Path, system_folder: Path) -> Path:
    """A data folder in one that is closed to other users, as /root is."""
    made = folder / "closed" / "data"
    made.parent.mkdir(mode=0o700)
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def processes(data: Path) -> Iterator[Processes]:
    with processes_in(data, "a test") as started:
        yield started


def groups(data: Path) -> list[int]:
    """The process groups of the last start."""
    return [-int(word) for word in (data / "running.lock").read_text().partition("\n")[2].split()]


def postmaster(data: Path) -> int:
    """Its process id, 0 if it does not run."""
    path = data / "postgresql" / "data" / "postmaster.pid"
    return int(path.read_text().split()[0]) if path.exists() else 0
