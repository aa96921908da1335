"""Runs the scenarios with a driver: a program that makes their calls with the client of its language."""

import contextlib
import dataclasses
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crmsolid_client import sign_webhook
from tests.sdk.faults.scenarios import KEY, SCENARIOS, SECRET, Scenario, Told, complaints
from tests.sdk.faults.server import FaultServer, Seen

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 240.0


@dataclasses.dataclass
class Suite:
    server: FaultServer
    paths: dict[str, Scenario]

    def check(self, command: Sequence[str], folder: Path = ROOT, *, can_cancel: bool = True) -> None:
        """Run the driver, and fail with everything that is not as it has to be."""
        results = self._run(command, folder)
        expected = [one for one in SCENARIOS if can_cancel or one.call.cancel_after is None]
        assert list(results) == [one.name for one in expected]
        wrong = [each for one in expected for each in complaints(one, *results[one.name])]
        assert not wrong, "\n".join(wrong)

    def _run(self, command: Sequence[str], folder: Path) -> dict[str, tuple[Seen, Told]]:
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


def task(scenario: Scenario, server: FaultServer, path: str) -> dict[str, Any]:
    """What a driver is given, as JSON. ``path`` is that of the scenario on the server."""
    headers: dict[str, str] = {}
    if scenario.call.kind == "webhook":
        signed = sign_webhook(scenario.call.body.encode(), SECRET, webhook_id="evt_1")
        headers = {name.upper(): value for name, value in signed.items()}
    return {
        "name": scenario.name,
        "url": server.url(path, scenario.server),
        "key": KEY,
        "clock": scenario.clock,
        "options": scenario.options,
        "call": {**dataclasses.asdict(scenario.call), "headers": headers},
    }


@contextlib.contextmanager
def running_suite(folder: Path) -> Iterator[Suite]:
    paths = {f"s{number}": one for number, one in enumerate(SCENARIOS)}
    with FaultServer({path: one.script for path, one in paths.items()}, folder).running() as server:
        yield Suite(server, paths)
