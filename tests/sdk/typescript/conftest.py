import fcntl

import pytest

from tests.sdk.typescript.toolchain import TypeScript, compiled


@pytest.fixture(scope="session")
def typescript(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> TypeScript:
    """Compiled once a run: the processes of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    folder, said = base / "typescript", base / "typescript.txt"
    with (base / "typescript.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(compiled(folder).diagnostics)
    return TypeScript(folder, said.read_text())
