"""The runner behind ``make test``, on small suites of the test's own."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.plugins.suite import MAX_RERUN, NO_DOTNET, Results, summarize

ROOT = Path(__file__).resolve().parents[2]

# To import all installed plugins takes seconds in each of the three processes of a run.
WITHOUT_OTHER_PLUGINS = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}

FIRST_TIME = """
from pathlib import Path

def is_first_time():
    marker = Path("first_time_is_over")
    if marker.exists():
        return False
    marker.touch()
    return True
"""


def run_suite(folder: Path, code: str, path: str = "test_sample.py") -> subprocess.CompletedProcess[str]:
    """Run a suite with ``code`` as its tests, as ``make test`` does."""
    (folder / "first_time.py").write_text(FIRST_TIME)
    (folder / "test_sample.py").write_text("import os, pytest\nfrom first_time import is_first_time\n" + dedent(code))
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "tests.plugins.suite", path],
        cwd=folder,
        env=inherited | WITHOUT_OTHER_PLUGINS | {"PYTHONPATH": str(ROOT), "TEST_PROCESSES": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(autouse=True)
def outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def test_suite_that_passes_runs_once_and_lists_the_slowest_tests(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "import time\ndef test_slow(): time.sleep(0.1)")
    assert run.returncode == 0
    assert "slowest 10 durations" in run.stdout and "call     test_sample.py::test_slow" in run.stdout
    assert run.stdout.count("1 passed in") == 1 and "again" not in run.stdout
    assert run.stdout.endswith("--- nothing was left out\n")


FAILED_ASSERTION = """
    def test_it(): assert not is_first_time()
"""
CRASHED_WORKER = """
    def test_it():
        if is_first_time(): os._exit(1)
"""
ERROR_IN_SETUP = """
    @pytest.fixture
    def broken(): assert not is_first_time()
    def test_it(broken): pass
"""
ERROR_IN_TEARDOWN = """
    @pytest.fixture
    def broken():
        yield
        assert not is_first_time()
    def test_it(broken): pass
"""


@pytest.mark.parametrize(
    "code",
    [FAILED_ASSERTION, CRASHED_WORKER, ERROR_IN_SETUP, ERROR_IN_TEARDOWN],
    ids=["assertion", "crash", "setup", "teardown"],
)
def test_what_passes_the_second_time_is_unstable_and_does_not_fail_the_suite(tmp_path: Path, code: str) -> None:
    run = run_suite(tmp_path, f"{code}\n    def test_other(): pass")
    assert run.returncode == 0, run.stdout
    first, second = run.stdout.split("--- tests that failed, again and alone")
    assert "1 passed in" in second and "test_other" not in second and "test_other" in first
    unstable = "--- unstable (failed, then passed alone):\n  test_sample.py::test_it\n"
    assert second.endswith(f"--- nothing was left out\n{unstable}")


def test_what_fails_twice_fails_the_suite_and_both_outputs_are_shown(tmp_path: Path) -> None:
    code = """
    def test_bad(): assert False, "with others" if "PYTEST_XDIST_WORKER" in os.environ else "alone"
    def test_good(): pass
    """
    run = run_suite(tmp_path, code)
    assert run.returncode == 1
    first, second = run.stdout.split("--- tests that failed, again and alone")
    assert "AssertionError: with others" in first and "1 failed, 1 passed in" in first
    assert "AssertionError: alone" in second and "1 failed in" in second
    assert "--- failed twice:\n  test_sample.py::test_bad\n--- nothing was left out\n" in second


def test_parametrized_ids_with_spaces_are_run_again(tmp_path: Path) -> None:
    code = """
    @pytest.mark.parametrize("value", ["a b::c/[d]", "other"])
    def test_it(value): assert value == "other" or not is_first_time()
    """
    run = run_suite(tmp_path, code)
    assert run.returncode == 0
    assert run.stdout.endswith("\n  test_sample.py::test_it[a b::c/[d]]\n")


def test_many_failures_are_not_run_again(tmp_path: Path) -> None:
    code = f"""
    @pytest.mark.parametrize("number", range({MAX_RERUN + 1}))
    def test_it(number): assert False
    """
    run = run_suite(tmp_path, code)
    assert run.returncode == 1
    assert f"--- {MAX_RERUN + 1} tests failed: too many to run again\n" in run.stdout


def test_suite_without_a_test_fails(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "")
    assert run.returncode == 1
    assert run.stdout.endswith("--- nothing was left out\n--- no test ran\n")


def test_file_that_cannot_be_imported_fails_the_suite(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name")
    run = run_suite(tmp_path, FAILED_ASSERTION, path=".")
    assert run.returncode == 1
    assert "--- failed twice:\n  test_broken.py\n" in run.stdout


def test_what_is_skipped_is_listed_by_its_reason_and_fails_in_ci(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Results(passed=["a"], skipped={"c": "no browser", "d": "no browser", "b": "no network"})
    assert summarize(first, Results()) == 0
    lines = ["--- left out:", "  no browser: 2 tests, such as c", "  no network: b"]
    assert capsys.readouterr().out.splitlines() == lines
    monkeypatch.setenv("CI", "true")
    assert summarize(first, Results()) == 1


def test_dotnet_may_be_missing_in_ci_and_one_line_says_where_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    assert summarize(Results(passed=["a"], skipped={"b": NO_DOTNET, "c": NO_DOTNET}), Results()) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "dotnet" in line]
    assert line == f"  {NO_DOTNET}: 2 tests, such as b"
