import fcntl
import shutil

import pytest

from tests.npm import installed_packages
from tests.sdk.n8n.toolchain import CLIENT, SOURCE, succeeds
from tests.sdk.typescript.toolchain import TypeScript


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> TypeScript:
    """Built once a run: the processes of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    copy = TypeScript(base / "n8n", "")
    with (base / "n8n.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not copy.folder.exists():
            packages = installed_packages(SOURCE) / "node_modules"
            shutil.copytree(SOURCE, copy.folder, ignore=shutil.ignore_patterns("node_modules", "client", "dist"))
            (copy.folder / "node_modules").symlink_to(packages)
            succeeds(copy, "node", "tools/build.mjs", **CLIENT)
    return copy
