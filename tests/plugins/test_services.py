import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.services import CHECKOUT, ROOT
from tests.servers import clean_environment, short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as made:
        yield made


@pytest.mark.parametrize("kind", ["of another user", "open to others", "a link"])
def test_folder_that_others_can_change_is_not_used(folder: Path, kind: str) -> None:
    foreign = folder / "foreign"
    (foreign / "data").mkdir(parents=True)
    (foreign / "data" / "PG_VERSION").write_text("1")
    kept = folder / f"crmsolid-tests-{CHECKOUT}"
    if kind == "a link":
        (folder / "target").mkdir(mode=0o700)
        kept.symlink_to(folder / "target")
    else:
        kept.mkdir(mode=0o700)
    (kept / "postgresql").symlink_to(foreign)
    if kind == "open to others":
        kept.chmod(0o777)
    elif kind == "of another user":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder to another user")
        os.chown(kept, 1, 1)
    environment = clean_environment() | {"TMPDIR": str(folder), "TEST_SERVICES": "wheels", "REDIS_URL": "redis://none"}
    command = [sys.executable, "-m", "tests.plugins.services", "true"]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert sorted(path.name for path in folder.iterdir() if path.name != "target") == [kept.name, "foreign"]
    assert (foreign / "data" / "PG_VERSION").read_text() == "1"
