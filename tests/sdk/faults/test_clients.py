"""The scenarios of faults, with the Python clients. Those of other languages run them in folders of their own."""

import dataclasses
import sys

from tests.sdk.faults.scenarios import SCENARIOS, Told, complaints
from tests.sdk.faults.server import Seen
from tests.sdk.faults.suite import Suite
from tests.sdk.faults.table import PAGE, page

DRIVER = [sys.executable, "-m", "tests.sdk.faults.python_driver"]


def test_synchronous_client(faults: Suite) -> None:
    faults.check([*DRIVER, "sync"], can_cancel=False)


def test_asynchronous_client(faults: Suite) -> None:
    faults.check([*DRIVER, "async"])


def test_scenarios_are_different_and_a_client_that_makes_no_call_fails_each() -> None:
    assert len({one.name for one in SCENARIOS}) == len(SCENARIOS)
    for one in SCENARIOS:
        idle = Told(one.name, "ok", 0.0, 0)
        other = dataclasses.replace(idle, outcome=one.outcome)
        assert complaints(one, Seen(), idle) and (one.call.kind == "webhook" or complaints(one, Seen(), other))


def test_table_of_the_documentation_has_every_scenario() -> None:
    assert PAGE.read_text() == page(), "run python -m tests.sdk.faults.table"
