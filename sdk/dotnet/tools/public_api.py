"""Writes the public surface of each package to PublicAPI.Shipped.txt beside its project, as the compiler sees it.

``make public-api``. Look at what changes: a line that goes breaks the callers of a release. The build fails while the
files differ from the code (RS0016, RS0017).
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SDK = Path(__file__).resolve().parents[1]
HEAD = "#nullable enable\n"
UNDECLARED = "RS0016"


def undeclared(project: Path, folder: Path) -> set[str]:
    """What the files of a project do not declare. The build must find nothing else wrong."""
    log = folder / f"{project.stem}.sarif"
    command = ["dotnet", "build", str(project), "-f", "net10.0", "--no-incremental", "-nodeReuse:false"]
    command += ["--artifacts-path", str(folder), f"-p:ErrorLog={log}%2Cversion=2.1"]
    built = subprocess.run([*command, f"-p:WarningsNotAsErrors={UNDECLARED}"], capture_output=True, text=True)
    if built.returncode != 0:
        sys.exit("\n".join(line for line in built.stdout.splitlines() if "error" in line) + built.stderr)
    results = json.loads(log.read_text("utf-8-sig"))["runs"][0]["results"]
    return {each["properties"]["customProperties"]["APIName"] for each in results if each["ruleId"] == UNDECLARED}


def main() -> None:
    projects = sorted(SDK.glob("src/*/*.csproj"))
    with tempfile.TemporaryDirectory() as name:
        for project in projects:
            for kind in ("Shipped", "Unshipped"):
                project.with_name(f"PublicAPI.{kind}.txt").write_text(HEAD)
        for project in projects:
            declared: set[str] = set()
            # Again, because of a type and its primary constructor only one is reported.
            while found := undeclared(project, Path(name)) - declared:
                declared |= found
                lines = "".join(f"{line}\n" for line in sorted(declared))
                project.with_name("PublicAPI.Shipped.txt").write_text(HEAD + lines)


main()
