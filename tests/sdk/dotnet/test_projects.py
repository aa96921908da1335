"""The project files, as far as they can be checked without the .NET SDK."""

from pathlib import Path
from xml.etree import ElementTree

from tests.sdk.dotnet.conftest import LIBRARY, TESTS

# What the tests compile with: see toolchain.py and compiler.py.
SAME_AS_HERE = {
    "TargetFramework": "net8.0",
    "LangVersion": "12",
    "Nullable": "enable",
    "ImplicitUsings": "enable",
    "TreatWarningsAsErrors": "true",
}


def project(folder: Path) -> ElementTree.Element:
    return ElementTree.parse(folder / f"{folder.name}.csproj").getroot()


def properties(root: ElementTree.Element) -> dict[str, str]:
    return {each.tag: each.text or "" for group in root.iter("PropertyGroup") for each in group}


def test_the_library_is_built_as_it_is_tested_and_needs_no_package() -> None:
    root = project(LIBRARY)
    found = properties(root)
    assert root.get("Sdk") == "Microsoft.NET.Sdk"
    assert {name: found[name] for name in SAME_AS_HERE} == SAME_AS_HERE
    assert found["GenerateDocumentationFile"] == found["Deterministic"] == "true"
    assert (found["PackageId"], found["PackageLicenseExpression"]) == ("CrmSolid.Client", "MIT")
    # All sources below the folder belong to it, as they do here.
    assert {each.tag for group in root.iter("ItemGroup") for each in group} == {"None"}


def test_files_of_the_package_exist() -> None:
    root = project(LIBRARY)
    included = {each.attrib["Include"]: each.attrib["PackagePath"] for each in root.iter("None")}
    assert [path for path in included if not (LIBRARY / path).is_file()] == []
    readme = properties(root)["PackageReadmeFile"]
    assert [(Path(path).name, place) for path, place in included.items()] == [(readme, "/")]


def test_the_tests_use_xunit_in_place_of_the_runner() -> None:
    root = project(TESTS)
    found = properties(root)
    assert {name: found[name] for name in SAME_AS_HERE} == SAME_AS_HERE
    assert [each.get("Remove") for each in root.iter("Compile")] == ["Runner/**"]
    assert "xunit.core" in {each.get("Include") for each in root.iter("PackageReference")}
    references = [each.attrib["Include"] for each in root.iter("ProjectReference")]
    assert [(TESTS / path).resolve() for path in references] == [LIBRARY / "CrmSolid.Client.csproj"]
