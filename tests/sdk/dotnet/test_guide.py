"""The C# of the documentation compiles against the packed packages, and its programs run against the product."""

from pathlib import Path

import pytest

from tests.sdk.dotnet.guide import Block, blocks, write_project
from tests.sdk.dotnet.projects import DotNet
from tests.sdk.live import Live

PROGRAMS = [block for block in blocks() if block.is_program]


@pytest.fixture(scope="session")
def snippets(dotnet: DotNet) -> Path:
    """The program of all blocks, for .NET 10. It is built for .NET 8 as well."""
    packages = dotnet.packed()
    project = dotnet.folder / "snippets" / "Snippets.csproj"
    dotnet.once("snippets", "build", str(project), before=lambda: write_project(project, packages))
    return dotnet.artifacts / "bin" / "Snippets" / "debug_net10.0" / "Snippets.dll"


def test_every_block_compiles_against_the_packages(snippets: Path) -> None:
    assert snippets.exists()
    assert len(PROGRAMS) > 5


@pytest.mark.parametrize("block", PROGRAMS, ids=lambda block: block.place)
def test_program_of_the_guide_runs(block: Block, snippets: Path, dotnet: DotNet, live: Live) -> None:
    result = dotnet.run(str(snippets), str(block.number), environment=live.environment())
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout, "it prints nothing"
