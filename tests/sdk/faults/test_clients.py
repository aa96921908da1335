"""The clients of every language make the same of each fault."""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.sdk.faults.scenarios import SCENARIOS, Scenario, Told, complaints, task
from tests.sdk.faults.server import FaultServer, Seen

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 120.0
NO_CANCELLATION = {one.name for one in SCENARIOS if one.call.cancel_after is not None}


@dataclasses.dataclass
class Suite:
    server: FaultServer
    paths: dict[str, Scenario]

    def run(self, command: Sequence[str], folder: Path = ROOT) -> dict[str, tuple[Seen, Told]]:
        """What was seen in each scenario that the driver has made."""
        tasks = [json.dumps(task(one, self.server, path)) for path, one in self.paths.items()]
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        with contextlib.suppress(subprocess.TimeoutExpired):
            result = subprocess.run(
                [*command],
                cwd=folder,
                env={**environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'sdk' / 'python' / 'src'}"},
                input="\n".join(tasks) + "\n",
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
            assert result.returncode == 0, result.stderr[-4000:]
            every = [Told(**json.loads(line)) for line in result.stdout.splitlines()]
            path_of = {one.name: path for path, one in self.paths.items()}
            return {one.name: (self.server.seen[path_of[one.name]], one) for one in every}
        begun = [one.name for path, one in self.paths.items() if self.server.seen[path].requests]
        raise AssertionError(f"it does not end: {begun[-1]}")


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[Suite]:
    paths = {f"s{number}": one for number, one in enumerate(SCENARIOS)}
    scripts = {path: one.script for path, one in paths.items()}
    with FaultServer(scripts, tmp_path).running() as server:
        yield Suite(server, paths)


def check(results: dict[str, tuple[Seen, Told]], left_out: set[str] = set()) -> None:  # noqa: B006
    assert results.keys() == {one.name for one in SCENARIOS} - left_out
    wrong = [each for one in SCENARIOS if one.name in results for each in complaints(one, *results[one.name])]
    assert not wrong, "\n".join(wrong)


def test_names_are_different() -> None:
    assert len({one.name for one in SCENARIOS}) == len(SCENARIOS)


def test_synchronous_python_client(suite: Suite) -> None:
    check(suite.run([sys.executable, "-m", "tests.sdk.faults.python_driver", "sync"]), NO_CANCELLATION)


def test_asynchronous_python_client(suite: Suite) -> None:
    check(suite.run([sys.executable, "-m", "tests.sdk.faults.python_driver", "async"]))
