"""What is in the packages."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.sdk.dotnet.projects import SDK, DotNet

PACKAGES = sorted(path.parent.name for path in SDK.glob("src/*/*.csproj"))
FRAMEWORKS = ("net8.0", "net10.0")


def metadata(package: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(package) as archive:
        found = ElementTree.fromstring(archive.read(f"{name}.nuspec")).find("{*}metadata")
    assert found is not None
    return found


def test_every_project_is_packed_with_its_symbols(dotnet: DotNet) -> None:
    packed = {path.name for path in dotnet.packed().iterdir()}
    assert packed == {f"{name}.1.0.0.{kind}" for name in PACKAGES for kind in ("nupkg", "snupkg")}


@pytest.mark.parametrize("name", PACKAGES)
def test_package_says_what_it_is(name: str, dotnet: DotNet) -> None:
    found = metadata(dotnet.packed() / f"{name}.1.0.0.nupkg", name)
    texts = {each.tag.rpartition("}")[2]: each.text or "" for each in found}
    assert {key: texts[key] for key in ("id", "license", "icon", "readme", "projectUrl")} == {
        "id": name,
        "license": "MIT",
        "icon": "icon.png",
        "readme": "README.md",
        "projectUrl": "https://crmsolid.com/",
    }
    assert texts["authors"] and texts["description"] and texts["tags"] and "CHANGELOG.md" in texts["releaseNotes"]
    repository = found.find("{*}repository")
    assert repository is not None
    assert (repository.attrib["type"], repository.attrib["url"]) == ("git", "https://github.com/crmsolid/crmsolid")


@pytest.mark.parametrize("name", PACKAGES)
def test_package_has_both_frameworks_with_documentation_and_symbols(name: str, dotnet: DotNet) -> None:
    with zipfile.ZipFile(dotnet.packed() / f"{name}.1.0.0.nupkg") as package:
        files = {file for file in package.namelist() if file.startswith("lib/") or "/" not in file}
    libraries = {f"lib/{framework}/{name}.{kind}" for framework in FRAMEWORKS for kind in ("dll", "xml")}
    assert files == {*libraries, "README.md", "icon.png", f"{name}.nuspec", "[Content_Types].xml"}
    with zipfile.ZipFile(dotnet.packages / f"{name}.1.0.0.snupkg") as symbols:
        assert {file for file in symbols.namelist() if file.startswith("lib/")} == {
            f"lib/{framework}/{name}.pdb" for framework in FRAMEWORKS
        }


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_package_names_no_folder_of_this_machine(name: str, framework: str, dotnet: DotNet) -> None:
    with zipfile.ZipFile(dotnet.packed() / f"{name}.1.0.0.nupkg") as package:
        library = package.read(f"lib/{framework}/{name}.dll")
    assert not any(str(folder).encode() in library for folder in (SDK, dotnet.folder))
    with zipfile.ZipFile(dotnet.packages / f"{name}.1.0.0.snupkg") as symbols:
        pdb = symbols.read(f"lib/{framework}/{name}.pdb")
    # A portable PDB has each part of a path by itself, after its length.
    here = {*SDK.parents[1].parts[1:], *dotnet.folder.parts[1:]} - {"dotnet"}
    assert [part for part in [*here, name] if bytes([len(part)]) + part.encode() in pdb] == [name]


def test_client_depends_on_no_package(dotnet: DotNet) -> None:
    found = metadata(dotnet.packed() / "CrmSolid.Client.1.0.0.nupkg", "CrmSolid.Client")
    assert list(found.iterfind(".//{*}dependency")) == []
