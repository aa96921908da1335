"""The .NET client: compiled without warnings, its own tests on the real runtime, and the programs of the guide."""

import json
import subprocess

from crmsolid_client import CrmSolid
from tests.sdk.dotnet.conftest import Build
from tests.sdk.dotnet.test_contract import operations
from tests.sdk.dotnet.toolchain import DotNet
from tests.sdk.live import Live
from tests.sdk.sends import send_through_a_kill


def test_it_compiles_without_warnings(build: Build) -> None:
    assert build.diagnostics.get(str(build.library)) is None
    assert build.diagnostics.get(str(build.tests)) is None
    assert build.library.with_suffix(".xml").read_text().count("<member ") > 500


def test_its_tests_against_a_fake_server_pass(build: Build, dotnet: DotNet) -> None:
    passed = passed_tests(dotnet.run(build.tests))
    assert len(passed) > 50


def test_its_tests_against_the_product_pass_and_call_every_operation(build: Build, dotnet: DotNet, live: Live) -> None:
    passed = passed_tests(dotnet.run(build.tests, "live", environment=live.environment()))
    assert passed
    lines = live.proxy.lines()
    assert [each.id for each in operations() if not any(each.line.match(line) for line in lines)] == []


def test_server_that_is_killed_between_commit_and_answer_sends_once(build: Build, dotnet: DotNet, live: Live) -> None:
    assert build.diagnostics.get(str(build.send_once)) is None

    def send(url: str) -> "subprocess.CompletedProcess[str]":
        return dotnet.run(build.send_once, environment={"CRMSOLID_URL": url, "CRMSOLID_KEY": live.key})

    with CrmSolid(live.key, live.url) as crm:
        sent = send_through_a_kill(live, crm, "killed_dotnet", send)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.startswith("msg_")


def test_programs_of_the_guide_compile_and_run(build: Build, dotnet: DotNet, live: Live) -> None:
    programs = [block for block in build.blocks if block.is_program]
    assert len(programs) > 5
    for block in build.blocks:
        assert build.diagnostics.get(str(block.assembly)) is None, block.place
    for block in programs:
        result = dotnet.run(block.assembly, environment=live.environment())
        assert (result.returncode, result.stderr) == (0, ""), block.place
        assert result.stdout, f"{block.place} prints nothing"


def test_compiler_reports_warnings_and_missing_documentation(build: Build) -> None:
    """Otherwise the tests above could not fail."""
    found = " ".join(build.diagnostics[str(build.warned)])
    assert "CS1591" in found  # missing XML comment
    assert "CS8603" in found  # possible null reference return


def passed_tests(result: "subprocess.CompletedProcess[str]") -> list[str]:
    """The names of the tests, of which none failed and none was skipped."""
    assert result.returncode == 0, result.stderr
    tests = [json.loads(line) for line in result.stdout.splitlines()]
    not_passed = [
        f"{test['name']}: {test['error'] or test['skipped']}" for test in tests if test["error"] or test["skipped"]
    ]
    assert not not_passed, "\n".join(not_passed)
    return [test["name"] for test in tests]
