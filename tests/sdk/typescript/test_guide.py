"""The programs of the guide and of the README, with the package as it is published."""

import json
import tarfile
from pathlib import Path

import pytest

from tests.sdk.live import Live
from tests.sdk.typescript.guide import Program, write_programs
from tests.sdk.typescript.toolchain import SDK, TypeScript

# What a project may ask of the types of its packages at the most.
STRICT = {
    "target": "ES2022",
    "module": "NodeNext",
    "types": ["node"],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "skipLibCheck": False,
    "verbatimModuleSyntax": True,
}


@pytest.fixture(scope="module")
def project(typescript: TypeScript, tmp_path_factory: pytest.TempPathFactory) -> tuple[TypeScript, list[Program]]:
    """A project that has the packed client in its packages, and the programs of the documentation, compiled."""
    folder = tmp_path_factory.mktemp("project")
    packed = typescript.npm("pack", "--json", "--ignore-scripts", "--pack-destination", str(folder))
    modules = folder / "node_modules"
    (modules / "@crmsolid").mkdir(parents=True)
    (modules / "@types").symlink_to((typescript.folder / "node_modules" / "@types").resolve())
    (modules / "undici-types").symlink_to((typescript.folder / "node_modules" / "undici-types").resolve())
    with tarfile.open(folder / json.loads(packed)[0]["filename"]) as tar:
        tar.extractall(folder, filter="data")
    (folder / "package").rename(modules / "@crmsolid" / "client")
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": STRICT, "include": ["*.ts"]}))
    programs = write_programs(folder)
    said = typescript.tool("tsc", "-p", str(folder))
    return TypeScript(folder, said.stdout), programs


def test_programs_of_the_guide_compile_with_the_strictest_options(project: tuple[TypeScript, list[Program]]) -> None:
    compiled, programs = project
    assert compiled.diagnostics == ""
    assert len(programs) > 8


def test_programs_of_the_guide_print_what_it_says(project: tuple[TypeScript, list[Program]], live: Live) -> None:
    compiled, programs = project
    for program in programs:
        result = compiled.run(["node", f"{program.name}.js"], live.environment())
        assert (result.returncode, result.stderr) == (0, ""), program.place
        assert program.prints is None or result.stdout == program.prints, program.place


def test_package_has_the_client_and_its_licence_alone(project: tuple[TypeScript, list[Program]]) -> None:
    folder = project[0].folder / "node_modules" / "@crmsolid" / "client"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith("dist/")} == {"LICENSE", "README.md", "package.json"}
    assert {Path(name).suffix for name in names if name.startswith("dist/")} == {".js", ".ts"}
    manifest = json.loads((SDK / "package.json").read_text())
    assert manifest.get("dependencies", {}) == {}
    assert {"preinstall", "install", "postinstall", "prepare", "prepublish"} & set(manifest["scripts"]) == set()
    assert all(version[0].isdigit() for version in manifest["devDependencies"].values())
    assert manifest["version"] in (folder / "dist" / "core" / "config.js").read_text()


@pytest.mark.parametrize("command", ["publint --strict", "attw --pack . --profile esm-only"])
def test_package_is_what_the_tools_for_packages_expect(typescript: TypeScript, command: str) -> None:
    name, *arguments = command.split()
    result = typescript.tool(name, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
