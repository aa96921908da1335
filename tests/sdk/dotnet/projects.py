"""The projects of sdk/dotnet, built, tested and packed by the .NET SDK, each once a run of the tests.

All that is made is in one folder, which the processes of pytest-xdist share; nothing is written into the sources.
"""

import fcntl
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings

from tests.plugins.suite import NO_DOTNET

SDK = Path(settings.BASE_DIR) / "sdk" / "dotnet"
SOLUTION = SDK / "CrmSolid.Client.slnx"
OLDEST_SDK = 10
TIMEOUT = 900.0  # seconds
ENVIRONMENT = {
    "CI": "true",  # as in a release: deterministic, without the folders of this machine
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "DOTNET_NOLOGO": "1",
    "DOTNET_ROLL_FORWARD": "Major",  # what is built for .NET 8 runs where there is only a later runtime
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    # Otherwise servers stay behind for later builds.
    "DOTNET_CLI_USE_MSBUILD_SERVER": "0",
    "MSBUILDDISABLENODEREUSE": "1",
    "UseSharedCompilation": "false",
}
RESULTS = {"trx": "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"}


@dataclass(frozen=True, slots=True)
class DotNet:
    """``folder`` holds everything that is made."""

    folder: Path

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def packages(self) -> Path:
        """The packed packages. `packed` makes them."""
        return self.folder / "packages"

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        """Run ``dotnet`` to its end, whatever its exit status is."""
        hidden = ("CRMSOLID_", "PYTEST")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
        return subprocess.run(
            ["dotnet", *arguments],
            cwd=self.folder,
            env={**inherited, **ENVIRONMENT, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )

    def once(self, name: str, *arguments: str, before: Callable[[], object] | None = None) -> None:
        """Call ``before`` and run ``dotnet``, which must succeed, unless that was done under this name, in this process
        or another."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            failure, done = self.folder / f"{name}.failed", self.folder / f"{name}.done"
            if not failure.exists() and not done.exists():
                if before is not None:
                    before()
                result = self.run(*arguments, *self._places())
                (done if result.returncode == 0 else failure).write_text(result.stdout + result.stderr)
        assert done.exists(), f"dotnet {' '.join(arguments)}\n{failure.read_text()}"

    def built(self) -> None:
        """Build the packages and their tests. Warnings are errors (Directory.Build.props)."""
        self.once("build", "build", str(SOLUTION), "-c", "Release")

    def packed(self) -> Path:
        """Pack what is built. Returns the folder of the packages."""
        self.built()
        self.once("pack", "pack", str(SOLUTION), "--no-build", "-o", str(self.packages))
        return self.packages

    def tests(self, filter: str, *settings: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
        """Run the tests that `the filter <https://learn.microsoft.com/dotnet/core/testing/selective-unit-tests>`_
        selects, with settings of xunit. None may fail. Returns the result of each test, by its name."""
        self.built()
        results = self.folder / "results"
        log = ["--logger", "trx", "--results-directory", str(results)]
        selection = ["--filter", filter, *log, *self._places(), "--", *settings]
        with (self.folder / "tests.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for earlier in results.glob("*.trx"):
                earlier.unlink()
            ended = self.run("test", str(SOLUTION), "-c", "Release", "--no-build", *selection, environment=environment)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            found = [ElementTree.parse(path) for path in results.glob("*.trx")]
        each = [result for tree in found for result in tree.iterfind(".//trx:UnitTestResult", RESULTS)]
        return {result.attrib["testName"]: result.attrib["outcome"] for result in each}

    def _places(self) -> list[str]:
        return ["--artifacts-path", str(self.artifacts)]


def dotnet_in(folder: Path) -> DotNet:
    """The .NET SDK of the PATH, whose results go to this folder. Skips the test if there is none, or an old one."""
    try:
        version = subprocess.run(["dotnet", "--version"], cwd=SDK, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip(NO_DOTNET)
    if version.returncode != 0 or int(version.stdout.split(".")[0]) < OLDEST_SDK:
        pytest.skip(NO_DOTNET)
    folder.mkdir(exist_ok=True)
    return DotNet(folder)
