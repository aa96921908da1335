import fcntl
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.sdk.dotnet.guide import Block, blocks
from tests.sdk.dotnet.toolchain import Assembly, DotNet, installed_dotnet
from tests.sdk.live import ACCOUNT_ID
from tests.sdk.sends import START_SECONDS

SDK = Path(settings.BASE_DIR) / "sdk" / "dotnet"
LIBRARY = SDK / "src" / "CrmSolid.Client"
TESTS = SDK / "tests" / "CrmSolid.Client.Tests"
SEND_ONCE = """
var crm = new CrmSolid.Client.CrmSolidClient(null, new() { RetryFor = TimeSpan.FromSeconds(SECONDS) });
Console.WriteLine((await crm.Messages.SendAsync(ACCOUNT, "@killed_dotnet", "Once")).Id);
""".replace("SECONDS", str(START_SECONDS)).replace("ACCOUNT", str(ACCOUNT_ID))
WARNED = "public class Warned { static string Name() => null; }"


@dataclass(frozen=True, slots=True)
class Build:
    """The compiled client, its tests, a program that sends once and the blocks of the guide, in one folder. ``warned``
    is what the compiler has to warn about. ``diagnostics`` has what it said about each assembly, by its path."""

    library: Path
    tests: Path
    send_once: Path
    blocks: list[Block]
    warned: Path
    diagnostics: dict[str, list[str]]


@pytest.fixture(scope="session")
def dotnet() -> DotNet:
    return installed_dotnet()


@pytest.fixture(scope="session")
def build(dotnet: DotNet, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Build:
    """Compiled once a run: the processes of pytest-xdist share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "dotnet"
    folder.mkdir(exist_ok=True)
    names = (LIBRARY.name, TESTS.name, "SendOnce", "Warned")
    library, tests, send_once, warned = (folder / f"{name}.dll" for name in names)
    result = folder / "result.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = blocks(folder)
        if not result.exists():
            references = [str(library)]
            send_once.with_suffix(".cs").write_text(SEND_ONCE)
            warned.with_suffix(".cs").write_text(WARNED)
            diagnostics = dotnet.compile(
                Assembly(str(library), sources(LIBRARY), documentation=True),
                Assembly(str(tests), sources(TESTS), references, executable=True),
                Assembly(str(send_once), [str(send_once.with_suffix(".cs"))], references, executable=True),
                Assembly(str(warned), [str(warned.with_suffix(".cs"))], documentation=True),
                *(Assembly(str(each.assembly), [str(each.source)], references, each.is_program) for each in found),
            )
            result.write_text(json.dumps(diagnostics))
    return Build(library, tests, send_once, found, warned, json.loads(result.read_text()))


def sources(folder: Path) -> list[str]:
    """The C# files of a project, without what the .NET SDK makes where there is one."""
    return sorted(str(path) for path in folder.rglob("*.cs") if not {"bin", "obj"} & set(path.parts))
