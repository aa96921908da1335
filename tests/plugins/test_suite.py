"""The runner behind ``make test``, on small suites of the test's own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.plugins.suite import MAX_RERUN, summarize

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
    (folder / "results").mkdir()
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DJANGO_", "REDIS_"))
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.plugins.suite", "run", str(folder / "results"), "SQLite", path],
        cwd=folder,
        env=inherited | WITHOUT_OTHER_PLUGINS | {"PYTHONPATH": str(ROOT), "TEST_PROCESSES": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def summary(folder: Path, capsys: pytest.CaptureFixture[str], *reasons: str) -> tuple[int, list[str]]:
    """The exit status of the summary, and its lines."""
    status = summarize(folder / "results", reasons)
    return status, capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def outside_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


def test_suite_that_passes_runs_once_and_lists_the_slowest_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = run_suite(tmp_path, "import time\ndef test_slow(): time.sleep(0.1)")
    assert run.returncode == 0
    assert "slowest 10 durations" in run.stdout and "call     test_sample.py::test_slow" in run.stdout
    assert run.stdout.count("1 passed in") == 1 and "again" not in run.stdout
    assert summary(tmp_path, capsys) == (0, ["--- nothing was left out"])


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
def test_what_passes_the_second_time_is_unstable_and_does_not_fail_the_suite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    run = run_suite(tmp_path, f"{code}\n    def test_other(): pass")
    assert run.returncode == 0, run.stdout
    first, second = run.stdout.split("--- tests that failed on SQLite, again and alone")
    assert "1 passed in" in second and "test_other" not in second and "test_other" in first
    unstable = ["--- unstable (failed, then passed alone):", "  test_sample.py::test_it on SQLite"]
    assert summary(tmp_path, capsys) == (0, ["--- nothing was left out", *unstable])


def test_what_fails_twice_fails_the_suite_and_both_outputs_are_shown(tmp_path: Path) -> None:
    code = """
    def test_bad(): assert False, "with others" if "PYTEST_XDIST_WORKER" in os.environ else "alone"
    def test_good(): pass
    """
    run = run_suite(tmp_path, code)
    assert run.returncode == 1
    first, second = run.stdout.split("--- tests that failed on SQLite, again and alone")
    assert "AssertionError: with others" in first and "1 failed, 1 passed in" in first
    assert "AssertionError: alone" in second and "1 failed in" in second
    assert second.endswith("--- failed twice on SQLite:\n  test_sample.py::test_bad\n")


def test_parametrized_ids_with_spaces_are_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = """
    @pytest.mark.parametrize("value", ["a b::c/[d]", "other"])
    def test_it(value): assert value == "other" or not is_first_time()
    """
    assert run_suite(tmp_path, code).returncode == 0
    assert summary(tmp_path, capsys)[1][-1] == "  test_sample.py::test_it[a b::c/[d]] on SQLite"


def test_many_failures_are_not_run_again(tmp_path: Path) -> None:
    code = f"""
    @pytest.mark.parametrize("number", range({MAX_RERUN + 1}))
    def test_it(number): assert False
    """
    run = run_suite(tmp_path, code)
    assert run.returncode == 1
    assert run.stdout.endswith(f"--- {MAX_RERUN + 1} tests failed on SQLite: too many to run again\n")


def test_suite_without_a_test_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_suite(tmp_path, "").returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert summary(tmp_path, capsys) == (1, ["--- nothing was left out", "--- no test ran"])


def test_file_that_cannot_be_imported_fails_the_suite(tmp_path: Path) -> None:
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name")
    run = run_suite(tmp_path, FAILED_ASSERTION, path=".")
    assert run.returncode == 1
    assert "--- failed twice on SQLite:\n  test_broken.py\n" in run.stdout


def test_test_that_is_skipped_in_one_suite_only_was_not_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_results(tmp_path, "SQLite", passed=["a"], skipped={"b": "no PostgreSQL"})
    write_results(tmp_path, "PostgreSQL and Redis", passed=["a", "b"])
    assert summary(tmp_path, capsys) == (0, ["--- nothing was left out"])


def test_what_is_skipped_everywhere_is_listed_and_fails_in_ci(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_results(tmp_path, "SQLite", passed=["a"], skipped={"b": "no browser"})
    lines = ["--- left out:", "  the suite on Redis: none is installed", "  b: no browser"]
    assert summary(tmp_path, capsys, "the suite on Redis: none is installed") == (0, lines)
    monkeypatch.setenv("CI", "true")
    assert summary(tmp_path, capsys) == (1, ["--- left out:", "  b: no browser"])


def write_results(folder: Path, suite: str, passed: list[str], skipped: dict[str, str] | None = None) -> None:
    path = folder / "results" / suite / "first.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"passed": passed, "failed": [], "skipped": skipped or {}}))
