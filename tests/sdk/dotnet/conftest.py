import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.sdk.dotnet.toolchain import Assembly, DotNet, installed_dotnet

SDK = Path(settings.BASE_DIR) / "sdk" / "dotnet"
LIBRARY = SDK / "src" / "CrmSolid.Client"
TESTS = SDK / "tests" / "CrmSolid.Client.Tests"


@dataclass(frozen=True, slots=True)
class Build:
    """The compiled client and its tests. ``diagnostics`` has what the compiler said about either."""

    library: Path
    tests: Path
    diagnostics: dict[str, list[str]]


@pytest.fixture(scope="session")
def dotnet() -> DotNet:
    return installed_dotnet()


@pytest.fixture(scope="session")
def build(dotnet: DotNet, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Build]:
    """Compiled once a run: the processes of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "dotnet"
    folder.mkdir(exist_ok=True)
    library, tests, result = (
        folder / "CrmSolid.Client.dll",
        folder / "CrmSolid.Client.Tests.dll",
        folder / "result.json",
    )
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            diagnostics = dotnet.compile(
                Assembly(str(library), sources(LIBRARY), documentation=True),
                Assembly(str(tests), sources(TESTS), [str(library)], executable=True),
            )
            result.write_text(json.dumps(diagnostics))
    yield Build(library, tests, json.loads(result.read_text()))


def sources(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*.cs") if not {"bin", "obj"} & set(path.parts))
