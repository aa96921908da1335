"""Runs one suite of ``make test``, and sums up all of them.

``python -m tests.plugins.suite run FOLDER NAME [PYTEST ARGUMENT ...]`` runs pytest in several processes. The tests that
failed then run once more, alone in one process; the suite fails if one of them fails again.
``python -m tests.plugins.suite summary FOLDER [REASON ...]`` lists what was skipped in every suite and what passed only
the second time. Each REASON says why a whole suite could not run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.plugins.results import RESULTS

MAX_RERUN = 20  # more failures than these have another cause than unstable tests

PYTEST = [sys.executable, "-m", "pytest", "-v", "--tb=short", "--no-header"]
PLUGINS = ["-p", "tests.plugins.isolation", "-p", "tests.plugins.results"]
# Modules start in the order of their files. xdist's own order would start those with a single, slow test last.
# One more than CI has cores, because many tests wait.
IN_PARALLEL = ["-n", os.environ.get("TEST_PROCESSES", "3"), "--dist", "loadscope", "--no-loadscope-reorder"]


@dataclass(frozen=True)
class Results:
    """The ids of the tests of one run of pytest by their result; ``skipped`` maps an id to the reason."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Results":
        """No results if pytest ended before it wrote any."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()


def run_suite(folder: Path, arguments: Sequence[str]) -> int:
    """Run one suite, whose results go to ``folder``, and return its exit status."""
    folder.mkdir()
    status = _run_pytest(folder / "first.json", [*IN_PARALLEL, "--durations=10", *arguments])
    failed = Results.read(folder / "first.json").failed
    if status != pytest.ExitCode.TESTS_FAILED or not failed:
        return status  # success; or pytest itself failed, for example because it found no test
    if len(failed) > MAX_RERUN:
        print(f"--- {len(failed)} tests failed on {folder.name}: too many to run again", flush=True)
        return status
    print(f"--- tests that failed on {folder.name}, again and alone", flush=True)
    _run_pytest(folder / "second.json", failed)
    failed_twice = sorted(set(failed) - set(Results.read(folder / "second.json").passed))
    if failed_twice:
        print(f"--- failed twice on {folder.name}:", *failed_twice, sep="\n  ", flush=True)
    return status if failed_twice else 0


def _run_pytest(results: Path, arguments: Sequence[str]) -> int:
    environment = os.environ | {RESULTS: str(results)}
    return subprocess.run([*PYTEST, *PLUGINS, *arguments], env=environment).returncode


def summarize(folder: Path, reasons: Sequence[str]) -> int:
    """Print the summary of all suites below ``folder``. Returns 1 if no test passed at all, or if something was left
    out where nothing may be (CI=true), else 0. What failed has already failed its suite."""
    passed: set[str] = set()
    skipped: dict[str, str] = {}
    unstable: list[str] = []
    for suite in sorted(folder.iterdir()):
        first, second = Results.read(suite / "first.json"), Results.read(suite / "second.json")
        passed.update(first.passed, second.passed)
        skipped |= first.skipped
        unstable += [f"{test} on {suite.name}" for test in first.failed if test in second.passed]
    left_out = [*reasons, *(f"{test}: {reason}" for test, reason in sorted(skipped.items()) if test not in passed)]
    if left_out:
        print("--- left out:", *left_out, sep="\n  ")
    else:
        print("--- nothing was left out")
    if unstable:
        print("--- unstable (failed, then passed alone):", *unstable, sep="\n  ")
    if not passed:
        print("--- no test ran")
    return int(not passed or bool(left_out and os.environ.get("CI") == "true"))


def main(command: str, folder: str, *arguments: str) -> int:
    if command == "run":
        name, *pytest_arguments = arguments
        return run_suite(Path(folder) / name, pytest_arguments)
    return summarize(Path(folder), arguments)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
