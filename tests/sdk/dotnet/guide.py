"""The C# of the documentation, as one project that uses the packed packages."""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "sdk" / "dotnet" / "README.md"]
# A type after the statements of a program, with its attributes.
TYPE = re.compile(
    r"^(?:\[.*\]\n)*(?:(?:public|internal|sealed|static|abstract|readonly) )*(?:class|record|interface|enum|struct) ",
    re.M,
)
# As a program of one's own, of the version of C# that comes with .NET 8. A block need not await.
PROJECT = """<Project Sdk="Microsoft.NET.Sdk.Web">
  <PropertyGroup>
    <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
    <OutputType>Exe</OutputType>
    <Nullable>enable</Nullable>
    <ImplicitUsings>enable</ImplicitUsings>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <NoWarn>CS1998</NoWarn>
    <UseAppHost>false</UseAppHost>
    <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
    <RestorePackagesPath>../restored</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    {references}
  </ItemGroup>
</Project>
"""
CHOICE = """switch (args[0])
{{
{cases}
}}
"""


@dataclass(frozen=True, slots=True)
class Block:
    """``place`` is the page and the line. A program makes its own client; another block is only compiled."""

    number: int
    place: str
    text: str

    @property
    def is_program(self) -> bool:
        return "new CrmSolidClient()" in self.text

    def source(self) -> str:
        """The block in a namespace of its own, its statements in a method. Errors name the page."""
        page, line = self.place.split(":")
        usings = "".join(re.findall(r"^using (?:static )?[\w.]+;\n", self.text, re.M))
        code = re.sub(r"^using (?:static )?[\w.]+;\n", "\n", self.text, flags=re.M)
        types = match.start() if (match := TYPE.search(code)) else len(code)
        line_of_types = int(line) + 1 + code.count("\n", 0, types)
        return (
            f"{usings}namespace Block{self.number} {{\ninternal static class Program {{\n"
            f'internal static async Task RunAsync() {{\n#line {int(line) + 1} "{page}"\n{code[:types]}\n}}\n}}\n'
            f'#line {line_of_types} "{page}"\n{code[types:]}\n}}\n'
        )


def blocks() -> list[Block]:
    found: list[Block] = []
    for page in sorted(PAGES):
        text = page.read_text()
        for match in re.finditer(r"^```csharp\n(.*?)^```$", text, re.M | re.S):
            place = f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}"
            found.append(Block(len(found), place, match[1]))
    return found


def write_project(project: Path, packages: Path) -> None:
    """Write a project with all blocks. It takes the number of the block that it runs as its argument."""
    folder = project.parent
    names = sorted(re.sub(r"\.\d+\.\d+\.\d+.*", "", path.name) for path in packages.glob("*.nupkg"))
    references = "\n    ".join(f'<PackageReference Include="{name}" Version="1.0.0" />' for name in names)
    folder.mkdir()
    project.write_text(PROJECT.format(packages=quoteattr(str(packages))[1:-1], references=references))
    found = blocks()
    for block in found:
        (folder / f"Block{block.number}.cs").write_text(block.source())
    cases = "\n".join(f'case "{each.number}": await Block{each.number}.Program.RunAsync(); break;' for each in found)
    (folder / "Program.cs").write_text(CHOICE.format(cases=cases))
