"""Every client reads what a later or an older product sends."""

import json
from pathlib import Path

import pytest

from tests.sdk.dotnet.projects import DotNet
from tests.sdk.tolerance import python_driver
from tests.sdk.tolerance.corpus import Case, Result, complaints, write
from tests.sdk.typescript.toolchain import TypeScript


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Case]]:
    path = tmp_path_factory.mktemp("tolerance") / "corpus.jsonl"
    return path, write(path)


def check(cases: list[Case], results: list[Result]) -> None:
    wrong = complaints(cases, results)
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong[:100])


def test_corpus_has_every_variation_of_every_answer_and_event(corpus: tuple[Path, list[Case]]) -> None:
    _, cases = corpus
    names = {case.name for case in cases}
    assert len(names) == len(cases) > 8000
    assert {
        "list_contacts: data.0 without name",
        "list_contacts: data.0 with null as tags",
        "list_contacts: data.0 with an unknown stage",
        "get_thread: last_message.contact with an unknown member",
        "webhook message.received: data.message without text",
        "webhook message.received of the first version",
    } <= names


def test_python_client(corpus: tuple[Path, list[Case]]) -> None:
    _, cases = corpus
    check(cases, list(python_driver.results(cases)))


def test_typescript_client(corpus: tuple[Path, list[Case]], typescript: TypeScript) -> None:
    path, cases = corpus
    ended = typescript.run(["node", "build/tests/tolerance.js", str(path)])
    assert ended.returncode == 0, ended.stderr[-4000:]
    check(cases, [Result(**json.loads(line)) for line in ended.stdout.splitlines()])


def test_dotnet_client(corpus: tuple[Path, list[Case]], dotnet: DotNet) -> None:
    path, cases = corpus
    results = path.with_suffix(".dotnet.jsonl")
    environment = {"CRMSOLID_TEST_CORPUS": str(path), "CRMSOLID_TEST_RESULTS": str(results)}
    assert list(dotnet.tests("FullyQualifiedName~.ToleranceTests.", environment=environment).values()) == ["Passed"]
    check(cases, [Result(**json.loads(line)) for line in results.read_text().splitlines()])
