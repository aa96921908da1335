"""Runs the tests of ``make test``: ``python -m tests.plugins.suite [PYTEST ARGUMENT ...]``.

pytest runs in several processes. The tests that failed then run once more, alone in one process; the suite fails if one
of them fails again. At the end it lists what was left out and what passed only the second time.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.plugins.results import RESULTS

# The one program that Debian does not have: nothing can install it, so it may be missing with CI=true as well.
NO_DOTNET = "the .NET tests need the .NET SDK 10 on the PATH, from https://dotnet.microsoft.com/download"
MAX_RERUN = 20  # more failures than these have another cause than unstable tests

PYTEST = [sys.executable, "-m", "pytest", "-v", "--tb=short", "--no-header", "-p", "tests.plugins.results"]
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
    """Run the tests, whose results go to ``folder``, and return the exit status."""
    status = _run_pytest(folder / "first.json", [*IN_PARALLEL, "--durations=10", *arguments])
    failed = Results.read(folder / "first.json").failed
    if status != pytest.ExitCode.TESTS_FAILED or not failed:
        return status  # success; or pytest itself failed, for example because it found no test
    if len(failed) > MAX_RERUN:
        print(f"--- {len(failed)} tests failed: too many to run again", flush=True)
        return status
    print("--- tests that failed, again and alone", flush=True)
    _run_pytest(folder / "second.json", failed)
    failed_twice = sorted(set(failed) - set(Results.read(folder / "second.json").passed))
    if failed_twice:
        print("--- failed twice:", *failed_twice, sep="\n  ", flush=True)
    return status if failed_twice else 0


def _run_pytest(results: Path, arguments: Sequence[str]) -> int:
    return subprocess.run([*PYTEST, *arguments], env=os.environ | {RESULTS: str(results)}).returncode


def summarize(first: Results, second: Results) -> int:
    """Print what was left out and what is unstable. Returns 1 if no test passed at all, or if something was left out
    where nothing but the .NET SDK may be missing (CI=true), else 0. What failed has already failed the suite."""
    left_out = defaultdict(list)
    for test, reason in sorted(first.skipped.items()):
        left_out[reason].append(test)
    if left_out:
        print("--- left out:")
        for reason, tests in sorted(left_out.items()):
            print(f"  {reason}: {tests[0] if len(tests) == 1 else f'{len(tests)} tests, such as {tests[0]}'}")
    else:
        print("--- nothing was left out")
    if unstable := [test for test in first.failed if test in second.passed]:
        print("--- unstable (failed, then passed alone):", *unstable, sep="\n  ")
    if not (has_passed := bool(first.passed or second.passed)):
        print("--- no test ran")
    return int(not has_passed or bool(left_out.keys() - {NO_DOTNET} and os.environ.get("CI") == "true"))


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        status = run_suite(folder, arguments)
        return summarize(*(Results.read(folder / f"{run}.json") for run in ("first", "second"))) or status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
