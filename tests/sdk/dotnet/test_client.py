"""The .NET client: compiled without warnings, and its own tests on the real runtime."""

import json
import os
import subprocess

import pytest

from tests.sdk.dotnet.conftest import Build
from tests.sdk.dotnet.test_contract import operations
from tests.sdk.dotnet.toolchain import DotNet
from tests.sdk.live import Live

pytestmark = pytest.mark.skipif("DATABASE_URL" in os.environ, reason="runs once, with SQLite")


def test_it_compiles_without_warnings(build: Build) -> None:
    assert build.diagnostics == {}
    assert build.library.with_suffix(".xml").read_text().count("<member ") > 500


def test_its_tests_against_a_fake_server_pass(build: Build, dotnet: DotNet) -> None:
    passed = passed_tests(dotnet.run(build.tests))
    assert len(passed) > 50


def test_its_tests_against_the_product_pass_and_call_every_operation(build: Build, dotnet: DotNet, live: Live) -> None:
    passed = passed_tests(dotnet.run(build.tests, "live", environment=live.environment()))
    assert passed
    lines = live.proxy.lines()
    assert [each.id for each in operations() if not any(each.line.match(line) for line in lines)] == []


def passed_tests(result: "subprocess.CompletedProcess[str]") -> list[str]:
    """The names of the tests, of which none failed and none was skipped."""
    assert result.returncode == 0, result.stderr
    tests = [json.loads(line) for line in result.stdout.splitlines()]
    not_passed = [
        f"{test['name']}: {test['error'] or test['skipped']}" for test in tests if test["error"] or test["skipped"]
    ]
    assert not not_passed, "\n".join(not_passed)
    return [test["name"] for test in tests]
