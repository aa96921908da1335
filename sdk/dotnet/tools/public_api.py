"""Writes the public surface of each package to PublicAPI.Shipped.txt beside its project, as the compiler sees it.

Look at what changes: a line that goes breaks the callers of a release. The build fails while the files differ from the
code (RS0016, RS0017).
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SDK = Path(__file__).resolve().parents[1]
HEAD = "#nullable enable\n"
UNDECLARED = "RS0016"


def undeclared(projects: list[Path], folder: Path) -> dict[Path, set[str]]:
    """What the files of each project do not declare. The build must find nothing else wrong."""
    # Other analyzers take longer than all the rest.
    options = ["-p:EnableNETAnalyzers=false", "-p:IsAotCompatible=false", "-p:UseSharedCompilation=false"]
    options += ["-nodeReuse:false", f"-p:WarningsNotAsErrors={UNDECLARED}", f"-p:DiagnosticsFolder={folder}"]
    for project in projects:
        command = ["dotnet", "build", str(project), "-f", "net10.0", "--artifacts-path", str(folder), *options]
        built = subprocess.run(command, capture_output=True, text=True)
        if built.returncode != 0:
            sys.exit("\n".join(line for line in built.stdout.splitlines() if "error" in line) + built.stderr)
    found = {}
    for project in projects:
        log = json.loads((folder / f"{project.stem}.sarif").read_text("utf-8-sig"))
        results = [each for each in log["runs"][0]["results"] if each["ruleId"] == UNDECLARED]
        found[project] = {each["properties"]["customProperties"]["APIName"] for each in results}
    return found


def main() -> None:
    if shutil.which("dotnet") is None:
        print("dotnet is not installed: the files PublicAPI.*.txt of sdk/dotnet stay as they are")
        return
    declared: dict[Path, set[str]] = {project: set() for project in sorted(SDK.glob("src/*/*.csproj"))}
    for project in declared:
        for kind in ("Shipped", "Unshipped"):
            project.with_name(f"PublicAPI.{kind}.txt").write_text(HEAD)
    with tempfile.TemporaryDirectory() as name:
        for _ in range(2):  # of a type and its primary constructor, one is reported
            for project, found in undeclared(list(declared), Path(name)).items():
                declared[project] |= found
                lines = "".join(f"{line}\n" for line in sorted(declared[project]))
                project.with_name("PublicAPI.Shipped.txt").write_text(HEAD + lines)


main()
