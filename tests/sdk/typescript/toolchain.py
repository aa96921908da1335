"""The TypeScript client, compiled by the packages of its package-lock.json, and the runtimes that run it.

``python -m tests.sdk.typescript.toolchain`` writes its generated files.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.npm import installed_packages

ROOT = Path(__file__).resolve().parents[3]
SDK = ROOT / "sdk" / "typescript"
# Deno and Bun come as packages, whose programs need no script after the installation.
PROGRAMS = {"deno": "@deno/*/deno", "bun": "@oven/bun-linux-*/bin/bun"}
TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class TypeScript:
    """``folder`` is a copy of sdk/typescript with its packages, the client in ``dist`` and its tests in ``build``.
    ``diagnostics`` is what the compiler has said."""

    folder: Path
    diagnostics: str

    def tool(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the packages to its end, whatever its exit status is."""
        return self.run([str(self.folder / "node_modules" / ".bin" / name), *arguments])

    def npm(self, *arguments: str) -> str:
        """Run npm, and return what it prints."""
        result = self.run(["npm", *arguments])
        assert result.returncode == 0, result.stderr
        return result.stdout

    def command(self, runtime: str, file: str, *arguments: str) -> list[str]:
        """The command that runs a compiled file. Skips the test if the runtime is not made for this machine."""
        if runtime == "node":
            return ["node", file, *arguments]
        found = sorted(self.folder.glob(f"node_modules/{PROGRAMS[runtime]}"))
        if not found:
            pytest.skip(f"there is no {runtime} for this machine")
        options = ["run", "--allow-all", "--no-check"] if runtime == "deno" else []
        return [str(found[0]), *options, file, *arguments]

    @contextmanager
    def started(self, command: list[str], environment: Mapping[str, str]) -> "Iterator[subprocess.Popen[str]]":
        """Run a command in the folder whose output is read while it runs."""
        settings = {**self._environment(), **environment}
        with subprocess.Popen(command, cwd=self.folder, env=settings, stdout=subprocess.PIPE, text=True) as process:
            yield process

    def run(
        self, command: list[str], environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command in the folder to its end, whatever its exit status is."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**self._environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )

    def _environment(self) -> dict[str, str]:
        """Nothing of the user's that configures the client."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CRMSOLID_", "npm_"))}
        return {**inherited, "NO_COLOR": "1", "NODE_NO_WARNINGS": "1"}


def copied(folder: Path) -> TypeScript:
    """Copy the client with its packages to ``folder``. Skips the test if npm is not installed."""
    packages = installed_packages(SDK) / "node_modules"
    shutil.copytree(SDK, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "build"))
    (folder / "node_modules").symlink_to(packages)
    return TypeScript(folder, "")


def compiled(folder: Path) -> TypeScript:
    """The same, and compile it with its tests."""
    typescript = copied(folder)
    said = [typescript.tool("tsc", "-p", project).stdout for project in (".", "tsconfig.tests.json")]
    return TypeScript(folder, "".join(said))


def generate(typescript: TypeScript, target: Path) -> None:
    """Write the generated files of the client to the folder ``target``."""
    document = {"OPENAPI": str(ROOT / "docs" / "openapi.json")}
    result = typescript.run(["node", "tools/generate.mjs", str(target)], document)
    assert result.returncode == 0, result.stdout + result.stderr


if __name__ == "__main__":
    if shutil.which("npm") is None:
        sys.exit("npm is not installed: the generated files of sdk/typescript stay as they are")
    with tempfile.TemporaryDirectory() as temporary:
        generate(copied(Path(temporary) / "typescript"), SDK / "src" / "generated")
