"""A pytest plugin that writes the ids of the tests that passed, failed and were skipped to the file named by the
environment variable ``CRMSOLID_TEST_RESULTS``. ``tests.plugins.suite`` reads it."""

import json
import os
from pathlib import Path

import pytest

RESULTS = "CRMSOLID_TEST_RESULTS"

_passed: set[str] = set()
_failed: set[str] = set()
_skipped: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Called for setup, call and teardown of each test. pytest-xdist calls it for the test that killed its worker."""
    if report.failed:
        _failed.add(report.nodeid)
    elif report.skipped and not hasattr(report, "wasxfail"):
        _skipped[report.nodeid] = _skip_reason(report)
    elif report.when == "call":
        _passed.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Called for each file; pytest-xdist runs the tests of the others when one cannot be imported."""
    if report.failed:
        _failed.add(report.nodeid)


def _skip_reason(report: pytest.TestReport) -> str:
    location_and_reason = report.longrepr
    if isinstance(location_and_reason, tuple):
        return str(location_and_reason[2]).removeprefix("Skipped: ")
    return str(location_and_reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if RESULTS in os.environ and not hasattr(session.config, "workerinput"):
        results = {"passed": sorted(_passed - _failed), "failed": sorted(_failed), "skipped": _skipped}
        Path(os.environ[RESULTS]).write_text(json.dumps(results))
