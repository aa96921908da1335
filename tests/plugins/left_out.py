"""What a run of the suite had to leave out. As a pytest plugin it writes down which tests ran and which were skipped,
and why; ``python -m tests.plugins.left_out FOLDER [REASON ...]`` lists what ran in none of the suites."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

FOLDER = "CRMSOLID_LEFT_OUT"
SUITE = "CRMSOLID_SUITE"

_ran: set[str] = set()
_skipped: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped[report.nodeid] = _reason(report)
    elif report.when == "call":
        _ran.add(report.nodeid)


def _reason(report: pytest.TestReport) -> str:
    found = report.longrepr
    return str(found[2]).removeprefix("Skipped: ") if isinstance(found, tuple) else str(found)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if FOLDER in os.environ and not hasattr(session.config, "workerinput"):
        path = Path(os.environ[FOLDER]) / os.environ.get(SUITE, "suite")
        path.write_text(json.dumps({"ran": sorted(_ran), "skipped": _skipped}))


def left_out(suites: Sequence[dict[str, Any]]) -> Iterator[str]:
    """``test: reason`` for each test that was skipped wherever it was met."""
    ran = {test for suite in suites for test in suite["ran"]}
    skipped: dict[str, str] = {}
    for suite in suites:
        skipped |= suite["skipped"]
    return (f"{test}: {reason}" for test, reason in sorted(skipped.items()) if test not in ran)


def main(folder: str, reasons: Sequence[str]) -> int:
    """1 if something was left out where nothing may be (CI=true)."""
    suites = [json.loads(path.read_text()) for path in sorted(Path(folder).iterdir())]
    found = [*reasons, *left_out(suites)]
    if not found:
        print("--- nothing was left out")
        return 0
    print("--- left out:", *found, sep="\n  ")
    return int(os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
