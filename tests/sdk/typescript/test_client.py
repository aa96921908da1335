"""The TypeScript client: compiled without errors, its own tests, and its package."""

import re
from pathlib import Path

import pytest

from tests.sdk.typescript.toolchain import SDK, TypeScript, generate


def test_it_compiles_without_errors(typescript: TypeScript) -> None:
    assert typescript.diagnostics == ""
    assert (typescript.folder / "dist" / "index.d.ts").exists()


def test_its_tests_against_a_fake_server_pass(typescript: TypeScript) -> None:
    result = typescript.run(["node", "--expose-gc", "--test", "--test-reporter=tap", *files_of_tests(typescript)])
    assert result.returncode == 0, result.stdout
    assert "# fail 0\n# cancelled 0\n# skipped 0\n" in result.stdout


@pytest.mark.parametrize(
    ("runtime", "passed"), [("deno", r"\b(\d+) passed \| 0 failed"), ("bun", r"\b(\d+) pass\n(?: \d+ skip\n)? 0 fail")]
)
def test_what_depends_on_the_runtime_passes_on_others_too(typescript: TypeScript, runtime: str, passed: str) -> None:
    files = [
        file
        for file in files_of_tests(typescript)
        if Path(file).stem in ("answers.test", "network.test", "webhooks.test")
    ]
    program = typescript.command(runtime, "")[0]
    options = ["--allow-all", "--no-check"] if runtime == "deno" else []
    result = typescript.run([program, "test", *options, *files])
    said = result.stdout + result.stderr
    assert result.returncode == 0, said
    found = re.search(passed, said)
    assert found is not None and int(found[1]) > 30, said


def files_of_tests(typescript: TypeScript) -> list[str]:
    return sorted(map(str, (typescript.folder / "build" / "tests").glob("*.test.js")))


def test_generated_files_are_up_to_date(typescript: TypeScript) -> None:
    folder = typescript.folder / "generated"
    folder.mkdir(exist_ok=True)
    generate(typescript, folder)
    for path in (SDK / "src" / "generated").iterdir():
        assert (folder / path.name).read_text() == path.read_text(), "run make sdk"


@pytest.mark.parametrize("word", ["setTimeout", "globalThis", "process.", "setInterval"])
def test_core_names_no_timer_and_no_global_object(word: str) -> None:
    """n8n refuses them in a node, which is built on the core."""
    sources = [*(SDK / "src" / "core").rglob("*.ts"), SDK / "src" / "types.ts"]
    assert [path.name for path in sources if word in path.read_text()] == []
